"""Which document is shown how in a terminal."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from rich.console import Console

from withhold.report import documents as d
from withhold.report.text import demo, exposure, machine, simple, timeline, whatif

RENDERERS: dict[type[Struct], Callable[[Console, Any], None]] = {
    d.ScanDocument: machine.scan,
    d.ImportDocument: simple.importing,
    d.ExposureDocument: exposure.exposure,
    d.ExplainDocument: exposure.explain,
    d.WhatIfDocument: whatif.whatif,
    d.TimelineDocument: timeline.timeline,
    d.OptOutDocument: simple.optout,
    d.EvidenceListDocument: machine.evidence_list,
    d.EvidenceVerifyDocument: machine.evidence_verify,
    d.AccountDocument: simple.accounts,
    d.StatusDocument: simple.status,
    d.PacksListDocument: simple.packs_list,
    d.PacksLintDocument: simple.packs_lint,
    d.PackShowDocument: simple.packs_show,
    d.PacksDiffDocument: simple.packs_diff,
    d.DemoDocument: demo.demo,
}


def print_document(document: Struct, console: Console) -> None:
    """Print ``document`` for people."""
    RENDERERS[type(document)](console, document)
