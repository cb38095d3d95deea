"""``schema/*.json``: JSON Schemas of everything that ``--json`` prints."""

import json

from withhold.report.documents import DOCUMENTS
from withhold.report.json_out import json_schema


def pages() -> dict[str, str]:
    """Each schema by the name of its document."""
    return {
        name: json.dumps(json_schema(name), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        for name in DOCUMENTS
    }
