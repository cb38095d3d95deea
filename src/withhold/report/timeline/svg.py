"""The timeline as SVG: columns of conversations by week, and under them bands of terms and setting.

Strong is open, faint is not, hatched is not known: it reads without colour. Nothing is loaded from elsewhere;
every text is escaped. Title, description and a label on each shape tell the same to who cannot see it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from html import escape
from textwrap import wrap

from withhold.report.documents import LaneRow, StretchRow, TimelineDocument, WeekRow
from withhold.report.text.base import day
from withhold.report.timeline.words import (
    NOTE,
    PAST,
    TITLE,
    band_name,
    bands,
    is_look,
    lane_name,
    said,
    summary,
    ticks,
)
from withhold.support.messages import _, spoken

WIDTH = 1000
LEFT, RIGHT = 112, 16
HEAD, CHART = 92, 170
BAND, GAP, LANE_HEAD, LANE_GAP = 20, 5, 26, 14
WEEK = timedelta(days=7)
LETTER = 6.4
"""Width of a letter at the size used in bands, roughly: decides whether a word fits."""
WIDEST = 8.0
"""The same of the widest fonts that a reader may have: decides where a long line is broken."""

KEY = "Strong red: open. Faint green: not open. Hatched: not known."
FOOT_LINE = 17

STYLE = """
svg { --ink:#1c2430; --soft:#5a6675; --line:#d5dbe3; --paper:#ffffff; --open:#9c2418; --closed:#bfe0c8;
  --decides:#c7d6ee; --hatch:#8a93a0; --blank:#eef0f3; --onopen:#ffffff; }
@media (prefers-color-scheme: dark) { svg { --ink:#e6eaf0; --soft:#a3adba; --line:#38424f; --paper:#161b22;
  --open:#ff7e6b; --closed:#2d5c3d; --decides:#33496e; --hatch:#7d8794; --blank:#232a33; --onopen:#1c0d0a; } }
text { font-family:system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;
  font-size:12px; fill:var(--ink); }
.title { font-size:20px; font-weight:600; } .soft { fill:var(--soft); }
.lane { font-size:13px; font-weight:600; }
.paper { fill:var(--paper); } .grid { stroke:var(--line); stroke-width:1; }
.exposed, .sharing, .open, .no_refusal { fill:var(--open); }
.not_exposed, .private, .not_open, .no_training { fill:var(--closed); }
.setting_decides { fill:var(--decides); } .unknown { fill:url(#hatch); }
.hatch-back { fill:var(--blank); } .hatch-line { stroke:var(--hatch); stroke-width:2; }
.edge { fill:none; stroke:var(--line); } .cut { stroke:var(--paper); stroke-width:1.5; }
.on-open { fill:var(--onopen); } .plate { fill:var(--paper); } .look { stroke:var(--ink); stroke-width:1.2; }
"""

HATCH = (
    '<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-back" width="7" height="7"/>'
    '<line class="hatch-line" x1="0" y1="0" x2="0" y2="7"/></pattern>'
)


def picture(document: TimelineDocument) -> bytes:
    """A file of its own. ``document`` must have a range."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(document)}\n'.encode()


def element(document: TimelineDocument) -> str:
    """The ``svg`` element, as it stands in a page. ``ValueError`` where the document has no range."""
    if document.begins is None or document.ends is None:
        raise ValueError("a timeline without a range cannot be drawn")
    return "\n".join(_Picture(document, document.begins, document.ends).lines())


def text(value: str) -> str:
    """Escaped, without characters that XML does not allow."""
    allowed = (
        c for c in value if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe")
    )
    return escape("".join(allowed))


class _Picture:
    """One drawing. ``x`` maps an instant onto the plot."""

    def __init__(self, document: TimelineDocument, begins: datetime, ends: datetime) -> None:
        self._document = document
        self._begins = begins
        self._ends = ends
        self._seconds = max((ends - begins).total_seconds(), 1.0)
        self._lanes = [(lane, bands(lane)) for lane in document.lanes]
        self._bottom = HEAD + CHART + 30
        sentences = (spoken(KEY), *spoken(NOTE).split(". ", 1))
        room = int((WIDTH - LEFT - RIGHT) / WIDEST)
        self._notes = [line for s in sentences for line in wrap(s.removesuffix(".") + ".", room)]
        self._foot_height = 22 + FOOT_LINE * len(self._notes)

    def x(self, instant: datetime) -> float:
        inside = min(max(instant, self._begins), self._ends)
        return LEFT + (WIDTH - LEFT - RIGHT) * (inside - self._begins).total_seconds() / self._seconds

    def height(self) -> int:
        lanes = sum(LANE_HEAD + LANE_GAP + len(held) * (BAND + GAP) for _, held in self._lanes)
        return self._bottom + lanes + self._foot_height

    def lines(self) -> Iterator[str]:
        height = self.height()
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
            f' height="{height}" role="img" aria-labelledby="timeline-title timeline-desc">'
        )
        yield f'<title id="timeline-title">{text(spoken(TITLE))}</title>'
        yield f'<desc id="timeline-desc">{text(spoken(summary(self._document)))} {text(spoken(NOTE))}</desc>'
        yield f"<style>{STYLE}</style><defs>{HATCH}</defs>"
        yield f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
        yield from self._head()
        yield from self._chart()
        yield from self._all_lanes()
        yield from self._foot(height)
        yield "</svg>"

    def _head(self) -> Iterator[str]:
        yield _text(LEFT, 30, spoken(TITLE), "title")
        yield _text(LEFT, 50, spoken(summary(self._document)), "soft")
        x = float(LEFT)
        for word in PAST:
            yield f'<rect class="{word}" x="{x:.1f}" y="62" width="14" height="12"/>{_edge(x, 62, 14, 12)}'
            yield _text(x + 20, 72, said(word))
            x += 20 + len(said(word)) * LETTER + 22

    def _chart(self) -> Iterator[str]:
        base = HEAD + CHART
        top = max((w.exposed + w.not_exposed + w.unknown for w in self._document.weeks), default=1)
        scale = (CHART - 14) / top
        for value in sorted({top, top // 2, 0}):
            y = base - value * scale
            yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield _text(LEFT - 8, y + 4, f"{value:,}", "soft", "end")
        yield _text(8, HEAD + 2, _("conversations per week"), "soft")
        for week in self._document.weeks:
            yield self._column(week, base, scale)
        yield from self._axis(base)

    def _column(self, week: WeekRow, base: float, scale: float) -> str:
        begins = datetime.combine(week.begins, time.min, UTC)
        left, right = self.x(begins), self.x(begins + WEEK)
        gap = 1.0 if right - left > 5 else 0.0
        width = max(right - left - gap, 1.2)
        counts = [(word, getattr(week, word)) for word in PAST]
        told = ", ".join(f"{n:,} {said(w)}" for w, n in counts if n)
        shapes, y = [], base
        for word, count in counts:
            if count:
                y -= count * scale
                shapes.append(_rect(word, left, y, width, count * scale))
        named = _("week of %(day)s") % {"day": week.begins}
        return f"<g><title>{text(f'{named}: {told}')}</title>{''.join(shapes)}</g>"

    def _axis(self, base: float) -> Iterator[str]:
        bottom = self.height() - self._foot_height
        for at, label in ticks(self._begins, self._ends, 12):
            x = self.x(at)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{base}" y2="{bottom}"/>'
            yield _text(min(x, WIDTH - RIGHT - 16), base + 17, label, "soft", "middle")

    def _all_lanes(self) -> Iterator[str]:
        y = float(self._bottom)
        for lane, held in self._lanes:
            yield from self._lane(lane, held, y)
            y += LANE_HEAD + LANE_GAP + len(held) * (BAND + GAP)

    def _lane(self, lane: LaneRow, held: list[tuple[str, tuple[StretchRow, ...]]], y: float) -> Iterator[str]:
        name = lane_name(lane)
        yield _rect("plate", LEFT, y, WIDTH - LEFT - RIGHT, LANE_HEAD - 4)
        yield _text(LEFT, y + 15, name, "lane")
        y += LANE_HEAD
        for label, stretches in held:
            yield _text(LEFT - 8, y + 14, band_name(label), "soft", "end")
            yield from (self._stretch(s, y) for s in stretches if not is_look(s))
            yield from (self._look(s, y) for s in stretches if is_look(s))
            yield _edge(LEFT, y, WIDTH - LEFT - RIGHT, BAND)
            y += BAND + GAP

    def _stretch(self, stretch: StretchRow, y: float) -> str:
        left, right = self.x(stretch.begins), self.x(stretch.ends)
        word = said(stretch.word)
        told = _("%(begins)s to %(ends)s") % {"begins": day(stretch.begins), "ends": day(stretch.ends)}
        told += f": {word} ({stretch.text})"
        shape = _rect(stretch.word, left, y, max(right - left, 0.6), BAND)
        cut = f'<line class="cut" x1="{left:.1f}" x2="{left:.1f}" y1="{y:.1f}" y2="{y + BAND:.1f}"/>'
        return f"<g><title>{text(told)}</title>{shape}{cut}{_inside(stretch.word, word, left, right, y)}</g>"

    def _look(self, stretch: StretchRow, y: float) -> str:
        """A diamond at the instant: it says nothing of the time before and after."""
        x, middle = self.x(stretch.begins), y + BAND / 2
        seen = _("seen at %(word)s") % {"word": said(stretch.word)}
        told = f"{day(stretch.begins)}: {seen} ({stretch.text})"
        corners = ((x, middle - 9), (x + 7, middle), (x, middle + 9), (x - 7, middle))
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
        return f'<g><title>{text(told)}</title><polygon class="{stretch.word} look" points="{points}"/></g>'

    def _foot(self, height: int) -> Iterator[str]:
        for number, line in enumerate(self._notes):
            yield _text(LEFT, height - self._foot_height + 22 + number * FOOT_LINE, line, "soft")


def _inside(word: str, name: str, left: float, right: float, y: float) -> str:
    """The word in its stretch, on a plate where the ground is hatched, if there is room."""
    room = len(name) * LETTER + 10
    if word == "unknown":
        return _on_plate(name, (left + right - room) / 2, room, y) if right - left > room + 30 else ""
    if right - left < room + 4:
        return ""
    dark = word in ("open", "sharing", "no_refusal")
    return _text(left + 8, y + 14, name, "on-open" if dark else "")


def _on_plate(name: str, x: float, room: float, y: float) -> str:
    """The word in the middle, so that the hatching shows on both sides."""
    return _rect("plate", x, y + 3, room, BAND - 6) + _text(x + room / 2, y + 14, name, "", "middle")


def _rect(word: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{word}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _edge(x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="edge" x="{x:.1f}" y="{y:.1f}" width="{width}" height="{height}"/>'


def _text(x: float, y: float, value: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text(value)}</text>'
