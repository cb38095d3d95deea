"""Ranking, and what an export may say: the pure rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.sitting import Scripted
from tests.purge.conftest import Robin
from withhold.app.purge.run import choose, guided
from withhold.model.when import When
from withhold.model.words import FutureEligibility, PastExposure
from withhold.policy.purging import Candidate, Deleted, Export, Presence, presence, rank

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EXPOSED, OPEN = PastExposure.EXPOSED, FutureEligibility.ELIGIBLE
KINDS = st.lists(st.sampled_from("abcdef"), unique=True).map(tuple)
UNTIL = st.none() | st.integers(-400, 4000).map(lambda days: NOW + timedelta(days=days))
CANDIDATES = st.builds(
    Candidate, st.sampled_from(PastExposure), st.sampled_from(FutureEligibility), KINDS, UNTIL
)


@given(CANDIDATES)
def test_what_is_open_or_unknown_is_ranked_and_nothing_else(candidate: Candidate) -> None:
    """Only what was surely never open and surely is not is left out; every rank says why in one line."""
    closed = (candidate.past, candidate.future) == (
        PastExposure.NOT_EXPOSED,
        FutureEligibility.NOT_ELIGIBLE,
    )
    found = rank(candidate, NOW)
    assert (found is None) is closed
    if found is not None:
        assert found.score > 0
        assert "\n" not in found.why
        unsure = candidate.past is not PastExposure.NOT_EXPOSED
        assert ("Models already trained" in found.achieves) is unsure


@given(CANDIDATES, UNTIL)
def test_more_of_anything_never_ranks_lower(candidate: Candidate, until: datetime | None) -> None:
    """Another secret, a longer keeping, or being open now instead of not: none lowers the rank."""
    found = rank(candidate, NOW)
    if found is None:
        return
    worse = [
        Candidate(candidate.past, OPEN, candidate.kinds, candidate.kept_until),
        Candidate(candidate.past, candidate.future, (*candidate.kinds, "z"), candidate.kept_until),
        Candidate(candidate.past, candidate.future, candidate.kinds, None),
    ]
    if until is not None and candidate.kept_until is not None and until > candidate.kept_until:
        worse.append(Candidate(candidate.past, candidate.future, candidate.kinds, until))
    for other in worse:
        ranked = rank(other, NOW)
        assert ranked is not None
        assert ranked.score >= found.score


LATER = NOW + timedelta(days=50)
SPANS = st.tuples(st.integers(0, 60), st.integers(0, 5)).map(
    lambda t: When(NOW + timedelta(days=t[0]), NOW + timedelta(days=t[0] + t[1]))
)
NAMES = st.frozensets(st.sampled_from(("me", "my-uuid", "kim")))
EXPORTS = st.builds(
    Export,
    made=st.none() | SPANS,
    accounts=NAMES,
    kinds=st.frozensets(st.sampled_from(("chat", "coding"))),
    unread=st.integers(0, 2),
    missing=st.integers(0, 2),
)
DELETED = st.builds(
    Deleted,
    accounts=st.just(frozenset({"me", "my-uuid"})),
    kind=st.just("chat"),
    gone=st.none() | SPANS,
    seen_gone=st.booleans(),
)


@given(DELETED, EXPORTS, st.booleans())
def test_absent_has_to_be_earned(deleted: Deleted, export: Export, shown: bool) -> None:
    """Said only of an export of this account alone, surely later, read whole and itself whole; never of one
    that shows it. Shown in one that can speak is never unknown."""
    found, why = presence(deleted, export, LATER, shown=shown)
    speaks = (
        deleted.gone is not None
        and export.made is not None
        and LATER >= export.made.earliest > deleted.gone.latest
        and bool(export.accounts)
        and "kim" not in export.accounts
        and "chat" in export.kinds
    )
    assert (found is Presence.ABSENT) is (speaks and not shown and not export.unread and not export.missing)
    assert (found in (Presence.STILL_THERE, Presence.REAPPEARED)) is (speaks and shown)
    assert why


@pytest.mark.parametrize("answers", [["d", "s"], ["d", "q"], ["d"]])
def test_a_person_goes_through_the_chosen_ones(robin: Robin, answers: list[str]) -> None:
    """Deleted and skipped are put down at once; who leaves in the middle goes on later."""
    services, ids = robin.services, [robin.id_of(c) for c in robin.chats[:2]]
    desk = choose(services, ids, mode="guide", url=None, keep=None)
    person = Scripted(answers)
    document = guided(services, desk, person)
    assert document.items[0].state == "deleted"
    assert document.items[0].known == "attested"
    skipped = answers[-1] == "s"
    assert document.items[1].state == ("skipped" if skipped else "chosen")
    assert document.outcome == ("done" if skipped else "needs_human")
