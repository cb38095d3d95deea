"""How much people know, from nothing to everything."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from tests.policy.knowledge import Knowledge
from withhold.model.account import SettingEvidence
from withhold.model.when import When
from withhold.model.words import Known

DAY = timedelta(days=1)
Level = Callable[[Knowledge], Knowledge]


def none(t: Knowledge) -> Knowledge:
    """The export alone."""
    account = None if t.account is None else replace(t.account, plans=(), acceptances=())
    return replace(t, settings=(), account=account)


def sparse_looks(t: Knowledge) -> Knowledge:
    """Somebody looked at the switch twice a year, and knows the month of acceptance."""
    return _looked_every(_accepted_within(t, 30 * DAY), 182 * DAY)


def monthly_looks(t: Knowledge) -> Knowledge:
    """Somebody looked every thirty days, and knows the day of acceptance."""
    return _looked_every(_accepted_within(t, DAY), 30 * DAY)


def attested_stretches(t: Knowledge) -> Knowledge:
    """The person knows how the switch stands and stood, but for the day of each change."""
    words = [_word(e, t.as_of) for e in t.settings if e.ends - e.begins > 2 * DAY]
    return replace(_accepted_within(t, DAY), settings=tuple(words))


def full(t: Knowledge) -> Knowledge:
    """A complete log."""
    return t


LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        "none": none,
        "sparse looks": sparse_looks,
        "monthly looks": monthly_looks,
        "attested stretches": attested_stretches,
        "full": full,
    }
)


def _accepted_within(t: Knowledge, width: timedelta) -> Knowledge:
    if t.account is None:
        return t
    known = tuple(replace(a, when=_around(a.when, width)) for a in t.account.acceptances)
    return replace(t, account=replace(t.account, acceptances=known))


def _around(when: When, width: timedelta) -> When:
    return When(when.earliest - width / 2, when.latest + width / 2) if when.exact else when


def _looked_every(t: Knowledge, period: timedelta) -> Knowledge:
    """Looks at fixed intervals, the last one now."""
    looks = [
        replace(e, id=f"{e.id}-{n}", begins=at, ends=at)
        for e in t.settings
        for n, at in enumerate(_times(e, t.as_of, period))
    ]
    return replace(t, settings=tuple(looks))


def _times(e: SettingEvidence, now: datetime, period: timedelta) -> list[datetime]:
    first, last = -((e.ends - now) // period), (now - e.begins) // period
    return [now - n * period for n in range(first, last + 1)]


def _word(e: SettingEvidence, now: datetime) -> SettingEvidence:
    ends = now if e.ends == now else e.ends - DAY
    return replace(e, begins=e.begins + DAY, ends=ends, known=Known.ATTESTED)
