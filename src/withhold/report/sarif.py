"""A scan as SARIF 2.1.0, which code hosts and editors show beside files.

Only what can be acted on is a result: settings that are not private, settings without effect, and
requirements of a policy that do not hold.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from withhold.report.documents import ScanDocument, SettingRow

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"bad": "warning", "partly": "note"}


def sarif(document: ScanDocument) -> bytes:
    """One SARIF log, as JSON."""
    results = list(_results(document))
    rules = [{"id": name} for name in dict.fromkeys(r["ruleId"] for r in results)]
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "withhold", "version": document.tool_version, "rules": rules},
                },
                "results": results,
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


def _results(document: ScanDocument) -> Iterator[dict[str, Any]]:
    for row in document.settings:
        if row.verdict in _LEVELS:
            level = "error" if row.purpose == "training" and row.verdict == "bad" else _LEVELS[row.verdict]
            yield _result(row.id, level, f"{row.verdict}: {row.why}", _place(row))
    for placebo in document.placebos:
        yield _result(f"{placebo.tool}.placebo", "note", f"no effect: {placebo.why}", _file(placebo.where))
    for broken in document.violations:
        level = "warning" if broken.verdict == "unknown" else "error"
        yield _result(f"policy.{broken.rule}", level, f"{broken.id} is {broken.verdict}: {broken.why}", None)


def _result(rule: str, level: str, text: str, place: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {"ruleId": rule, "level": level, "message": {"text": text}}
    if place is not None:
        made["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": place}}}]
    return made


def _place(row: SettingRow) -> str | None:
    return None if row.decided_by is None else _file(row.decided_by.partition(" (")[0])


def _file(where: str) -> str | None:
    """A path, as a reference that is valid in SARIF; ``None`` for what is no file."""
    inner = where.rpartition(" (")[2].removesuffix(")")
    path = inner if "/" in inner else where
    if "/" not in path or "\\" in path:
        return None
    from urllib.parse import quote

    return quote(path.removeprefix("~/").lstrip("/"))
