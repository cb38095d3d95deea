"""The egress proof holds where the seal holds, and catches a runner that lets a single question out."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.local.conftest import HERE, need, talkative
from withhold.local.canary import Canary, canary
from withhold.local.hosting import Hosted, wait_until_loaded
from withhold.local.proof import prove
from withhold.local.seal.attempts import ARRIVE
from withhold.local.seal.launch import Order, running
from withhold.local.seal.levels import Level


def test_a_real_model_is_proved_while_it_answers(host: Hosted) -> None:
    """Every attempt is refused, nothing arrives, every control arrives, the model speaks meanwhile."""
    found = prove(host.sealed)
    assert found.reasons == ()
    assert found.holds
    assert found.answered > 0
    assert all(t.control_arrived for t in found.tried if t.channel in ARRIVE)
    assert found.seen is not None
    assert found.seen.sealed
    assert not found.seen.netns_shared
    assert found.state["interfaces"] == ["lo"]


def test_the_level_without_namespaces_is_proved_too() -> None:
    """Landlock with the filter: the network namespace is shared, and still nothing gets out."""
    need(Level.LSM)
    with running(talkative(), Level.LSM) as sealed:
        wait_until_loaded(sealed, within=20)
        found = prove(sealed)
    assert found.reasons == ()
    assert found.seen is not None
    assert found.seen.netns_shared


def test_without_a_seal_it_is_a_leak() -> None:
    """An engine that is not sealed gives no proof: its attempts are open and arrive."""
    with running(talkative(), Level.NONE) as bare:
        wait_until_loaded(bare, within=20)
        found = prove(bare)
    assert found.leaks
    assert not found.holds
    assert "udp4 arrived at the canary" in found.reasons


def test_a_model_that_does_not_answer_proves_nothing() -> None:
    """An idle model may leak when it works: no proof without an answer meanwhile."""
    need(Level.LSM)
    with running(talkative("silent"), Level.LSM) as sealed:
        wait_until_loaded(sealed, within=20)
        found = prove(sealed)
    assert found.reasons == ("the model did not answer meanwhile",)
    assert not found.leaks


def test_a_stranger_at_the_canary_is_no_proof() -> None:
    """One message that belongs to no attempt is enough, whoever sent it."""
    need(Level.LSM)
    with canary() as watcher, running(talkative(), Level.LSM) as sealed:
        wait_until_loaded(sealed, within=20)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.sendto(b"hello", ("127.0.0.1", watcher.targets["udp4"]))
        found = prove(sealed, watcher=watcher)
    assert found.leaks
    assert "1 message(s) of no attempt reached the canary" in found.reasons


@dataclass
class Runner:
    """A runner that says of itself that it is sealed. ``tries`` answers for its attempts."""

    folder: Path
    pid: int
    tries: Any
    level: Level = Level.LSM
    landlock: int = 7
    asked: list[Any] = field(default_factory=list)

    @property
    def socket(self) -> Path:
        return self.folder / "m.sock"

    def attempts(self, targets: Any, handles: Any = ()) -> dict[str, Any]:
        answer: dict[str, Any] = self.tries(targets, handles)
        return answer


@contextmanager
def leaky(folder: Path, port: int, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """The runner of ours that sends one DNS question to ``port`` while it answers."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "engines.py"), str(folder / "m.sock"), str(port), *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 20
        while not (folder / "m.sock").exists() and time.monotonic() < until:
            time.sleep(0.01)
        yield process
    finally:
        import os
        import signal

        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_one_dns_question_of_the_runner_is_caught(tmp_path: Path) -> None:
    """All attempts are refused, by a sealed process beside it; the runner itself asks one name: a leak."""
    need(Level.LSM)
    with canary() as watcher, running(Order(model=None, engine=None), Level.LSM) as sealed:
        with leaky(tmp_path, watcher.targets["udp4"]) as process:
            found = prove(Runner(tmp_path, process.pid, sealed.attempts), watcher=watcher)
        assert found.strangers == 1
        assert found.leaks
        assert not any(t.open or t.arrived for t in found.tried)


def test_a_question_that_goes_elsewhere_is_no_proof_either(tmp_path: Path) -> None:
    """The canary cannot see it; that the runner carries no filter and is not the sealed one can be seen."""
    need(Level.LSM)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere, canary() as watcher:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.settimeout(10)
        with running(Order(model=None, engine=None), Level.LSM) as sealed:
            with leaky(tmp_path, elsewhere.getsockname()[1]):
                found = prove(Runner(tmp_path, sealed.pid, sealed.attempts), watcher=watcher)
            assert b"updates-of-the-runner" in elsewhere.recv(4096)
    assert found.strangers == 0
    assert "the process that answers is not the one that was sealed" in found.reasons
    assert "the process that answers carries no filter of system calls" in found.reasons


def test_landlock_alone_lets_the_question_out_and_is_caught(tmp_path: Path) -> None:
    """A runner that relies on Landlock leaks over UDP: its own question and the attempts arrive."""
    need(Level.LSM)
    with canary() as watcher, leaky(tmp_path, watcher.targets["udp4"], "landlock") as process:

        def tries(targets: Any, _: Any) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            passed = {"passed_listener": 0, "passed_udp": 0, "model": "/dev/null"}
            process.stdin.write(json.dumps({**targets, **passed}) + "\n")
            process.stdin.flush()
            return {"attempts": json.loads(process.stdout.readline())}

        found = prove(Runner(tmp_path, process.pid, tries), watcher=watcher)
    results = {t.channel: t for t in found.tried}
    assert results["udp4"].arrived == results["dns"].arrived == 1
    assert found.strangers == 1
    assert found.leaks


def test_a_canary_counts_connections_that_say_nothing() -> None:
    """A bare connection is an arrival."""
    with canary() as watcher:
        socket.create_connection(("127.0.0.1", watcher.targets["tcp4"])).close()
        _until(watcher, 1)
        assert watcher.strangers == 1


def _until(watcher: Canary, count: int) -> None:
    until = time.monotonic() + 5
    while watcher.arrived < count and time.monotonic() < until:
        time.sleep(0.01)
