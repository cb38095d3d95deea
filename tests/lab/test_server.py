"""The lab as a server on loopback, and its file."""

import os
import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from withhold.lab.core import Lab
from withhold.lab.errors import NotOffered
from withhold.lab.events import replay
from withhold.lab.server import START, RunningLab, running_lab, serve
from withhold.lab.store import FORMAT, LabFile
from withhold.support.errors import EnvironmentProblem, StateBusy, StateTooNew, UsageProblem

LATER = datetime(2025, 9, 1, tzinfo=UTC)


def test_pages_and_core_are_one() -> None:
    """What is done to the core between requests is on the next page; at the end nothing listens."""
    with running_lab() as running:
        assert running.url.startswith("http://127.0.0.1:")
        assert httpx.get(running.url).status_code == 200
        running.lab.create_account("Pro", email="ada@example.invalid")
        assert "ada@example.invalid" in httpx.get(f"{running.url}/admin").text
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url)


def test_a_failing_user_stops_it_as_well() -> None:
    """The server ends with the block, however the block ends."""
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), running_lab():
        raise ZeroDivisionError
    assert threading.active_count() == before


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.invalid", "::"])  # noqa: S104 - refused
def test_only_loopback(host: str) -> None:
    """Any other address is refused before a socket is made."""
    with pytest.raises(UsageProblem, match="loopback only"), running_lab(host=host):
        pass


def test_a_taken_port_is_said() -> None:
    """The port of a running lab cannot be taken by a second one."""
    with running_lab() as running:
        port = int(running.url.rpartition(":")[2])
        with pytest.raises(EnvironmentProblem, match="cannot be used"), running_lab(port=port):
            pass


def test_serving_in_the_foreground(tmp_path: Path) -> None:
    """``serve`` names its address once it is taken, and ends with what interrupts it."""

    class Enough(Exception):
        pass

    def ready(running: RunningLab) -> None:
        running.lab.create_account("Free")
        raise Enough

    with pytest.raises(Enough):
        serve(data=tmp_path / "lab.sqlite", ready=ready)
    with running_lab(data=tmp_path / "lab.sqlite") as running:
        assert len(running.lab.accounts) == 1


def test_start_seed_and_variant() -> None:
    """The lab starts where it is told, with the ids and the switch it is told."""
    with running_lab(start=LATER, seed=5, variant="two-alike") as running:
        assert running.lab.now == LATER
        assert running.lab.create_account("Free") == Lab(LATER, seed=5).create_account("Free")
        assert running.site.variant.name == "two-alike"
    with pytest.raises(NotOffered), running_lab(variant="x"):
        pass


def test_living_on(tmp_path: Path) -> None:
    """After a restart everything is there: clock, accounts, shared chats, purges, runs, ids, the variant."""
    path = tmp_path / "new" / "lab.sqlite"
    with running_lab(data=path, start=LATER, seed=3) as running:
        lab = running.lab
        account = lab.create_account("Pro")
        chats = [lab.start_conversation(account, "chat") for _ in range(2)]
        lab.delete(chats[0])
        lab.run_training("first")
        lab.advance(LATER + timedelta(days=60))
        running.site.choose_variant("disabled")
    with running_lab(data=path, seed=99) as running:
        again = running.lab
        assert (again.now, again.start, again.seed) == (lab.now, LATER, 3)
        assert again.accounts == lab.accounts
        assert again.events == lab.events
        assert again.purges == lab.purges
        assert again.runs == lab.runs
        assert running.site.variant.name == "disabled"
        twin = Lab(LATER, seed=3)
        replay(twin, lab.events)
        assert again.start_conversation(account, "chat") == twin.start_conversation(account, "chat")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_file_is_private(tmp_path: Path) -> None:
    """Readable by its owner alone."""
    path = tmp_path / "lab.sqlite"
    LabFile.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_lab_at_a_time(tmp_path: Path) -> None:
    """A second one on the same file is refused while the first runs."""
    path = tmp_path / "lab.sqlite"
    with running_lab(data=path), pytest.raises(StateBusy), running_lab(data=path):
        pass
    with running_lab(data=path):
        pass


def test_files_that_are_no_labs(tmp_path: Path) -> None:
    """A later format and a foreign file are refused and left as they are."""
    newer, foreign = tmp_path / "newer.sqlite", tmp_path / "notes.txt"
    with sqlite3.connect(newer) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    foreign.write_text("not a database, only some words that stand here " * 30, encoding="utf-8")
    before = foreign.read_bytes()
    with pytest.raises(StateTooNew):
        LabFile.open(newer)
    with pytest.raises(UsageProblem, match="not a lab file"):
        LabFile.open(foreign)
    assert foreign.read_bytes() == before


def test_a_lab_that_starts_elsewhere_keeps_its_own_start(tmp_path: Path) -> None:
    """The stored start counts, not the one given on reopening."""
    path = tmp_path / "lab.sqlite"
    with running_lab(data=path, start=LATER):
        pass
    with running_lab(data=path, start=START) as running:
        assert running.lab.start == LATER
