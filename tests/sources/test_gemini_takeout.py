"""Gemini in Takeout: pages in any language, JSON logs, verbs, dates, guesses that are said to be guesses."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.conftest import Result
from tests.sources.expected import COLLECTED, counted, needs_collected, wanted
from withhold.model.when import When
from withhold.sources.gemini_dates import Language, instant, stamp_of
from withhold.sources.gemini_html import cell_of
from withhold.sources.gemini_months import ABBREVIATIONS, NAMES, month_of
from withhold.sources.interface import Limits
from withhold.sources.resume import resumed_at
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
NOON = datetime(2026, 4, 12, 12, 3, 11, tzinfo=UTC)


def read_date(*lines: str) -> When | None:
    """The first line's instant in a file of all these lines."""
    language = Language()
    stamps = [stamp for line in lines if (stamp := stamp_of(line)) is not None]
    for stamp in stamps:
        language.see(stamp)
    return instant(stamps[0], language.days(stamps[0], language.known_months())) if stamps else None


def cell(main: str, caption: str = "", product: str = "Gemini Apps") -> str:
    return (
        f'<div class="outer-cell x"><div class="header-cell"><p class="t">{product}<br></p></div>'
        f'<div class="content-cell mdl-typography--body-1">{main}</div>'
        f'<div class="content-cell mdl-typography--caption"><b>Products:</b>{caption}</div></div>'
    )


def page(*cells: str) -> str:
    return f"<html><body>{''.join(cells)}</body></html>"


def item(title: object, time: object = "2026-05-01T10:00:00Z", answer: str | None = None, **more: Any) -> Any:
    found = {"header": "Gemini Apps", "title": title, "time": time, "products": ["Gemini Apps"], **more}
    return found if answer is None else {**found, "safeHtmlItem": [{"html": answer}]}


@needs_collected
def test_collected_samples_are_counted_exactly(read: Read) -> None:
    """One conversation of two prompts 41 days apart; a use of a feature is no prompt."""
    result = read(COLLECTED / "own" / "gemini-takeout")
    assert counted(result) == wanted("gemini-takeout")
    assert len(resumed_at(result.conversations["aa01"])) == 1
    assert any("not prompts" in text for text in result.only.warnings)


@needs_collected
def test_other_products_in_one_log_are_not_gemini(read: Read) -> None:
    """Their number is told, and what has no conversation is grouped by a guess that is said to be one."""
    row = read(COLLECTED / "gemini-takeout").only
    assert (row.human, row.model, row.unrecognised_count) == (2, 2, 0)
    assert "1 items are activity in other products" in row.warnings[0]
    assert "guess" in row.warnings[1]


def test_a_page_in_another_language(read: Read, samples: Path) -> None:
    """Croatian: the verb is learnt from the items with answers, June from the words of the other months."""
    result = read(samples / "gemini-takeout")
    row = result.only
    assert (row.conversations, row.human, row.model) == (2, 3, 2)
    assert row.last == datetime(2026, 6, 12, 12, 3, 11, tzinfo=UTC)
    assert row.first == datetime(2026, 3, 12, 9, tzinfo=UTC), "a date inside of the prompt is not the item's"
    assert [u.place.rpartition("[")[2] for u in row.unrecognised] == ["2]"]


def test_a_json_log(read: Read, samples: Path) -> None:
    """Feedback joins the conversation that it names; the newest stands first in the file."""
    result = read(samples / "gemini-json")
    row = result.only
    assert (row.conversations, row.human, row.model, row.unrecognised_count) == (2, 3, 3, 0)
    assert [mark.kind for mark in result.conversations["bb01"].feedback] == ["gave feedback"]
    guessed = result.conversations["from-2026-05-02T10:00:00+00:00"]
    assert [m.at.earliest.minute for m in guessed.messages] == [0, 0, 10, 10]


@pytest.mark.parametrize(
    "line",
    [
        "Apr 12, 2026, 2:03:11\u202fPM CEST",
        "12.04.2026, 14:03:11 MESZ",
        "2026. ápr. 12. 14:03:11 CEST",
        "12 avr. 2026, 14:03:11 CEST",
        "12 de abr. de 2026, 9:03:11 BRT",
        "12 kwi 2026, 14:03:11 CEST",
        "12. tra 2026. 14:03:11 CEST",
        "12. 4. 2026 14:03:11 SELČ",
        "12. apr. 2026 14.03.11 CEST",
        "12.4.2026 klo 15.03.11 UTC+3",
        "12 апр. 2026 г., 15:03:11 MSK",
        "2026/04/12 21:03:11 JST",
        "2026年4月12日 下午8:03:11 GMT+8",
        "2026. 4. 12. 오후 9:03:11 KST",
        "12 Nis 2026 15:03:11 TRT",
        "Apr 12, 2026, 5:33:11 PM GMT+05:30",
        "12 Απρ 2026, 3:03:11 μ.μ. EEST",
    ],
)
def test_dates_of_many_languages(line: str) -> None:
    """All of these are one instant."""
    assert read_date(line) == When.at(NOON)


@pytest.mark.parametrize(
    "lines",
    [
        ("12 Meitheamh 2026, 14:03:11 CEST",),
        ("12 Meith 2026, 14:03:11 CEST", "12 Bealt 2026, 14:03:11 CEST"),
        ("12 maj 2026, 14:03:11 CEST", "12 qer 2026, 14:03:11 CEST", "12 shk 2026, 14:03:11 CEST"),
        ("12 Mae 2026, 14:03:11 CEST",),
        ("12/04/2569, 14:03:11 ICT",),
        ("12 رمضان 1447, 14:03:11 AST",),
        ("12/09/1447, 14:03:11 UTC",),
        ("12 Foo 2026, 14:03:11 CEST",),
    ],
)
def test_an_unknown_language_or_calendar_gives_no_time(lines: tuple[str, ...]) -> None:
    """Words that begin like those of a known language are no months of it; no time beats a wrong one."""
    assert read_date(*lines) is None


