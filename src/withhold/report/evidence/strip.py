"""Where a setting stood, as a strip: solid only where it was looked at, never over what nobody saw.

A look is a mark. The person's word is a dashed band. Two looks that agree and lie no further apart than the
re-check interval are joined by a thin dotted line: likely, and no more. All else is an empty gap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 800, 4, 4, 62, 22
_COLOURS = {"private": "#1d6b3a", "sharing": "#a3271b"}
_SAID = {"private": "set to private", "sharing": "set to sharing"}
_FONT = 'font-family="Libertinus Serif, Liberation Serif, serif" font-size="13"'


@dataclass(frozen=True, slots=True)
class Span:
    """``known`` is ``observed``, ``attested``, ``inferred`` (between two looks) or ``unknown``."""

    begins: datetime
    ends: datetime
    known: str
    setting: str | None

    @property
    def said(self) -> str:
        return "not known" if self.setting is None else _SAID[self.setting]


def spans(evidence: Sequence[Span], begins: datetime, ends: datetime, recheck: timedelta) -> tuple[Span, ...]:
    """``evidence`` in order, with what lies between told as inferred or unknown, cut to the period."""
    held = sorted(
        (e for e in evidence if e.ends >= begins and e.begins <= ends), key=lambda e: (e.begins, e.ends)
    )
    result: list[Span] = []
    reached, last = begins, None
    for one in held:
        if one.begins > reached:
            result.append(_between(last, one, reached, recheck))
        result.append(Span(max(one.begins, begins), min(one.ends, ends), _held(one, recheck), one.setting))
        if one.ends >= reached:
            reached, last = one.ends, one
    if reached < ends:
        result.append(Span(reached, ends, "unknown", None))
    return tuple(result)


def _held(one: Span, recheck: timedelta) -> str:
    """A look is short; one that claims more than the re-check interval is not drawn as seen throughout."""
    return "inferred" if one.known == "observed" and one.ends - one.begins > recheck else one.known


def _between(before: Span | None, after: Span, reached: datetime, recheck: timedelta) -> Span:
    looks = before is not None and before.known == after.known == "observed"
    near = before is not None and after.begins - before.ends <= recheck
    if looks and near and before is not None and before.setting == after.setting:
        return Span(reached, after.begins, "inferred", after.setting)
    return Span(reached, after.begins, "unknown", None)


def strip(rows: Sequence[tuple[str, Sequence[Span]]], begins: datetime, ends: datetime) -> str:
    """The strip of each control as one SVG that loads nothing."""
    height = TOP + ROW * len(rows) + 58
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            "<title>Where the setting stood; the table below says the same in words</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *_rows(rows, begins, ends),
            *_axis(begins, ends, height),
            *_legend(height),
            "</svg>",
        )
    )


def _x(at: datetime, begins: datetime, ends: datetime) -> float:
    whole = max((ends - begins).total_seconds(), 1.0)
    inside = min(max(at, begins), ends) - begins
    return LEFT + (WIDTH - LEFT - RIGHT) * inside.total_seconds() / whole


def _rows(rows: Sequence[tuple[str, Sequence[Span]]], begins: datetime, ends: datetime) -> Iterator[str]:
    for number, (name, held) in enumerate(rows):
        y = TOP + ROW * number
        yield f'<text x="{LEFT}" y="{y}" {_FONT} fill="#1c2430">{escape(name)}</text>'
        yield (
            f'<rect x="{LEFT}" y="{y + 10}" width="{WIDTH - LEFT - RIGHT}" height="26" fill="#ffffff"'
            ' stroke="#aab2bd" stroke-width="0.8"/>'
        )
        for span in (s for s in held if s.setting is not None):
            yield _shape(span, _x(span.begins, begins, ends), _x(span.ends, begins, ends), y + 10)


def _shape(span: Span, left: float, right: float, y: float) -> str:
    colour = _COLOURS[span.setting or "private"]
    middle = y + 13
    if span.known == "inferred":
        return (
            f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{middle}" y2="{middle}" stroke="{colour}"'
            ' stroke-width="2" stroke-dasharray="1 5"/>'
        )
    if span.known == "attested":
        return (
            f'<line x1="{left:.1f}" x2="{max(right, left + 3):.1f}" y1="{middle}" y2="{middle}"'
            f' stroke="{colour}" stroke-opacity="0.45" stroke-width="14" stroke-dasharray="9 5"/>'
        )
    centre = (left + right) / 2
    half = max((right - left) / 2, 2.0)
    return (
        f'<rect x="{centre - half:.1f}" y="{y}" width="{2 * half:.1f}" height="26" fill="{colour}"/>'
        f'<circle cx="{centre:.1f}" cy="{y - 3}" r="3.2" fill="{colour}"/>'
    )


def _axis(begins: datetime, ends: datetime, height: int) -> Iterator[str]:
    y = height - 42
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at = begins + (ends - begins) * share
        x = LEFT + (WIDTH - LEFT - RIGHT) * share
        told = f"{at:%Y-%m-%d %H:%M} UTC"
        yield f'<text x="{x:.0f}" y="{y}" {_FONT} fill="#5a6675" text-anchor="{anchor}">{told}</text>'


def _legend(height: int) -> Iterator[str]:
    y = height - 10
    words = "Solid: looked at. Dashed: the person's word. Dotted: between looks that agree. Empty: not known."
    yield f'<text x="{LEFT}" y="{y}" {_FONT} fill="#1c2430">{words}</text>'
    yield f'<rect x="{WIDTH - 258}" y="{y - 11}" width="11" height="11" fill="{_COLOURS["private"]}"/>'
    yield f'<text x="{WIDTH - 242}" y="{y}" {_FONT} fill="#1c2430">{_SAID["private"]}</text>'
    yield f'<rect x="{WIDTH - 118}" y="{y - 11}" width="11" height="11" fill="{_COLOURS["sharing"]}"/>'
    yield f'<text x="{WIDTH - 102}" y="{y}" {_FONT} fill="#1c2430">{_SAID["sharing"]}</text>'
