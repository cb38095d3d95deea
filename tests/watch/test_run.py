"""Runs of the watch: what is told, what is claimed, and what becomes of it when things go wrong."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from msgspec import structs

from tests.watch.conftest import CONTROL, Watcher, here
from withhold.app.bootstrap import Services
from withhold.app.watch.running import exit_code, watch_run
from withhold.model.account import PlanPeriod
from withhold.model.when import When
from withhold.model.words import Known
from withhold.report import documents as d


def test_a_drift_is_told_with_both_bounds(watcher: Watcher) -> None:
    """The switch was flipped between two looks: the bounds are the looks, and a record holds them."""
    watcher.run()
    first = watcher.looks[-1]
    watcher.sleep(days=12)
    watcher.lab.publish_terms_update(watcher.lab.now, flip=True)
    watcher.sleep(days=20)
    document = watcher.run()
    (drift,) = document.drifts
    assert drift.not_before is not None
    assert first <= drift.not_before <= first + timedelta(seconds=1)
    assert drift.not_after >= watcher.looks[-1]
    assert drift.stands == "sharing"
    assert "between 2026-01-05 and 2026-02-06" in drift.text
    assert exit_code(document) == 1
    record = next(r for r in watcher.services.journal.records() if r.id == document.record)
    assert record.type == "watch.run"
    assert record.body["drifts"]


def test_a_drift_is_told_once(watcher: Watcher) -> None:
    """The next run looks when it is due and has no second drift to tell."""
    watcher.run()
    watcher.lab.set_setting(watcher.account, on=True, at=watcher.lab.now)
    watcher.sleep(days=31)
    assert len(watcher.run().drifts) == 1
    watcher.sleep(days=1)
    document = watcher.run()
    assert document.drifts == ()
    assert document.looks == ()


def test_what_needs_the_person_is_not_called_looked_at(watcher: Watcher) -> None:
    """Without a place to look by itself the control is due, needs you, and stays unknown."""
    document = watch_run(watcher.services, scanner=here)
    (look,) = document.looks
    assert (look.result, look.at, look.record) == ("needs_you", None, None)
    assert look.next == "withhold optout lab --account robin"
    assert exit_code(document) == 3
    assert watcher.services.store.setting_evidence("robin") == ()


def test_a_plan_that_changed_is_looked_at_at_once(watcher: Watcher) -> None:
    """Ten days after a look nothing is due; with another plan it is."""
    watcher.run()
    watcher.sleep(days=10)
    assert watcher.run().looks == ()
    account = watcher.services.store.account("robin")
    period = PlanPeriod("p", "Max", When.at(watcher.lab.now), None, Known.ATTESTED)
    watcher.services.store.save_account(replace(account, plans=(period,)))
    (look,) = watcher.run().looks
    assert look.why_due == "the plan changed"
    assert watcher.run().looks == ()


def test_an_upgraded_client_is_a_reason_to_look(watcher: Watcher) -> None:
    """A new version of a tool of the provider's makes its controls due; the first version seen does not."""
    from withhold.app.watch.due import notice_changes, watched

    services, vendors = watcher.services, {"lumen-cli": "Lumen"}
    watcher.run()
    for version, due in (("1.0", False), ("1.0", False), ("1.1", True)):
        now = services.clock()
        notice_changes(services, now, {"lumen-cli": version}, vendors)
        (item,) = watched(services, now)
        assert item.due.now(now) is due


def test_no_network_claims_nothing_and_loses_nothing(watcher: Watcher) -> None:
    """While the page cannot be reached the look stays due; the drift is found by the first that works."""
    watcher.run()
    watcher.lab.set_setting(watcher.account, on=True, at=watcher.lab.now)
    watcher.network = False
    for _ in range(3):
        watcher.sleep(days=40)
        document = watcher.run()
        assert [look.result for look in document.looks] == ["not_seen"]
        assert document.drifts == ()
        assert exit_code(document) == 3
    watcher.network = True
    (drift,) = watcher.run().drifts
    assert drift.not_before is not None
    assert drift.not_before <= watcher.lab.account(watcher.account).settings[-1][1] <= drift.not_after


