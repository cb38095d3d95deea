"""Small words of the terminal output: one and many, addresses in a narrow table."""

from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from withhold.report import documents as d
from withhold.report.render import print_document
from withhold.report.text.evidence import hosts_only

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_an_address_is_cut_down_to_its_host() -> None:
    """What stands around it stays."""
    text = "unknown, https://claude.example/settings/data?x=1#y, anthropic, http://127.0.0.1:80/"
    assert hosts_only(text) == "unknown, claude.example, anthropic, 127.0.0.1:80"


def test_a_record_stands_on_one_line() -> None:
    """At 80 columns, with an address that would not fit."""
    record = d.RecordRow(
        id="ab" * 32,
        seq=1,
        type="setting.capture",
        at=NOW,
        summary="https://claude.example/settings/data-privacy-controls",
        artifacts=(),
        missing=(),
    )
    document = d.EvidenceListDocument(generated_at=NOW, tool_version="1", records=(record,))
    out = StringIO()
    print_document(document, Console(file=out, width=80, highlight=False, markup=False, emoji=False))
    assert len(out.getvalue().splitlines()) == 2
