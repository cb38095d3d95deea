"""Words and dates that the picture, its tables and the plot in the terminal share."""

from datetime import UTC, date, datetime, timedelta

from withhold.report.documents import LaneRow, StretchRow, TimelineDocument
from withhold.report.text.base import day, plural
from withhold.support.messages import _

TITLE = "What was open to training, and when"
NOTE = (
    "A look at the setting is one instant; what lies between two looks is not known. "
    "Verdicts speak of use under terms and setting: feedback, safety flags and other carve-outs "
    "stand beside each conversation in the ledger."
)
LOOK = timedelta(hours=1)
"""A stretch shorter than this is a look: an instant, drawn as a mark."""

PAST = ("exposed", "unknown", "not_exposed")
"""From the bottom of a column to its top."""

SAID = {
    "exposed": "exposed",
    "not_exposed": "not exposed",
    "no_training": "no training",
    "setting_decides": "the setting decides",
    "no_refusal": "training, no refusal",
    "sharing": "sharing",
    "private": "private",
    "open": "open",
    "not_open": "not open",
    "unknown": "not known",
}


def said(word: str) -> str:
    """What a word of the timeline is called in the language in use."""
    return {
        "exposed": _("exposed"),
        "not_exposed": _("not exposed"),
        "no_training": _("no training"),
        "setting_decides": _("the setting decides"),
        "no_refusal": _("training, no refusal"),
        "sharing": _("sharing"),
        "private": _("private"),
        "open": _("open"),
        "not_open": _("not open"),
        "unknown": _("not known"),
    }[word]


def band_name(name: str) -> str:
    """What a band is called in the language in use."""
    first, _space, control = name.partition(" ")
    if name == "new message":
        return _("new message")
    return f"{ {'terms': _('terms'), 'setting': _('setting')}[first] } {control}".strip()


def lane_name(lane: LaneRow) -> str:
    return f"{lane.account or _('account unknown')} ({lane.provider}, {lane.product})"


def is_instant(stretch: StretchRow) -> bool:
    """Whether something is known of one instant only."""
    return stretch.ends - stretch.begins < LOOK


def is_look(stretch: StretchRow) -> bool:
    """Whether a known position of the setting is that of one instant."""
    return stretch.word in ("sharing", "private") and is_instant(stretch)


def bands(lane: LaneRow) -> list[tuple[str, tuple[StretchRow, ...]]]:
    """The bands of a lane from top to bottom, with their names."""
    many = len(lane.settings) > 1
    settings = [(f"setting {b.control}" if many else "setting", b.stretches) for b in lane.settings]
    return [("terms", lane.terms), *settings, ("new message", lane.open)]


def summary(document: TimelineDocument) -> str:
    """The picture in one sentence or two."""
    past = document.past
    count = plural(past.exposed + past.not_exposed + past.unknown, "conversation")
    verdicts = f"{past.exposed:,} exposed, {past.not_exposed:,} not exposed, {past.unknown:,} not known"
    text = f"{count}, {day(document.begins)} to {day(document.ends)} (UTC): {verdicts}."
    return text + (f" {document.undated:,} without a known time." if document.undated else "")


def ticks(begins: datetime, ends: datetime, most: int) -> list[tuple[datetime, str]]:
    """At most ``most`` dates with labels: first days of months, or Mondays in a short range."""
    months = (ends.year - begins.year) * 12 + ends.month - begins.month
    if months < 3:
        return _mondays(begins, ends, most)
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / s <= most)
    first = begins.year * 12 + begins.month - 1
    found = (divmod(n, 12) for n in range(-(-first // step) * step, first + months + 1, step))
    marks = [(datetime(y, m + 1, 1, tzinfo=UTC), f"{y}-{m + 1:02}") for y, m in found]
    return [(at, label) for at, label in marks if begins <= at <= ends]


def _mondays(begins: datetime, ends: datetime, most: int) -> list[tuple[datetime, str]]:
    weeks = max((ends - begins).days // 7, 1)
    step = timedelta(days=7 * -(-weeks // most))
    marks = []
    at = begins - timedelta(days=begins.weekday())
    while at <= ends:
        if at >= begins:
            marks.append((at, f"{at:%m-%d}"))
        at += step
    return marks


def week_of(document: TimelineDocument) -> dict[date, dict[str, int]]:
    return {w.begins: {word: getattr(w, word) for word in PAST} for w in document.weeks}
