"""Ways in which evidence gets lost. Each leaves what is still true, and less of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from tests.policy.knowledge import Knowledge
from withhold.model.account import Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Deletion
from withhold.model.when import ANY_TIME, BEGINNING, END, When
from withhold.model.words import Known

Loss = Callable[[Knowledge, Random], Knowledge]
WORTHLESS = (Known.INFERRED, Known.ASSUMED, Known.UNKNOWN)
NOTHING = timedelta(0)
SPANS = (timedelta(microseconds=1), timedelta(hours=13), timedelta(days=3), timedelta(days=60))


def around(when: When, random: Random) -> When:
    """A span that still holds all of ``when``; an open side stays open."""
    before, after = random.choice(SPANS), random.choice(SPANS)
    return When(
        when.earliest if when.earliest - BEGINNING < before else when.earliest - before,
        when.latest if END - when.latest < after else when.latest + after,
    )


def without_zone(when: When, random: Random) -> When:
    """What is left of an exact time when its zone is lost."""
    if not when.exact:
        return when
    offset = timedelta(minutes=random.randint(-12 * 60, 14 * 60))
    return When.without_zone((when.earliest + offset).replace(tzinfo=None))


def some_settings_forgotten(t: Knowledge, random: Random) -> Knowledge:
    return replace(t, settings=tuple(e for e in t.settings if random.random() < 0.5))


def looks_instead_of_stretches(t: Knowledge, random: Random) -> Knowledge:
    """A complete log shrinks to a few instants at which somebody looked."""
    looks = (look for e in t.settings for look in _looks(e, random))
    return replace(t, settings=tuple(looks))


def shorter_stretches(t: Knowledge, random: Random) -> Knowledge:
    return replace(t, settings=tuple(_part(e, random) for e in t.settings))


def word_instead_of_capture(t: Knowledge, random: Random) -> Knowledge:
    """The person's word carries as far as a capture, as long as nothing contradicts it."""
    words = (replace(e, known=Known.ATTESTED) if e.known is Known.OBSERVED else e for e in t.settings)
    return replace(t, settings=tuple(words))


def settings_only_guessed(t: Knowledge, random: Random) -> Knowledge:
    """Defaults and guesses tell nothing."""
    known = (random.choice((e.known, *WORTHLESS)) for e in t.settings)
    return replace(t, settings=tuple(replace(e, known=k) for e, k in zip(t.settings, known, strict=True)))


def acceptance_blurred(t: Knowledge, random: Random) -> Knowledge:
    return _account(
        t,
        lambda a: replace(
            a, acceptances=tuple(replace(x, when=around(x.when, random)) for x in a.acceptances)
        ),
    )


def acceptance_forgotten(t: Knowledge, random: Random) -> Knowledge:
    return _account(t, lambda a: replace(a, acceptances=()))


def plans_forgotten(t: Knowledge, random: Random) -> Knowledge:
    return _account(t, lambda a: replace(a, plans=tuple(p for p in a.plans if random.random() < 0.5)))


def plan_changes_blurred(t: Knowledge, random: Random) -> Knowledge:
    """Each change is still one instant: the end of one period and the beginning of the next blur alike."""
    return _account(t, lambda a: replace(a, plans=_blurred_plans(a.plans, random)))


def account_forgotten(t: Knowledge, random: Random) -> Knowledge:
    """Which account a conversation belongs to is lost, and with it everything about the account."""
    return replace(t, account=None, settings=())


def times_blurred(t: Knowledge, random: Random) -> Knowledge:
    return _messages(t, lambda when: around(when, random) if random.random() < 0.5 else when)


def zones_lost(t: Knowledge, random: Random) -> Knowledge:
    return _messages(t, lambda when: without_zone(when, random))


def times_lost(t: Knowledge, random: Random) -> Knowledge:
    return _messages(t, lambda when: ANY_TIME if random.random() < 0.3 else when)


def feedback_hidden(t: Knowledge, random: Random) -> Knowledge:
    """The source does not show feedback, so that nobody can know whether there was any."""
    return _conversations(t, lambda c: replace(c, feedback=(), feedback_visible=False))


def feedback_blurred(t: Knowledge, random: Random) -> Knowledge:
    return _conversations(
        t, lambda c: replace(c, feedback=tuple(replace(f, at=around(f.at, random)) for f in c.feedback))
    )


