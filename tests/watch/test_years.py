"""Simulated years: random accounts at a lab that flips switches, deletes late, brings chats back.

Held against the lab's own books: every drift is found at the next look that was due, no alarm comes without a
cause, nothing is deleted outside the plan, and nothing that an export shows, or that a whole later export
would show, is ever called absent.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.purge.test_verify import without
from tests.sizes import SIZES
from tests.watch.conftest import Watcher, watcher_of
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.purge.desk import resumed
from withhold.app.purge.plan import purge_plan
from withhold.app.purge.run import attested, choose, skipped
from withhold.app.purge.verify import purge_verify
from withhold.app.watch.due import watched
from withhold.lab.errors import LabRefusal
from withhold.lab.export import export_name, export_zip
from withhold.model.terms import Provider
from withhold.support.errors import NothingRead
from withhold.support.paths import StateHome

YEARS_PER_SHARD = 20
YEAR = timedelta(days=365)
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Year:
    """One account's year, and what really happened in it."""

    random: Random
    watcher: Watcher
    folder: Path
    seen: bool | None = None
    """How the switch stood at the last look."""
    asked: set[str] = field(default_factory=set)
    late: dict[str, datetime] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def live(self) -> None:
        """Let things happen for a year; the computer is on now and then, and runs the watch when it is."""
        lab = self.watcher.lab
        end = lab.now + YEAR
        while lab.now < end:
            self.watcher.sleep(
                days=self.random.choice((0.5, 1, 1, 2, 7, 95 if self.random.random() < 0.1 else 1))
            )
            self._catch_up()
            for act in self.random.choices(ACTS, WEIGHTS, k=self.random.randint(0, 3)):
                try:
                    act(self)
                except LabRefusal:
                    self.counts["refused by the lab"] += 1
            self.watcher.network = self.random.random() < 0.85
            self._run()

    def _run(self) -> None:
        """One run, and what it may say."""
        services, stands = self.watcher.services, self.watcher.lab.account(self.watcher.account).setting
        (item,) = watched(services, services.clock())
        due, looks = item.due.now(services.clock()), len(self.watcher.looks)
        document = self.watcher.run()
        looked = len(self.watcher.looks) > looks
        assert looked is (due and self.watcher.network), "a look that was not due, or one that was left out"
        if not looked:
            assert document.drifts == (), "an alarm without a look"
            return
        fell = self.seen is False and stands is True
        assert bool(document.drifts) is fell, "a drift that was missed, or an alarm without a cause"
        for drift in document.drifts:
            changes = [at for on, at in self.watcher.lab.account(self.watcher.account).settings if on]
            assert drift.not_before is not None
            assert any(drift.not_before <= at <= drift.not_after for at in changes)
            self.counts["drifts"] += 1
        self.seen = stands
        self.counts["looks"] += 1

    def _flip(self) -> None:
        self.watcher.lab.publish_terms_update(self.watcher.lab.now, flip=self.random.random() < 0.7)

    def _set(self) -> None:
        self.watcher.lab.set_setting(
            self.watcher.account, on=self.random.random() < 0.3, at=self.watcher.lab.now
        )

    def _talk(self) -> None:
        self.watcher.lab.start_conversation(self.watcher.account, "chat", self.watcher.now(), text="a")

    def _delete(self) -> None:
        """Delete the first rows of the plan; a late provider takes its time, or forgets.

        One that is gone already when the person comes to it is left out of the set.
        """
        services = self.watcher.services
        self._export(read_in=True)
        rows = purge_plan(services).rows[: self.random.randint(1, 2)]
        if not rows:
            return
        desk = choose(services, [r.id for r in rows], mode="guide", url=None, keep=None)
        for row in rows:
            self.asked.add(row.source_id)
            try:
                self._ask(row.source_id)
            except LabRefusal:
                skipped(services, resumed(services, desk.purge.id), [row.id])
                self.counts["gone already"] += 1
            else:
                attested(services, resumed(services, desk.purge.id), [row.id])
                self.counts["deleted"] += 1

    def _ask(self, chat: str) -> None:
        what = self.random.random()
        if what < 0.6:
            self.watcher.lab.delete(chat, self.watcher.now())
        elif what < 0.9:
            self.late[chat] = self.watcher.lab.now + timedelta(days=self.random.randint(1, 10))

    def _catch_up(self) -> None:
        for chat in [c for c, due in self.late.items() if due <= self.watcher.lab.now]:
            del self.late[chat]
            if self.watcher.lab.conversations[chat].visible:
                self.watcher.lab.delete(chat, self.watcher.now())

    def _come_back(self) -> None:
        gone = [c for c in self.asked if self.watcher.lab.conversations[c].deleted_at is not None]
        if gone:
            self.watcher.lab.bring_back(self.random.choice(sorted(gone)), self.watcher.lab.now)

    def _verify(self) -> None:
        """An export, whole or in part: absent is said only of what it lacks, and of a whole one if it is
        gone."""
        path, shown = self._export(read_in=False)
        whole = len(shown) == len(list(self.watcher.lab.visible(self.watcher.account)))
        try:
            document = purge_verify(self.watcher.services, path, whole=True)
        except NothingRead:
            return
        there = {c.id for c in self.watcher.lab.visible(self.watcher.account)}
        for row in document.rows:
            self.counts[row.result] += 1
            if row.result == "absent":
                assert row.source_id not in shown, "called absent, and the export shows it"
                assert not whole or row.source_id not in there, "the provider still shows it"
            if row.result in ("still_there", "reappeared"):
                assert row.source_id in shown

    def _export(self, *, read_in: bool) -> tuple[Path, set[str]]:
        """An export of now. What is handed to ``verify`` may lack some chats."""
        watcher = self.watcher
        watcher.sleep(minutes=1)
        visible = [c.id for c in watcher.lab.visible(watcher.account)]
        path = self.folder / export_name(watcher.lab, watcher.account)
        data, gone = export_zip(watcher.lab, watcher.account), set[str]()
        if not read_in and self.random.random() < 0.3:
            gone = {c for c in visible if self.random.random() < 0.4}
            data = without(data, gone)
        path.write_bytes(data)
        os.utime(path, (watcher.lab.now.timestamp(),) * 2)
        watcher.sleep(minutes=1)
        if read_in and visible:
            import_paths(watcher.services, [path])
        return path, set(visible) - gone

    def nothing_else_was_deleted(self) -> None:
        """What the lab was asked to delete is what was chosen."""
        deleted = {e.conversation for e in self.watcher.lab.events if e.what == "delete"}
        assert deleted <= self.asked
        chosen = {i.source_id for p in self.watcher.services.store.purges.all() for i in p.items}
        assert self.asked == chosen


