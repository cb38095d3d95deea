"""Small words of the terminal output: addresses in a narrow table, no German word that assures much."""

import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from withhold.report import documents as d
from withhold.report.render import print_document
from withhold.report.text.evidence import hosts_only
from withhold.support import messages

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


ASSURING = re.compile(
    r"\b(sicher(e|er|es|en|em|lich)?|geschützt\w*|garantiert\w*|garantie\w*|gewährleist\w*|bewiesen\w*|beweist)\b",
    re.IGNORECASE,
)
"""German for words that no text of ours uses: safe, protected, guaranteed, proves."""


def test_no_german_text_assures_more_than_the_english_one() -> None:
    """The German catalogue speaks of settings and promises as carefully as the English source."""
    with messages.using("de"):
        found = messages.catalogue()
    assert found is not None
    assert [said for said in found.texts.values() if ASSURING.search(said)] == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("unknown", "nicht bekannt|unbekannt"),
        ("nobody outside", "niemand außerhalb"),
        ("is not known", "nicht bekannt|unbekannt"),
        ("no promise|a promise", "Versprechen"),
        ("not legal advice|no legal advice", "keine Rechtsberatung"),
    ],
)
def test_what_is_held_open_in_english_is_held_open_in_german(english: str, german: str) -> None:
    """A text that says in English that something is not known, or only promised, says so in German."""
    with messages.using("de"):
        found = messages.catalogue()
    assert found is not None
    wanted = re.compile(rf"\b({english})\b", re.IGNORECASE)
    said = {t: g for t, g in found.texts.items() if wanted.search(messages.HOLE.sub("", t))}
    assert said
    assert {t: g for t, g in said.items() if not re.search(german, g, re.IGNORECASE)} == {}
