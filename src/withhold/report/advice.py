"""``withhold advise`` as a page: the table, cost against use as a picture, and the same in numbers."""

from html import escape

from withhold.report.documents.advise import AdviseDocument, RouteRow
from withhold.report.html import environment
from withhold.report.text.advise import KINDS, assured, cost_text, usage_line

WIDTH, HEIGHT = 900, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 20, 40
SPAN = 3
"""The picture goes to three times the use that is counted."""
DASHES = ("", "8 4", "2 4", "12 4 2 4", "6 6", "1 6")
"""Lines differ by their dashes too, so that they read without colour."""


def advice_page(document: AdviseDocument) -> bytes:
    """One self-contained HTML file; every text is escaped and nothing is loaded from elsewhere."""
    from markupsafe import Markup

    drawn = plotted(document)
    page = environment().get_template("advise.html")
    return page.render(
        advice=document,
        usage=usage_line(document.usage),
        assured=assured,
        cost_text=cost_text,
        kinds=KINDS,
        effort={row.kind: row for row in document.routes},
        picture=Markup(_picture(drawn)) if drawn else None,  # noqa: S704 - made here, every text escaped
        points=[(row.id, [_at(row, times) for times in range(SPAN + 1)]) for row in drawn],
    ).encode()


def plotted(document: AdviseDocument) -> list[RouteRow]:
    """Routes with a known cost in the currency of the first such route."""
    known = [row for row in document.routes if row.cost.amount is not None]
    return [row for row in known if row.cost.currency == known[0].cost.currency]


def _at(row: RouteRow, times: float) -> float:
    """Cost a month at ``times`` the use that is counted: what is fixed, and the rest in proportion."""
    amount, fixed = row.cost.amount or 0.0, row.cost.fixed or 0.0
    return fixed + (amount - fixed) * times


def _picture(rows: list[RouteRow]) -> str:
    most = max(_at(row, SPAN) for row in rows) or 1.0
    currency = escape(rows[0].cost.currency or "")
    lines = [_line(row, number, most) for number, row in enumerate(rows)]
    ticks = [_tick(times) for times in range(SPAN + 1)]
    levels = [_level(most * part / 4, most, currency) for part in range(5)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="plot-title plot-desc">'
        '<title id="plot-title">Cost a month against use</title>'
        '<desc id="plot-desc">One line a route; the table below holds the same numbers.</desc>'
        f"{''.join(levels)}{''.join(ticks)}{''.join(lines)}</svg>"
    )


def _x(times: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * times / SPAN


def _y(amount: float, most: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - amount / most)


def _line(row: RouteRow, number: int, most: float) -> str:
    begin, end = _y(_at(row, 0), most), _y(_at(row, SPAN), most)
    dash = DASHES[number % len(DASHES)]
    return (
        f'<line class="route r{number % 6}" stroke-dasharray="{dash}" x1="{_x(0):.1f}" y1="{begin:.1f}"'
        f' x2="{_x(SPAN):.1f}" y2="{end:.1f}"/>'
        f'<text class="soft" x="{_x(SPAN) + 8:.1f}" y="{end + 4:.1f}">{escape(row.id)}</text>'
    )


def _tick(times: int) -> str:
    label = "no use" if times == 0 else "your use" if times == 1 else f"{times} times"
    return (
        f'<line class="grid" x1="{_x(times):.1f}" x2="{_x(times):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="soft" text-anchor="middle" x="{_x(times):.1f}" y="{HEIGHT - 14}">{label}</text>'
    )


def _level(amount: float, most: float, currency: str) -> str:
    y = _y(amount, most)
    return (
        f'<line class="grid" x1="{LEFT}" x2="{_x(SPAN):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="soft" text-anchor="end" x="{LEFT - 8}" y="{y + 4:.1f}">{amount:,.0f} {currency}</text>'
    )