@pytest.mark.parametrize("hours", [-30, -24 * 400, 24 * 400])
def test_a_clock_that_jumps_claims_nothing_false(watcher: Watcher, hours: int) -> None:
    """Set back or forward between two runs, and right again after: no drift is told that was not there."""
    watcher.run()
    watcher.sleep(days=5)
    watcher.skew = timedelta(hours=hours)
    during = watcher.run()
    assert during.drifts == ()
    assert bool(during.notices) is (hours < -24 * 5)
    watcher.skew = timedelta(0)
    watcher.sleep(days=40)
    assert watcher.run().drifts == ()
    watcher.lab.set_setting(watcher.account, on=True, at=watcher.lab.now)
    watcher.sleep(days=500)
    assert [x.stands for x in watcher.run().drifts] == ["sharing"]


class Cut(BaseException):
    """The process ends here."""


def test_a_run_can_be_cut_off_at_every_step(watcher: Watcher) -> None:
    """Whatever was written last, the drift is told in the end, with bounds that hold; none is lost."""
    watcher.run()
    for cut in range(7):
        before = watcher.lab.now
        watcher.lab.set_setting(watcher.account, on=True, at=watcher.lab.now)
        watcher.sleep(days=31)
        told = _cut_off(watcher, cut)
        told += watcher.run().drifts
        assert told, f"lost after {cut} steps"
        assert all(x.not_before is not None and x.not_before <= before <= x.not_after for x in told)
        watcher.lab.set_setting(watcher.account, on=False, at=watcher.lab.now)
        watcher.sleep(days=31)
        assert watcher.run().drifts == ()


def _cut_off(watcher: Watcher, steps: int) -> list[d.DriftRow]:
    """A run that ends after so many things were written."""
    services, left = watcher.services, [steps]

    class Cutting:
        def __init__(self, real: object, names: tuple[str, ...]) -> None:
            self.real, self.names = real, names

        def __getattr__(self, name: str) -> object:
            if name in self.names:
                left[0] -= 1
                if left[0] < 0:
                    raise Cut
            return getattr(self.real, name)

    journal, watching = services.journal, services.store.watching
    services.__dict__["journal"] = Cutting(journal, ("append",))
    services.store.watching = Cutting(watching, ("put_seen", "put_told", "add_change"))  # type: ignore[assignment]
    try:
        return list(watcher.run().drifts)
    except Cut:
        return []
    finally:
        services.__dict__["journal"], services.store.watching = journal, watching


def test_a_local_setting_that_was_undone_is_told(watcher: Watcher) -> None:
    """Good in one run, bad in the next: a drift between the two runs. Always bad is none."""
    verdict: dict[str, Literal["good", "bad"]] = {"a.training": "good", "b.training": "bad"}

    def scanner(services: Services) -> d.ScanDocument:
        rows = tuple(
            d.SettingRow(
                id=name,
                tool=name.partition(".")[0],
                purpose="training",
                verdict=word,
                effective_value=None,
                decided_by=None,
                fix="edit-file",
                why="",
            )
            for name, word in verdict.items()
        )
        return structs.replace(here(services), settings=rows)

    assert watch_run(watcher.services, looker=watcher.look, scanner=scanner).drifts == ()
    watcher.sleep(days=3)
    verdict["a.training"] = "bad"
    (drift,) = watch_run(watcher.services, looker=watcher.look, scanner=scanner).drifts
    assert (drift.kind, drift.what, drift.stands) == ("local", "a.training", "bad")
    assert watch_run(watcher.services, looker=watcher.look, scanner=scanner).drifts == ()


def test_the_control_is_the_labs(watcher: Watcher) -> None:
    """What the tests watch is what the pack says decides."""
    document = watcher.run()
    assert [look.control for look in document.looks] == [CONTROL]
