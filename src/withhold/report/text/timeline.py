"""The timeline in a terminal: 80 columns, readable without colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from rich.console import Console
from rich.text import Text

from withhold.report.documents import StretchRow, TimelineDocument
from withhold.report.text.base import STYLES
from withhold.report.timeline.words import PAST, SAID, TITLE, bands, is_look, lane_name, summary, ticks
from withhold.support.messages import spoken

GUTTER, COLUMNS = 13, 64
WEEK = timedelta(days=7)
CAUTIOUS = (
    "open",
    "no_refusal",
    "unknown",
    "sharing",
    "setting_decides",
    "not_open",
    "private",
    "no_training",
)
"""Which word stands for a column that holds several."""


@dataclass(frozen=True)
class Glyphs:
    """Characters of the plot. ``steps`` go from a little to the most."""

    steps: str
    words: dict[str, str]


DARK = ("open", "sharing", "no_refusal")
PALE = ("not_open", "private", "no_training")
LOOKS = {"sharing": "S", "private": "P"}
BLOCKS = Glyphs(
    "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588",
    {
        **dict.fromkeys(DARK, "\u2588"),
        **dict.fromkeys(PALE, "\u00b7"),
        "setting_decides": "\u2592",
        "unknown": "?",
    },
)
PLAIN = Glyphs(
    "12345678",
    {**dict.fromkeys(DARK, "#"), **dict.fromkeys(PALE, "."), "setting_decides": "=", "unknown": "?"},
)
"""For terminals that cannot show blocks."""


def timeline(console: Console, document: TimelineDocument) -> None:
    """One line of columns a verdict, one line a band, then what the characters mean."""
    console.print(Text(TITLE, style="bold"))
    console.print(summary(document))
    if document.begins is None or document.ends is None:
        console.print("No conversation with a known time. Next: withhold import PATH")
        return
    glyphs = BLOCKS if _shows(console.encoding, BLOCKS) else PLAIN
    plot = Plot(document, document.begins, document.ends, glyphs)
    console.print()
    for line in plot.lines():
        console.print(line, no_wrap=True, overflow="crop", crop=True, soft_wrap=True)
    console.print()
    console.print(Text("\n".join(map(spoken, _legend(glyphs))), style="dim"))


def _shows(encoding: str, glyphs: Glyphs) -> bool:
    try:
        (glyphs.steps + "".join(glyphs.words.values())).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _legend(glyphs: Glyphs) -> list[str]:
    dark, pale, decides = (glyphs.words[w] for w in ("open", "not_open", "setting_decides"))
    return [
        f"{dark} open, sharing, no refusal; {pale} not open, private, no training",
        f"{decides} the setting decides; ? not known; S, P looked at once: sharing, private",
        "A look is one instant: what lies between two looks is not known.",
        "Feedback and safety flags may train whatever stands here: see withhold exposure.",
    ]


class Plot:
    """Equal slices of time, one a column."""

    def __init__(self, document: TimelineDocument, begins: datetime, ends: datetime, glyphs: Glyphs) -> None:
        self._document = document
        self._begins = begins
        self._ends = ends
        self._slice = (ends - begins) / COLUMNS
        self._glyphs = glyphs

    def lines(self) -> list[Text]:
        found = [*self._columns(), self._axis()]
        for lane in self._document.lanes:
            found.append(Text(lane_name(lane), style="bold"))
            found += [self._band(name, stretches) for name, stretches in bands(lane)]
        return found

    def _columns(self) -> list[Text]:
        """One line a verdict; all on one scale: the most conversations in a week of one verdict."""
        series = {word: self._series(word) for word in PAST}
        top = max((max(s) for s in series.values()), default=0) or 1
        return [self._line(SAID[w], self._bars(series[w], top), STYLES[w]) for w in PAST if any(series[w])]

    def _bars(self, series: Sequence[int], top: int) -> str:
        steps = self._glyphs.steps
        bars = "".join(steps[-(-n * len(steps) // top) - 1] if n else " " for n in series)
        return f"{bars} {max(series)}"

    def _series(self, word: str) -> list[int]:
        """The busiest week that each column touches."""
        found = [0] * COLUMNS
        for week in self._document.weeks:
            begins = datetime.combine(week.begins, time.min, UTC)
            first = self._column(begins)
            last = max(self._column(min(begins + WEEK, self._ends) - timedelta(seconds=1)), first)
            for i in range(first, last + 1):
                found[i] = max(found[i], getattr(week, word))
        return found

    def _column(self, instant: datetime) -> int:
        return min(max(int((instant - self._begins) / self._slice), 0), COLUMNS - 1)

    def _axis(self) -> Text:
        row = [" "] * (COLUMNS + 3)
        free = 0
        for at, label in ticks(self._begins, self._ends, 8):
            i = min(self._column(at), len(row) - len(label))
            if i >= free:
                row[i : i + len(label)] = label
                free = i + len(label) + 1
        return self._line("", "".join(row), "dim")

    def _band(self, name: str, stretches: Sequence[StretchRow]) -> Text:
        cells = [self._cell(stretches, i) for i in range(COLUMNS)]
        for s in stretches:
            if s.word in LOOKS and s.ends - s.begins < 2 * self._slice:
                cells[self._column(s.begins + (s.ends - s.begins) / 2)] = LOOKS[s.word]
        return self._line(name[: GUTTER - 1], "".join(cells), "")

    def _cell(self, stretches: Sequence[StretchRow], i: int) -> str:
        begins, ends = self._begins + i * self._slice, self._begins + (i + 1) * self._slice
        words = {s.word for s in stretches if s.begins < ends and s.ends > begins and not is_look(s)}
        held = next((w for w in CAUTIOUS if w in words), "unknown")
        return self._glyphs.words[held]

    def _line(self, name: str, row: str, style: str) -> Text:
        return Text.assemble((name.ljust(GUTTER), "dim"), (row, style))
