"""Reports: hostile texts do nothing, any script is shown, gaps are never drawn as known."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.bundle.making import Made
from tests.evidence.tsa import needs_openssl
from withhold.app.evidence.bundles import handed, report
from withhold.report.evidence.content import EvidenceReport
from withhold.report.evidence.document import report_pdf
from withhold.report.evidence.page import report_page
from withhold.report.evidence.strip import Span, spans, strip
from withhold.support.errors import UsageProblem

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '#panic("typst") $x$ #read("/etc/passwd") ] } */ //',
    '"); #eval("1")',
    "\\\\ \\u{202e} \x00\x1b[31m \x7f \u202e",
    "</style><style>*{display:none}",
    "*bold* _it_ `raw` @ref <label> = heading",
)
SCRIPTS = "Ελληνικά Русский 日本語 한국어 עברית العربية हिन्दी ไทย 😀 \ue000 \U0001f9ff"
DAY = timedelta(days=1)
BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
ENDS = datetime(2026, 1, 1, tzinfo=UTC)


def with_texts(made: Made, text: str) -> EvidenceReport:
    """The report with ``text`` in every place where a page or person may have put something."""
    told = handed(made.services, made.ids[:1]).report
    chapter = replace(
        told.chapters[0], title=text, lead=text, facts=((text, text),), steps=(text,), missing=((text, text),)
    )
    return replace(told, title=text, subtitle=text, found=(text,), chapters=(chapter,), declaration=(text,))


def text_of(pdf: bytes, folder: Path) -> str:
    """What pdftotext reads."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    path = folder / "r.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_and_do_nothing(bundled: Made, text: str, tmp_path: Path) -> None:
    """Neither HTML nor Typst reads a title as markup."""
    told = with_texts(bundled, text)
    page = report_page(told).decode()
    assert not re.search(r"<script|<img src=x|</style><style>", page)
    assert page.count("<style>") == 1
    shown = text_of(report_pdf(told), tmp_path)
    assert "root:" not in shown
    assert "What this does not prove" in shown


@pytest.mark.parametrize("text", [SCRIPTS, *SCRIPTS.split()])
def test_any_script_makes_a_pdf(bundled: Made, text: str) -> None:
    """PDF/A wants every character drawn: what no font holds is shown as its code point."""
    assert report_pdf(with_texts(bundled, text)).startswith(b"%PDF")


def test_the_page_loads_nothing(bundled: Made) -> None:
    """No address in any attribute that loads, and a policy that forbids it."""
    page = report_page(handed(bundled.services, bundled.ids[:2]).report).decode()
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "default-src 'none'" in page


def test_the_pdf_is_an_archive_with_the_files_inside(bundled: Made, tmp_path: Path) -> None:
    """PDF/A-3b by its own word, and what pdfdetach takes out is what was put in, to the byte."""
    told = handed(bundled.services, bundled.ids[:1])
    pdf = report_pdf(told.report)
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert pdf == report_pdf(told.report), "the same report gives the same bytes"
    if shutil.which("pdfdetach") is None:
        pytest.skip("poppler-utils is not installed")
    (tmp_path / "r.pdf").write_bytes(pdf)
    out = tmp_path / "out"
    out.mkdir()
    command = ["pdfdetach", "-saveall", "-o", str(out), str(tmp_path / "r.pdf")]
    subprocess.run(command, check=True, capture_output=True)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == {
        a.name: a.data for a in told.report.attachments
    }


def test_every_report_has_its_limits(bundled: Made, tmp_path: Path) -> None:
    """In both forms: the page may be staged, TLS binds no content, a look is an instant."""
    told = handed(bundled.services, bundled.ids[:1]).report
    shown = " ".join(text_of(report_pdf(told), tmp_path).split())
    page = " ".join(unescape(report_page(told).decode()).split())
    for head, _ in told.limits:
        assert head in shown
        assert head in page
    assert len(told.limits) >= 5


@needs_openssl
def test_a_sealed_pdf_carries_a_timestamp(bundled: Made, tmp_path: Path) -> None:
    """Through pyHanko, by a configured authority: poppler finds it over the whole document."""
    pytest.importorskip("pyhanko", reason="the extra 'pades' is not installed")
    what = handed(bundled.services, bundled.ids[:1])
    out = tmp_path / "sealed.pdf"
    report(bundled.services, what, str(out), seal="one")
    plain = report_pdf(what.report)
    assert out.read_bytes().startswith(plain), "the report's own bytes stay as they are"
    assert b"/DocTimeStamp" in out.read_bytes()[len(plain) :]
    with pytest.raises(UsageProblem, match="no authority"):
        report(bundled.services, what, str(out), seal="nobody")
    with pytest.raises(UsageProblem, match=r"\.pdf"):
        report(bundled.services, what, str(tmp_path / "r.html"), seal="one")
    if shutil.which("pdfsig") is None:
        pytest.skip("poppler-utils is not installed")
    said = subprocess.run(["pdfsig", "-nocert", str(out)], capture_output=True, text=True, check=False).stdout
    assert "Total document signed" in said


def look(day: int, setting: str = "private") -> Span:
    at = BEGINS + day * DAY
    return Span(at, at + timedelta(microseconds=1), "observed", setting)


def test_a_gap_longer_than_the_interval_is_unknown() -> None:
    """30 days apart: joined, as inferred. 31 days apart, or different: not known."""
    for gap, known in ((30, "inferred"), (31, "unknown")):
        told = spans((look(10), look(10 + gap)), BEGINS, ENDS, timedelta(days=30))
        assert [s.known for s in told] == ["unknown", "observed", known, "observed", "unknown"]
    told = spans((look(10), look(12, "sharing")), BEGINS, ENDS, timedelta(days=30))
    assert told[2].setting is None


def test_words_are_not_joined_to_looks() -> None:
    """Between somebody's word and a look nothing is inferred."""
    word = Span(BEGINS + 5 * DAY, BEGINS + 8 * DAY, "attested", "private")
    told = spans((word, look(10)), BEGINS, ENDS, timedelta(days=30))
    assert [s.known for s in told] == ["unknown", "attested", "unknown", "observed", "unknown"]


SPANS = st.lists(
    st.tuples(
        st.integers(-20, 380), st.integers(0, 90), st.sampled_from(["observed", "attested"]), st.booleans()
    ),
    max_size=8,
)


@given(SPANS, st.integers(1, 60))
def test_a_solid_line_never_spans_more_than_the_interval(
    drawn: list[tuple[int, int, str, bool]], days: int
) -> None:
    """The spans cover the period without gaps, in order, and what is drawn solid is short."""
    recheck = timedelta(days=days)
    reached, held = BEGINS - 20 * DAY, []
    for begins, length, known, private in sorted(drawn):
        first = max(BEGINS + begins * DAY, reached)
        reached = first + length * DAY
        held.append(Span(first, reached, known, "private" if private else "sharing"))
    told = spans(held, BEGINS, ENDS, recheck)
    assert told[0].begins == BEGINS
    assert told[-1].ends == ENDS
    assert all(a.ends == b.begins for a, b in pairwise(told))
    assert all(s.ends - s.begins <= recheck for s in told if s.known == "observed")
    drawing = strip((("<control>", told),), BEGINS, ENDS)
    assert "<control>" not in drawing
