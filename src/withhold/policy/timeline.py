"""The setting's timeline: what was seen, what somebody vouches for, and what nobody knows."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from withhold.model.account import SettingEvidence
from withhold.model.words import Known, Setting
from withhold.policy.bounds import NO, OPEN, YES, Bounds

TICK = timedelta(microseconds=1)
CREDIBLE = (Known.OBSERVED, Known.ATTESTED)
"""Only these say where a setting stood. A default or a guess never does."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The timeline in ``[begins, ends)``. ``setting`` is ``None`` where it is not known.

    ``INFERRED`` marks a gap with the same position on both sides: likely, and still unknown, since the
    switch may have moved and come back. ``ASSUMED`` marks time with no look on one side.
    """

    begins: datetime
    ends: datetime
    setting: Setting | None
    known: Known
    evidence: str | None
    record: str | None = None
    conflict: bool = False

    @property
    def sharing(self) -> Bounds:
        """Whether the control stood at sharing."""
        if self.setting is None:
            return OPEN
        return YES if self.setting is Setting.SHARING else NO


class Timeline:
    """All that is known about one control of one account, cut where anything changes."""

    def __init__(self, evidence: Iterable[SettingEvidence]) -> None:
        credible = [e for e in evidence if e.known in CREDIBLE]
        kept, self.contradicted = _drop_contradicted(credible)
        self.stretches: Sequence[Stretch] = _stretches(kept)
        self._begins = [s.begins for s in self.stretches]

    @property
    def cuts(self) -> tuple[datetime, ...]:
        """Instants at which the timeline changes."""
        return tuple(cut for s in self.stretches for cut in (s.begins, s.ends))

    def at(self, instant: datetime) -> Stretch:
        """What is known at ``instant``; a gap becomes a stretch of its own."""
        i = bisect_right(self._begins, instant) - 1
        if i >= 0 and instant < self.stretches[i].ends:
            return self.stretches[i]
        before = self.stretches[i] if i >= 0 else None
        after = self.stretches[i + 1] if i + 1 < len(self.stretches) else None
        return _gap(instant, before, after)

    @property
    def last_seen(self) -> Stretch | None:
        """The newest stretch with a known position."""
        return self.stretches[-1] if self.stretches else None


def _gap(instant: datetime, before: Stretch | None, after: Stretch | None) -> Stretch:
    both = before is not None and after is not None
    same = both and before is not None and after is not None and before.setting is after.setting
    known = Known.INFERRED if same else Known.UNKNOWN if both else Known.ASSUMED
    return Stretch(
        begins=before.ends if before else instant,
        ends=after.begins if after else instant + TICK,
        setting=None,
        known=known,
        evidence=before.evidence if before else after.evidence if after else None,
    )


def _drop_contradicted(
    evidence: list[SettingEvidence],
) -> tuple[list[SettingEvidence], frozenset[str]]:
    """The person's word does not stand against what was observed: such a word is set aside whole."""
    observed = [e for e in evidence if e.known is Known.OBSERVED]
    contradicted = frozenset(
        word.id
        for word in evidence
        if word.known is Known.ATTESTED
        and any(
            o.setting is not word.setting and o.begins <= word.ends and word.begins <= o.ends
            for o in observed
        )
    )
    return [e for e in evidence if e.id not in contradicted], contradicted


def _stretches(evidence: list[SettingEvidence]) -> list[Stretch]:
    """Cut overlapping evidence into stretches; where two pieces disagree the position is unknown."""
    cuts = sorted({c for e in evidence for c in (e.begins, e.ends + TICK)})
    by_begin = sorted(evidence, key=lambda e: (e.begins, e.ends, e.id))
    result: list[Stretch] = []
    active: list[SettingEvidence] = []
    taken = 0
    for begins, ends in pairwise(cuts):
        while taken < len(by_begin) and by_begin[taken].begins <= begins:
            active.append(by_begin[taken])
            taken += 1
        active = [e for e in active if e.ends >= begins]
        if active:
            result.append(_stretch(begins, ends, active))
    return result


def _stretch(begins: datetime, ends: datetime, active: list[SettingEvidence]) -> Stretch:
    conflict = len({e.setting for e in active}) > 1
    best = min(active, key=lambda e: (CREDIBLE.index(e.known), e.begins, e.id))
    return Stretch(
        begins=begins,
        ends=ends,
        setting=None if conflict else best.setting,
        known=Known.UNKNOWN if conflict else best.known,
        evidence=best.id,
        record=best.record,
        conflict=conflict,
    )
