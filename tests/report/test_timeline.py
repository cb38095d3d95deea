"""The timeline as SVG, as a page, and as a plot."""

import io
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest
from rich.console import Console

from tests.report.making import a_timeline, at, golden, stretch
from withhold.report import documents as d
from withhold.report.html import timeline_page
from withhold.report.text.timeline import BLOCKS, PLAIN, timeline
from withhold.report.timeline.svg import FOOT_LINE, WIDEST, WIDTH, picture
from withhold.report.timeline.words import NOTE, is_look, ticks

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Shape:
    kind: str
    x: float
    width: float


def tree(document: d.TimelineDocument) -> ET.Element:
    return ET.fromstring(picture(document))  # noqa: S314 - ours


def shapes(document: d.TimelineDocument, kind: str) -> list[Shape]:
    found = tree(document).iter(f"{SVG}rect")
    return [
        Shape(kind, float(r.get("x", 0)), float(r.get("width", 0))) for r in found if r.get("class") == kind
    ]


def plot(document: d.TimelineDocument, encoding: str = "utf-8") -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    timeline(Console(file=out, width=80, highlight=False, markup=False, emoji=False), document)
    out.seek(0)
    return out.read()


def test_the_picture_is_as_it_was() -> None:
    """The drawing changes only where somebody looked at it again."""
    golden("timeline.svg", picture(a_timeline()))


def test_the_foot_fits_with_wide_letters() -> None:
    """No line at the foot is longer than there is room for in the widest fonts, and none lies outside."""
    root = ET.fromstring(picture(a_timeline()))  # noqa: S314 - our own file
    height = float(root.get("height", ""))
    foot = [t for t in root.iter(f"{SVG}text") if float(t.get("y", "")) > height - 22 - 6 * FOOT_LINE]
    assert NOTE.split(". ", 1)[0] in " ".join(t.text or "" for t in foot)
    assert all(float(t.get("x", "")) + len(t.text or "") * WIDEST <= WIDTH for t in foot)
    assert all(float(t.get("y", "")) < height for t in foot)


def test_the_plot_is_as_it_was() -> None:
    """The plot in the terminal, 80 columns wide."""
    golden("timeline.txt", plot(a_timeline()).encode())


def test_a_gap_is_never_a_solid_line() -> None:
    """Where nobody vouches for the setting no shape of a known position reaches, not by a hair."""
    known = sorted((s.x, s.x + s.width) for k in ("sharing", "private") for s in shapes(a_timeline(), k))
    assert len(known) == 2
    assert known[1][0] - known[0][1] > 100


def test_a_look_is_a_mark_at_its_instant() -> None:
    """One look is one diamond; it has no width in time."""
    marks = list(tree(a_timeline()).iter(f"{SVG}polygon"))
    assert [m.get("class") for m in marks] == ["private look"]
    assert is_look(stretch("2026-01-01", "2026-01-01T00:00:00.000001", "private"))
    assert not is_look(stretch("2026-01-01", "2026-01-02", "private"))


def test_the_picture_speaks() -> None:
    """It is one image with title and description, and each shape of a band says what it stands for."""
    root = tree(a_timeline())
    assert root.get("role") == "img"
    ids = (root.get("aria-labelledby") or "").split()
    assert {e.get("id") for e in root if e.get("id")} == set(ids)
    said = [e.text or "" for e in root.iter(f"{SVG}title")]
    assert "2025-09-05 to 2025-12-01: sharing (attested)" in said
    assert "week of 2025-11-10: 3 exposed, 1 not known" in said


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a"b&c', "\x00\x08\ud800bad", "</title></svg>"]
)
def test_names_are_text(name: str) -> None:
    """An account's name never becomes markup, and never makes the file unreadable."""
    document = a_timeline(account=name)
    assert not list(tree(document).iter(f"{SVG}script"))
    assert b"<script" not in timeline_page(document)


def test_the_page_says_the_same_in_words() -> None:
    """Every stretch and every week of the picture stands in a table; nothing is loaded from elsewhere."""
    page = timeline_page(a_timeline()).decode()
    for wanted in (
        "2025-09-05",
        "that instant only",
        "nobody vouches for it",
        "2025-11-10",
        "the setting decides",
    ):
        assert f">{wanted}" in page
    assert "http://www.w3.org/2000/svg" in page
    assert page.count("http") == 1


def test_the_plot_fits_eighty_columns() -> None:
    """No line is longer than the terminal is wide."""
    assert max(map(len, plot(a_timeline()).splitlines())) <= 80


def test_the_plot_shows_the_gap_without_colour() -> None:
    """Between what was vouched for stand question marks with the letter of the look among them."""
    band = next(line for line in plot(a_timeline()).splitlines() if line.startswith("setting"))
    assert "\u001b" not in band
    solid = band.rindex(BLOCKS.words["sharing"])
    pale = band.index(BLOCKS.words["private"])
    assert set(band[solid + 1 : pale]) == {"?", "P"}


def test_a_terminal_without_blocks() -> None:
    """Where blocks cannot be shown, plain characters say the same."""
    text = plot(a_timeline(), "ascii")
    assert PLAIN.words["open"] in text
    assert text.isascii()


@pytest.mark.parametrize(
    ("begins", "ends", "labels"),
    [
        ("2025-08-04", "2026-08-01", ["2025-09", "2025-11", "2026-01", "2026-03", "2026-05", "2026-07"]),
        ("2025-12-29", "2026-01-19", ["12-29", "01-05", "01-12", "01-19"]),
    ],
)
def test_ticks(begins: str, ends: str, labels: list[str]) -> None:
    """First days of months, as many as fit; Mondays where the range is short."""
    assert [label for _, label in ticks(at(begins), at(ends), 8)] == labels


def test_many_years_still_fit() -> None:
    """Forty years get no more labels than asked for."""
    assert 2 <= len(ticks(at("1990-01-01"), at("2030-01-01"), 8)) <= 9
