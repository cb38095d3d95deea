"""Suppositions: what they change, what they never change, and that nothing is kept of them."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from tests.app.test_ledger import export, known_account
from withhold.app.accounts import add_account, attest_deletion, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.whatif import Asked, what_if
from withhold.model.account import SettingEvidence
from withhold.model.words import Known, Setting
from withhold.report.documents import SupposedRow, WhatIfDocument
from withhold.support.errors import UsageProblem

CHATS = (
    ("old", "2025-07-20T10:00:00Z"),
    ("autumn", "2025-10-20T10:00:00Z"),
    ("winter", "2026-01-20T10:00:00Z"),
    ("summer", "2026-08-20T10:00:00Z"),
)
OFF = Asked(off_today=True)


@pytest.fixture
def sharing(services: Services, tmp_path: Path) -> Services:
    """An account that has shared since it accepted the new terms, with four chats."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11")
    import_paths(services, [export(tmp_path / "e", *CHATS)])
    return services


def names(services: Services) -> dict[str, str]:
    """Names of the chats by our ids."""
    return {r.id: r.source_id for r in exposure(services).conversations}


def changed(services: Services, document: WhatIfDocument) -> dict[str, SupposedRow]:
    known = names(services)
    return {known[c.id]: c for c in document.changes}


def state_of(services: Services) -> dict[str, str]:
    """Hash of each file of the state. SQLite's shared memory is no content; its log is."""
    files = (p for p in services.home.root.rglob("*") if p.is_file() and not p.name.endswith("-shm"))
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.parametrize(
    "asked", [OFF, Asked(off_since="2025-10-01"), Asked(off_since="2025-10-01", delete=("",))]
)
def test_nothing_is_written(sharing: Services, asked: Asked) -> None:
    """The state is the same, byte for byte, and so is what the ledger says."""
    now = sharing.clock()
    ledger = exposure(sharing, as_of=now).conversations
    asked = Asked(asked.off_since, asked.off_today, tuple(ledger[0].id for _ in asked.delete))
    before = state_of(sharing)
    assert what_if(sharing, asked).changes
    assert state_of(sharing) == before
    assert exposure(sharing, as_of=now).conversations == ledger


def test_actual_is_what_the_ledger_says(sharing: Services) -> None:
    """The totals beside the supposed ones are those of the ledger, and a changed row starts from its row."""
    now = sharing.clock()
    ledger = exposure(sharing, as_of=now)
    document = what_if(sharing, OFF, as_of=now)
    assert document.actual == ledger.totals
    rows = {r.id: r for r in ledger.conversations}
    for change in document.changes:
        assert change.actual.past_exposure == rows[change.id].past_exposure
        assert change.actual.future_eligibility == rows[change.id].future_eligibility
    assert document.unchanged + len(document.changes) == len(rows)


def test_it_says_what_it_is(sharing: Services) -> None:
    """The document is marked as a supposition; its text says that it is no evidence."""
    document = what_if(sharing, OFF)
    assert document.is_supposition is True
    assert document.supposition.text.startswith("Supposed that")
    assert "not evidence" in document.supposition.text
    assert document.supposition.accounts == ("mine",)


def test_carve_outs_hold_in_spite_of_a_supposition(sharing: Services) -> None:
    """Each supposed row has the carve-outs that a verdict never stands without."""
    changes = what_if(sharing, Asked(off_since="2025-09-01")).changes
    assert changes
    assert all("safety_flagged" in {c.kind for c in change.carve_outs} for change in changes)


def test_switching_off_today_never_clears_the_past(sharing: Services) -> None:
    """What was open stays exposed; later runs leave it out."""
    rows = changed(sharing, what_if(sharing, OFF))
    assert set(rows) == {"autumn", "winter", "summer"}
    for row in rows.values():
        assert row.actual.past_exposure == row.supposed.past_exposure == "exposed"
        assert (row.actual.future_eligibility, row.supposed.future_eligibility) == (
            "eligible",
            "not_eligible",
        )


def test_off_since_a_day_changes_what_came_after_it(sharing: Services) -> None:
    """Chats before the day keep their past; later ones would not have been open."""
    rows = changed(sharing, what_if(sharing, Asked(off_since="2025-12-01")))
    assert rows["autumn"].supposed.past_exposure == "exposed"
    assert rows["winter"].supposed.past_exposure == rows["summer"].supposed.past_exposure == "not_exposed"
    assert "old" not in rows