def test_a_page_in_an_unknown_language_is_read_without_times(read: Read, tmp_path: Path) -> None:
    """Nothing is lost, and the reason is told."""
    link = '<a href="https://gemini.google.com/app/aa">x</a>'
    said = "D'iarr\xa0cad é sin<br>12 Meitheamh 2026, 14:03:11 IST<br><p>Freagra</p>"
    (tmp_path / "x.html").write_text(page(cell(said, link), cell(said, link)))
    row = read(tmp_path).only
    assert (row.conversations, row.human, row.model, row.first) == (1, 2, 2, None)
    assert any("2 items have a date in a language" in text for text in row.warnings)


def test_the_file_settles_what_a_line_does_not() -> None:
    """Day and month may be swapped, and one word names two months, until other dates of the file tell."""
    alone = read_date("12/04/2026, 14:03:11 CEST")
    assert alone is not None
    assert not alone.exact
    assert read_date("12/04/2026, 14:03:11 CEST", "25/04/2026, 14:03:11 CEST") == When.at(NOON)
    assert read_date("04/12/2026, 14:03:11 CEST", "04/25/2026, 14:03:11 CEST") == When.at(NOON)
    polish, croatian = (
        read_date("12 lip 2026 14:03:11 CEST", line)
        for line in ("1 sty 2026 1:00:00 CET", "1. sij 2026. 1:00:00 CET")
    )
    assert polish is not None
    assert croatian is not None
    assert (polish.earliest.month, croatian.earliest.month) == (7, 6)


def test_a_zone_of_several_meanings_is_any_zone() -> None:
    """CST is four zones; the instant is as wide as that."""
    found = read_date("Apr 12, 2026, 2:03:11 PM CST")
    assert found is not None
    assert not found.exact


@given(line=st.text(max_size=100))
def test_any_line_is_taken_for_what_it_is(line: str) -> None:
    """No text breaks the reading of dates."""
    read_date(line)


@given(data=st.text(alphabet='<>/"= divclassbrp&;#x\xa0', max_size=200))
def test_any_markup_is_taken_apart(data: str) -> None:
    """No markup breaks the reading of cells, and no text is counted twice."""
    found = cell_of(cell(data).encode("utf-8", "replace"))
    assert found.answer + found.asked <= 2 * len(data)


def test_hostile_markup_is_read(read: Read, tmp_path: Path) -> None:
    """Endless tags, comments and brackets cost no more than their length; the square of it would be hours."""
    ugly = "<!--" * 20_000 + "<" * 100_000 + "<a " * 50_000 + "x<b>" * 50_000 + "<script>" * 10
    said = f"Prompted\xa0x<br>12 Apr 2026, 14:03:11 UTC<br><p>y</p>{ugly}"
    (tmp_path / "x.html").write_text(page(cell(said), cell(f"Prompted {ugly}")))
    assert read(tmp_path).only.human == 2


def test_an_oversized_item_costs_itself(read: Read, tmp_path: Path) -> None:
    """It is named; the ones around it are read."""
    sure = cell("Prompted\xa0x<br>12 Apr 2026, 14:03:11 UTC<br><p>y</p>")
    (tmp_path / "x.html").write_text(page(sure, cell("Prompted\xa0" + "x" * 900_000), sure))
    row = read(tmp_path, limits=Limits(item_bytes=100_000)).only
    assert (row.human, row.unrecognised_count) == (2, 1)


def test_a_pasted_link_names_no_conversation(read: Read, tmp_path: Path) -> None:
    """Only Google's own links do, not one in a prompt or an answer."""
    link = "https://gemini.google.com/app/zz99"
    text = f'Prompted\xa0{link}<br>12 Apr 2026, 14:03:11 UTC<br><p><a href="{link}">{link}</a></p>'
    (tmp_path / "x.html").write_text(page(cell(text)))
    assert "zz99" not in read(tmp_path).conversations


@pytest.mark.parametrize("odd", [7, None, {}, item(7), item(None), item("Prompted x", time="soon"), item("")])
def test_odd_items_are_counted(odd: Any, read: Read, tmp_path: Path) -> None:
    """Each is a prompt or named."""
    (tmp_path / "x.json").write_text(json.dumps([item("Prompted sure", answer="y"), odd]))
    row = read(tmp_path).only
    passed = sum("other products" in text for text in row.warnings)
    assert row.human + row.unrecognised_count + passed == 2


def test_activity_in_other_products_alone_is_nothing(read: Read, tmp_path: Path) -> None:
    """A log of searches is known for what it is, and no success."""
    (tmp_path / "x.html").write_text(page(cell("Searched for x", product="Search")))
    with pytest.raises(NothingRead) as told:
        read(tmp_path)
    assert "other products" in told.value.message


@pytest.mark.parametrize("language", sorted(ABBREVIATIONS))
def test_the_tables_of_months_agree(language: str) -> None:
    """Each spelling means its own month, and so does each whole name."""
    short, whole = ABBREVIATIONS[language].split(), NAMES[language].split()
    assert len(short) == len(whole) == 12
    for number, spellings in enumerate(short, 1):
        assert {month_of(language, one) for one in spellings.split("|")} == {number}
    for number, names in enumerate(whole, 1):
        assert {month_of(language, one) for one in names.split("|")} <= {number, None}
        assert number in {month_of(language, one) for one in names.split("|")}
