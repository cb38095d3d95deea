"""When a control is to be looked at again. Pure: the instant is an argument, as everything else is.

The rules, in the order in which they are asked:

1. Nobody has looked, or only "after" the present instant (the clock was set back): at once.
2. Something that may set the switch anew came after the last look: terms, an acceptance, a plan, another fact
   of the account, an upgrade of a client, an alarm of the terms watch: at once. What is announced for a later
   day is due on that day.
3. It was changed, and nobody looked again :attr:`Rhythm.after_change` or more after that: then.
4. Else :attr:`Rhythm.every` after the last look.

Nothing here says how the switch stands; it says when what is known of it has to be renewed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Provider
from withhold.model.when import END, When
from withhold.policy.looks import RECHECK, came_after, changes_for, credible


class DueReason(StrEnum):
    """Why a look is due."""

    NEVER = "never_looked"
    CLOCK = "clock_set_back"
    CHANGED_AROUND = "something_changed"
    AFTER_CHANGE = "after_change"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How soon after a change of the control, and how often then."""

    after_change: timedelta = timedelta(hours=72)
    every: timedelta = RECHECK


@dataclass(frozen=True, slots=True)
class Change:
    """Something that may have set the switch anew, or will. ``what`` reads after "due since"."""

    when: When
    what: str


@dataclass(frozen=True, slots=True)
class Due:
    """``at``: from when on a look is due (UTC). ``looked``: the last look that counts."""

    at: datetime
    reason: DueReason
    why: str
    looked: datetime | None

    def now(self, now: datetime) -> bool:
        """Whether it is due at ``now``."""
        return self.at <= now


def due_for(
    evidence: Iterable[SettingEvidence],
    now: datetime,
    changes: Iterable[Change] = (),
    rhythm: Rhythm | None = None,
) -> Due:
    """When one control of one account is to be looked at. ``evidence`` is of that control alone."""
    rhythm = rhythm or Rhythm()
    pieces = list(evidence)
    seen = sorted(credible(pieces, now), key=lambda e: (min(e.ends, now), e.begins, e.id))
    if not seen:
        return _never(pieces, now)
    looked = min(seen[-1].ends, now)
    ordinary = _ordinary(seen, now, rhythm)
    news = min((_from(c, looked) for c in changes if _matters(c, looked)), default=None, key=lambda d: d.at)
    return ordinary if news is None or ordinary.at <= news.at else news


def changes_around(control_id: str, provider: Provider | None, account: Account | None) -> tuple[Change, ...]:
    """Terms, acceptances and plans that may set the control anew, past and announced."""
    return tuple(Change(when, what) for when, what in changes_for(control_id, provider, account))


def changed_at(seen: Iterable[SettingEvidence]) -> datetime | None:
    """When the control was last seen in another position than before; ``None`` where it always stood so."""
    before: SettingEvidence | None = None
    found = None
    for piece in seen:
        if before is not None and piece.setting is not before.setting:
            found = piece.begins
        before = piece
    return found


def _never(pieces: list[SettingEvidence], now: datetime) -> Due:
    if any(e.begins > now for e in pieces):
        why = "the last look lies ahead of this computer's clock, so it cannot be counted from"
        return Due(now, DueReason.CLOCK, why, None)
    return Due(now, DueReason.NEVER, "nobody has looked yet", None)


def _ordinary(seen: list[SettingEvidence], now: datetime, rhythm: Rhythm) -> Due:
    looked, changed = min(seen[-1].ends, now), changed_at(seen)
    if changed is not None and looked < changed + rhythm.after_change:
        at = changed + rhythm.after_change
        return Due(at, DueReason.AFTER_CHANGE, f"{_span(rhythm.after_change)} after it was changed", looked)
    at = _plus(looked, rhythm.every)
    return Due(at, DueReason.PERIOD, f"{_span(rhythm.every)} after the last look", looked)


def _matters(change: Change, looked: datetime) -> bool:
    return change.when.earliest > looked or came_after(change.when, looked, END)


def _from(change: Change, looked: datetime) -> Due:
    at = max(change.when.earliest, looked)
    return Due(at, DueReason.CHANGED_AROUND, change.what, looked)


def _plus(at: datetime, span: timedelta) -> datetime:
    return END if at > END - span else at + span


def _span(span: timedelta) -> str:
    if span >= timedelta(days=4) and not span.seconds:
        return f"{span.days} days"
    return f"{span.total_seconds() / 3600:g} hours"
