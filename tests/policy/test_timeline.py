"""The setting's timeline: observed, attested, inferred, assumed and unknown stretches."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.model.account import SettingEvidence
from withhold.model.words import Known, Setting
from withhold.policy.timeline import TICK, Timeline

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = st.integers(0, 30)
POSITIONS = st.sampled_from(Setting)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def seen(
    first: float,
    last: float | None = None,
    setting: Setting = Setting.PRIVATE,
    known: Known = Known.OBSERVED,
    name: str | None = None,
) -> SettingEvidence:
    """Evidence for the days ``first`` to ``last``; without ``last`` a look."""
    end = first if last is None else last
    return SettingEvidence(
        name or f"{setting}-{first}-{end}-{known}", "control", day(first), day(end), setting, known, None
    )


EVIDENCE = st.lists(
    st.builds(
        lambda begin, length, setting, known: seen(begin, begin + length, setting, known),
        DAYS,
        st.integers(0, 5),
        POSITIONS,
        st.sampled_from(Known),
    ),
    max_size=8,
    unique_by=lambda e: e.id,
)


def test_a_stretch_counts_with_both_its_ends() -> None:
    """The position is known from the first instant to the last and not a microsecond further."""
    line = Timeline([seen(1, 2)])
    assert [line.at(t).setting for t in (day(1), day(2))] == [Setting.PRIVATE, Setting.PRIVATE]
    assert [line.at(t).setting for t in (day(1) - TICK, day(2) + TICK)] == [None, None]


def test_a_look_is_one_instant() -> None:
    """Nothing beside the instant of a look is known."""
    line = Timeline([seen(1)])
    assert line.at(day(1)).known is Known.OBSERVED
    assert line.at(day(1) + TICK).known is Known.ASSUMED


@pytest.mark.parametrize(("after", "known"), [("private", Known.INFERRED), ("sharing", Known.UNKNOWN)])
def test_between_two_looks_nothing_is_known(after: str, known: Known) -> None:
    """The same position on both sides makes a gap likely, and still unknown."""
    gap = Timeline([seen(1), seen(5, setting=Setting(after))]).at(day(3))
    assert (gap.setting, gap.known) == (None, known)
    assert (gap.begins, gap.ends) == (day(1) + TICK, day(5))


def test_without_a_look_on_one_side_a_gap_is_assumed() -> None:
    """Before the first and after the last look there is no more than a default."""
    line = Timeline([seen(1)])
    assert [line.at(t).known for t in (day(0), day(2))] == [Known.ASSUMED, Known.ASSUMED]


def test_without_evidence_everything_is_assumed() -> None:
    """An empty timeline knows no position at any time."""
    line = Timeline([])
    assert line.at(day(0)).setting is None
    assert line.last_seen is None


@pytest.mark.parametrize("known", [Known.INFERRED, Known.ASSUMED, Known.UNKNOWN])
def test_what_is_not_credible_does_not_count(known: Known) -> None:
    """Guesses and defaults never say where a setting stood."""
    assert not Timeline([seen(1, 5, known=known)]).stretches


def test_two_captures_that_disagree_leave_a_conflict() -> None:
    """Where both hold the position is unknown; beside it each stands."""
    line = Timeline([seen(1, 5), seen(3, 8, Setting.SHARING)])
    assert line.at(day(4)).conflict
    assert line.at(day(4)).setting is None
    assert [line.at(day(d)).setting for d in (2, 7)] == [Setting.PRIVATE, Setting.SHARING]


def test_a_contradicted_word_is_set_aside_whole() -> None:
    """One capture against it makes the person's word on a stretch worthless, also far from the capture."""
    line = Timeline([seen(1, 20, known=Known.ATTESTED, name="word"), seen(3, setting=Setting.SHARING)])
    assert line.contradicted == {"word"}
    assert line.at(day(15)).setting is None


def test_a_word_that_touches_a_capture_with_another_position_is_contradicted() -> None:
    """Both ends are part of a stretch, so touching is a contradiction."""
    line = Timeline([seen(1, 3, known=Known.ATTESTED, name="word"), seen(3, setting=Setting.SHARING)])
    assert line.contradicted == {"word"}


def test_a_capture_stands_before_a_word_that_agrees() -> None:
    """The better evidence is the one that is named."""
    line = Timeline([seen(1, 20, known=Known.ATTESTED), seen(3, 4, name="capture")])
    assert (line.at(day(3)).evidence, line.at(day(3)).known) == ("capture", Known.OBSERVED)


@given(EVIDENCE, st.randoms(use_true_random=False))
def test_order_does_not_matter(evidence: list[SettingEvidence], random: Random) -> None:
    """The same evidence in any order makes the same timeline."""
    mixed = random.sample(evidence, len(evidence))
    assert Timeline(mixed).stretches == Timeline(evidence).stretches


@given(EVIDENCE, st.floats(-1, 40))
def test_a_position_is_only_known_where_credible_evidence_holds(
    evidence: list[SettingEvidence], at: float
) -> None:
    """Known exactly where uncontradicted evidence covers the instant and all of it agrees."""
    line = Timeline(evidence)
    covering = {
        e.setting
        for e in evidence
        if e.known in (Known.OBSERVED, Known.ATTESTED)
        and e.id not in line.contradicted
        and e.begins <= day(at) <= e.ends
    }
    assert line.at(day(at)).setting is (covering.pop() if len(covering) == 1 else None)


@given(EVIDENCE)
def test_stretches_follow_one_another(evidence: list[SettingEvidence]) -> None:
    """Stretches stand in order and never overlap."""
    line = Timeline(evidence)
    assert all(one.ends <= two.begins for one, two in pairwise(line.stretches))
    assert all(s.begins < s.ends for s in line.stretches)