def deletion_forgotten(t: Knowledge, random: Random) -> Knowledge:
    return _conversations(t, lambda c: replace(c, deletion=None))


def deletion_only_inferred(t: Knowledge, random: Random) -> Knowledge:
    return _deletions(t, lambda d: replace(d, known=Known.INFERRED))


def deletion_blurred(t: Knowledge, random: Random) -> Knowledge:
    return _deletions(t, lambda d: replace(d, when=around(d.when, random)))


def incognito_unknown(t: Knowledge, random: Random) -> Knowledge:
    return _conversations(t, lambda c: replace(c, incognito=None))


LOSSES: tuple[Loss, ...] = (
    some_settings_forgotten, looks_instead_of_stretches, shorter_stretches, word_instead_of_capture,
    settings_only_guessed, acceptance_blurred, acceptance_forgotten, plans_forgotten, plan_changes_blurred,
    account_forgotten, times_blurred, zones_lost, times_lost, feedback_hidden, feedback_blurred,
    deletion_forgotten, deletion_only_inferred, deletion_blurred, incognito_unknown,
)  # fmt: skip

FORGETS_DELETION = frozenset({deletion_forgotten, deletion_only_inferred, deletion_blurred})
"""After these a deleted conversation may be called eligible: nobody told us that it is gone."""


def some(random: Random, losses: tuple[Loss, ...] = LOSSES) -> tuple[Loss, ...]:
    """Draw up to four losses, in the order in which they strike."""
    return tuple(random.sample(losses, random.randint(0, min(4, len(losses)))))


def lose(t: Knowledge, losses: tuple[Loss, ...], random: Random) -> Knowledge:
    for loss in losses:
        t = loss(t, random)
    return t


def _account(t: Knowledge, change: Callable[[Account], Account]) -> Knowledge:
    return t if t.account is None else replace(t, account=change(t.account))


def _conversations(t: Knowledge, change: Callable[[Conversation], Conversation]) -> Knowledge:
    return replace(t, conversations=tuple(change(c) for c in t.conversations))


def _messages(t: Knowledge, change: Callable[[When], When]) -> Knowledge:
    return _conversations(
        t, lambda c: replace(c, messages=tuple(replace(m, at=change(m.at)) for m in c.messages))
    )


def _deletions(t: Knowledge, change: Callable[[Deletion], Deletion]) -> Knowledge:
    return _conversations(t, lambda c: c if c.deletion is None else replace(c, deletion=change(c.deletion)))


def _blurred_plans(plans: tuple[PlanPeriod, ...], random: Random) -> tuple[PlanPeriod, ...]:
    """Changes keep their order: none blurs further than half of the way to the next."""
    known = sorted({w for p in plans for w in (p.begins, p.ends) if w is not None})
    halves = [one.latest + max(other.earliest - one.latest, NOTHING) / 2 for one, other in pairwise(known)]
    rooms = zip([BEGINNING, *halves], [*halves, END], strict=True) if known else ()
    blurred = {
        when: _between(around(when, random), when, *room) for when, room in zip(known, rooms, strict=True)
    }
    return tuple(
        replace(p, begins=blurred[p.begins], ends=None if p.ends is None else blurred[p.ends]) for p in plans
    )


def _between(wide: When, narrow: When, first: datetime, last: datetime) -> When:
    """``wide`` as far as there is room, and no less than ``narrow``."""
    return When(min(max(wide.earliest, first), narrow.earliest), max(min(wide.latest, last), narrow.latest))


def _within(e: SettingEvidence, random: Random) -> datetime:
    return e.begins + timedelta(microseconds=random.randint(0, _length(e)))


def _length(e: SettingEvidence) -> int:
    return (e.ends - e.begins) // timedelta(microseconds=1)


def _looks(e: SettingEvidence, random: Random) -> list[SettingEvidence]:
    times = [_within(e, random) for _ in range(random.randint(0, 3))]
    return [replace(e, id=f"{e.id}-{i}", begins=at, ends=at) for i, at in enumerate(times)]


def _part(e: SettingEvidence, random: Random) -> SettingEvidence:
    begins, ends = sorted((_within(e, random), _within(e, random)))
    return replace(e, begins=begins, ends=ends)
