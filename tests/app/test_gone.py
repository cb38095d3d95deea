"""What a newer export lacks is a fact with bounds, and no deletion."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.test_ledger import REF, by_id, export, known_account
from withhold.app.accounts import add_account, attest_feedback
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import explain, exposure

STAYED = ("stayed", "2026-01-01T10:00:00Z")
GONE = ("gone", "2026-01-02T10:00:00Z")
NEW = ("new", "2026-05-02T10:00:00Z")
OLDER, NEWER = datetime(2026, 2, 1, 10, tzinfo=UTC), datetime(2026, 6, 1, 10, tzinfo=UTC)


def imported(
    services: Services, folder: Path, made: datetime, *chats: tuple[str, str], ref: str = REF
) -> None:
    """An export whose file tells when it was made."""
    file = export(folder, *chats, ref=ref) / "conversations.json"
    os.utime(file, (made.timestamp(), made.timestamp()))
    import_paths(services, [folder])


@pytest.fixture
def both(services: Services, tmp_path: Path) -> Services:
    """An older export, and a newer one that lacks a chat of it."""
    known_account(services)
    imported(services, tmp_path / "older", OLDER, STAYED, GONE)
    imported(services, tmp_path / "newer", NEWER, STAYED, NEW)
    return services


def test_absence_has_bounds(both: Services) -> None:
    """It was there when the older export was made, and was not in the newer one; the text says no more."""
    row = by_id(both)["gone"]
    assert row.gone_since is not None
    assert (row.gone_since.earliest, row.gone_since.latest) == (OLDER, NEWER)
    assert "absent from the export dated 2026-06-01" in row.gone_since.note
    assert "can be partial" in row.gone_since.note
    assert explain(both, row.id).conversation.gone_since == row.gone_since


def test_the_ledger_says_up_to_when_it_has_seen(both: Services) -> None:
    """A chat taken up again after the newest export is judged as that export shows it: its day is told."""
    (standing,) = exposure(both).as_of
    assert standing.shown_until == NEWER


def test_what_is_there_is_not_gone(both: Services) -> None:
    """A chat of both exports, and one of the newer alone, are not absent from anything."""
    rows = by_id(both)
    assert rows["stayed"].gone_since is None
    assert rows["new"].gone_since is None


def test_absence_is_no_deletion(services: Services, tmp_path: Path) -> None:
    """Verdicts, clocks and the word on deletion are the same before and after the newer export."""
    known_account(services)
    now = services.clock()
    imported(services, tmp_path / "older", OLDER, STAYED, GONE)
    (before,) = [r for r in exposure(services, as_of=now).conversations if r.source_id == "gone"]
    imported(services, tmp_path / "newer", NEWER, STAYED)
    (after,) = [r for r in exposure(services, as_of=now).conversations if r.source_id == "gone"]
    assert after.gone_since is not None
    assert after.deleted is False
    for key in ("past_exposure", "future_eligibility", "clocks", "carve_outs", "deleted"):
        assert getattr(after, key) == getattr(before, key)


def test_the_order_of_imports_does_not_matter(services: Services, tmp_path: Path) -> None:
    """The newer export may be imported first."""
    known_account(services)
    imported(services, tmp_path / "newer", NEWER, STAYED)
    imported(services, tmp_path / "older", OLDER, STAYED, GONE)
    assert by_id(services)["gone"].gone_since is not None


def test_it_came_back(both: Services, tmp_path: Path) -> None:
    """A chat that a still newer export shows again was never gone."""
    imported(both, tmp_path / "newest", NEWER + timedelta(days=30), STAYED, GONE, NEW)
    assert by_id(both)["gone"].gone_since is None


def test_parts_of_one_export_lack_nothing(services: Services, tmp_path: Path) -> None:
    """Files made within a day of each other may be parts of one export."""
    known_account(services)
    imported(services, tmp_path / "one", OLDER, STAYED)
    imported(services, tmp_path / "two", OLDER + timedelta(hours=2), GONE)
    assert all(r.gone_since is None for r in by_id(services).values())


def test_an_export_of_another_account_lacks_nothing(services: Services, tmp_path: Path) -> None:
    """What another account's export does not hold says nothing."""
    known_account(services)
    add_account(services, "anthropic", "other", source_ids=("ref-2",))
    imported(services, tmp_path / "older", OLDER, STAYED, GONE)
    imported(services, tmp_path / "theirs", NEWER, NEW, ref="ref-2")
    assert all(r.gone_since is None for r in by_id(services).values())


def test_the_persons_word_is_no_showing(both: Services) -> None:
    """Feedback that the person remembers does not make a chat look as if it was seen again."""
    attest_feedback(both, by_id(both)["gone"].id, "2026-01-03")
    row = by_id(both)["gone"]
    assert row.gone_since is not None
    assert row.gone_since.earliest == OLDER
