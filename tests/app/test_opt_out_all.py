"""All providers in one sitting: order, resuming, leaving, and what the table may say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from tests.app.sitting import Scripted, picture
from tests.cli.tool import EXPORT
from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.optout.all_providers import opt_out_all
from withhold.app.optout.guiding import Sitting
from withhold.report import documents as d


def sit(services: Services, clock: Clock, *answers: str | type[BaseException]) -> d.OptOutAllDocument:
    sitting = Sitting(Scripted(answers), clock())
    clock.move(minutes=10)
    return opt_out_all(services, sitting=sitting)


def now(clock: Clock, folder: Path) -> str:
    """A screenshot that will lie within the next sitting."""
    at = clock.now.timestamp() + 300
    return str(picture(folder, datetime.fromtimestamp(at, UTC), f"{at}.png"))


def test_nothing_known_is_nothing_to_set(services: Services) -> None:
    """Without accounts and conversations the table is empty, and says nothing is private."""
    document = opt_out_all(services)
    assert document.rows == ()
    assert document.private == 0


def test_the_most_exposed_comes_first(services: Services) -> None:
    """Providers stand in the order of what the ledger says, not of their names."""
    add_account(services, "adobe", "drawings")
    import_paths(services, [EXPORT])
    document = opt_out_all(services)
    assert [r.provider for r in document.rows] == ["anthropic", "adobe"]
    counts = [(r.eligible, r.exposed, r.unknown) for r in document.rows]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts[0]) > 0


def test_each_control_is_a_row_with_its_steps(services: Services) -> None:
    """Text and voice of one provider are two rows; without a person nothing is asked or changed."""
    add_account(services, "microsoft", "me")
    document = opt_out_all(services)
    assert [r.control for r in document.rows] == ["copilot-train-text", "copilot-train-voice"]
    assert all(r.steps and r.said == "open" and r.setting == "unknown" for r in document.rows)


def test_a_provider_without_a_control_is_never_private(services: Services) -> None:
    """No control in the pack is no privacy: the row stays unknown and points to the pack."""
    add_account(services, "zoom", "me")
    (row,) = opt_out_all(services).rows
    assert (row.said, row.setting, row.control) == ("no_control", "unknown", None)
    assert row.next == "withhold packs show zoom"


def test_one_control_proves_nothing_of_the_other(services: Services, clock: Clock, tmp_path: Path) -> None:
    """What is said of text leaves voice unknown."""
    add_account(services, "microsoft", "me")
    document = sit(services, clock, now(clock, tmp_path), "p", "s")
    assert [(r.said, r.setting, r.known) for r in document.rows] == [
        ("proved", "private", "attested"),
        ("skipped", "unknown", "unknown"),
    ]
    assert (document.private, document.unknown) == (1, 1)


def test_going_on_asks_nothing_twice(services: Services, clock: Clock, tmp_path: Path) -> None:
    """After leaving in the middle, a second sitting begins with what is still open."""
    add_account(services, "microsoft", "me")
    first = sit(services, clock, now(clock, tmp_path), "p", "q")
    assert [r.said for r in first.rows] == ["proved", "stopped"]
    person = Scripted(["s"])
    second = opt_out_all(services, sitting=Sitting(person, clock()))
    assert [r.said for r in second.rows] == ["known", "skipped"]
    assert [line for line in person.heard if line.startswith("[")] == [
        "[1 of 1] Microsoft: Model training on voice"
    ]


def test_what_is_sharing_is_asked_again(services: Services, clock: Clock, tmp_path: Path) -> None:
    """Only a private setting settles anything."""
    add_account(services, "anthropic", "me")
    (row,) = sit(services, clock, now(clock, tmp_path), "s").rows
    assert (row.setting, row.said) == ("sharing", "proved")
    (row,) = opt_out_all(services).rows
    assert row.said == "open"


def test_an_old_look_no_longer_stands(services: Services, clock: Clock) -> None:
    """A private setting of long ago is unknown today, and asked about."""
    add_account(services, "anthropic", "me")
    attest_setting(services, "me", "private", begins="2026-01-01T00:00:00Z", ends="2026-02-01T00:00:00Z")
    (row,) = opt_out_all(services).rows
    assert (row.said, row.setting, row.known) == ("open", "unknown", "attested")


@pytest.mark.parametrize("before", [(), ("proof", "p")])
def test_ctrl_c_keeps_what_was_brought(
    services: Services, clock: Clock, tmp_path: Path, before: tuple[str, ...]
) -> None:
    """An interruption ends the sitting; what was kept is kept whole, and the rest is as before."""
    add_account(services, "microsoft", "me")
    answers = [now(clock, tmp_path) if a == "proof" else a for a in before]
    document = sit(services, clock, *answers, KeyboardInterrupt)
    assert document.interrupted
    assert document.private == bool(before)
    (account,) = services.store.accounts()
    assert len(services.store.setting_evidence(account.id)) == bool(before)


def test_conversations_without_an_account_are_counted_apart(services: Services) -> None:
    """What belongs to no known account is not spoken for by anybody's setting."""
    import_paths(services, [EXPORT])
    document = opt_out_all(services)
    held = services.store.count()
    of_accounts = sum(services.store.count(a.id) for a in services.store.accounts())
    assert document.unassigned == held - of_accounts


def test_an_account_made_by_one_control_is_used_for_the_next(
    services: Services, clock: Clock, tmp_path: Path
) -> None:
    """Where only conversations are known, one unnamed account holds what is said of all controls."""
    import_paths(services, [EXPORT])
    document = sit(services, clock, now(clock, tmp_path), "p")
    assert [r.setting for r in document.rows] == ["private"]
    assert len(services.store.accounts()) == 1