def test_a_deletion_changes_later_runs_alone(sharing: Services) -> None:
    """Only the chat that is supposed to be deleted changes, and what was exposed stays so."""
    id_ = next(i for i, name in names(sharing).items() if name == "winter")
    document = what_if(sharing, Asked(delete=(id_[:6],)))
    (row,) = document.changes
    assert document.supposition.deleted == (id_,)
    assert (row.actual.past_exposure, row.supposed.past_exposure) == ("exposed", "exposed")
    assert (row.actual.future_eligibility, row.supposed.future_eligibility) == ("eligible", "not_eligible")


def test_deleting_again_supposes_nothing_new(sharing: Services) -> None:
    """A chat that is known to be deleted keeps its clocks when its deletion is supposed."""
    id_ = next(i for i, name in names(sharing).items() if name == "winter")
    attest_deletion(sharing, id_, "2026-03-01")
    assert what_if(sharing, Asked(delete=(id_,))).changes == ()


def test_a_gap_before_the_day_stays_unknown(services: Services, clock: Clock, tmp_path: Path) -> None:
    """A supposition about the time since a day says nothing of the time before it."""
    known_account(services)
    import_paths(services, [export(tmp_path / "e", *CHATS)])
    rows = changed(services, what_if(services, Asked(off_since="2025-12-01")))
    assert "autumn" not in rows or rows["autumn"].supposed.past_exposure == "unknown"
    assert rows["winter"].supposed.past_exposure == "not_exposed"


def test_a_contradicted_word_does_not_come_back(services: Services, tmp_path: Path) -> None:
    """A look that contradicted the person's word still does, though it lies in the time that is supposed."""
    known_account(services)
    attest_setting(services, "mine", "private", begins="2025-09-11")
    account = services.store.accounts()[0]
    (word,) = services.store.setting_evidence(account.id)
    seen = word.begins.replace(year=2026)
    services.store.add_setting_evidence(
        account.id, SettingEvidence("look", word.control_id, seen, seen, Setting.SHARING, Known.OBSERVED)
    )
    import_paths(services, [export(tmp_path / "e", *CHATS)])
    rows = changed(services, what_if(services, Asked(off_since="2026-03-01")))
    assert "autumn" not in rows or rows["autumn"].supposed.past_exposure == "unknown"
    assert rows["summer"].supposed.past_exposure == "not_exposed"


def test_only_the_account_that_is_meant(sharing: Services, tmp_path: Path) -> None:
    """With an account given, the setting of another stays what it is."""
    add_account(sharing, "anthropic", "other", source_ids=("ref-2",), tier="Pro", tier_from="2025-01-01")
    attest_setting(sharing, "other", "sharing", begins="2025-09-11")
    theirs = export(tmp_path / "o", ("theirs", "2026-02-01T10:00:00Z"), ref="ref-2")
    import_paths(sharing, [theirs])
    document = what_if(sharing, OFF, wanted=Filter(account="mine"))
    assert document.supposition.accounts == ("mine",)
    assert set(changed(sharing, document)) == {"autumn", "winter", "summer"}


def test_what_belongs_to_no_account_is_counted_apart(services: Services, tmp_path: Path) -> None:
    """Nothing can be supposed about the setting of an account that is not known."""
    folder = export(tmp_path / "e", *CHATS)
    data = json.loads((folder / "conversations.json").read_text("utf-8"))
    for chat in data:
        del chat["account"]
    (folder / "conversations.json").write_text(json.dumps(data), encoding="utf-8")
    import_paths(services, [folder])
    document = what_if(services, OFF)
    assert document.changes == ()
    assert document.not_supposed_for == len(CHATS)


@pytest.mark.parametrize(
    ("asked", "wanted", "why"),
    [
        (Asked(), Filter(), "nothing is supposed"),
        (Asked(off_since="2025-10-01", off_today=True), Filter(), "two suppositions"),
        (Asked(off_since="soon"), Filter(), "not a day"),
        (Asked(off_since="2031-01-01"), Filter(), "no certain instant"),
        (Asked(delete=("ffffffffffff",)), Filter(), "no conversation has an id that begins with"),
        (OFF, Filter(account="nobody"), "no account"),
    ],
)
def test_slips_are_refused(sharing: Services, asked: Asked, wanted: Filter, why: str) -> None:
    """What cannot be supposed is said, never taken for "nothing would change"."""
    with pytest.raises(UsageProblem, match=why):
        what_if(sharing, asked, wanted=wanted)


def test_filters_do_not_lose_a_deletion(sharing: Services) -> None:
    """A chat to delete that the filters leave out is an error, not an answer without it."""
    id_ = next(i for i, name in names(sharing).items() if name == "winter")
    with pytest.raises(UsageProblem, match="leave out"):
        what_if(sharing, Asked(delete=(id_,)), wanted=Filter(kind="coding"))