ACTS: Any = (Year._flip, Year._set, Year._talk, Year._delete, Year._verify, Year._come_back)
WEIGHTS = (1, 2, 12, 1, 2, 0.5)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a year waits for the disk some thousand times."""
    shm = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    with TemporaryDirectory(dir=shm if shm.is_dir() and os.access(shm, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.seeded
@pytest.mark.parametrize("shard", range(max(1, SIZES.watch.years // YEARS_PER_SHARD)))
def test_simulated_years(
    packs: Mapping[str, Provider], memory: Path, seed: int, soak_report: Any, shard: int
) -> None:
    """As many years as this tier has, each of another account at another lab; processes share them."""
    counts: Counter[str] = Counter()
    years = min(SIZES.watch.years, YEARS_PER_SHARD)
    for number in range(shard * years, (shard + 1) * years):
        folder = memory / str(number)
        folder.mkdir()
        services = Services(StateHome(folder / "state"), {}, folder)
        watcher = watcher_of(services, packs, START)
        year = Year(Random(f"{seed}-{number}"), watcher, folder)
        try:
            year.live()
            year.nothing_else_was_deleted()
        finally:
            services.close()
        counts.update(year.counts)
    assert counts["looks"] > 5 * years
    soak_report(years=years, **{k.replace(" ", "_"): v for k, v in sorted(counts.items())})
