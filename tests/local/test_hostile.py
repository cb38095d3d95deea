"""An engine that means harm: it reaches nobody by other ways either, and cannot answer for the seal."""

import json
import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.local.conftest import HERE, need
from tests.local.test_relay import HELLO, ask
from withhold.app.local.chat import Conversation
from withhold.local.canary import canary
from withhold.local.hosting import Hosted, hosted, relayed, wait_until_loaded
from withhold.local.proof import prove
from withhold.local.seal.launch import Order, running
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem, Undetermined
from withhold.support.progress import Silent

LEVELS = [Level.NETNS, Level.LSM]


def order(engine: str, alias: Path) -> Order:
    return Order(model=None, engine=f"hostile:{engine}", alias=str(alias), import_from=(HERE,))


@pytest.mark.parametrize("level", LEVELS)
def test_ways_that_are_no_network_are_refused_too(level: Level, tmp_path: Path) -> None:
    """Memory and queues with names, files' modes and times, other processes: nothing of it is open."""
    need(level)
    diary = tmp_path / "diary.txt"
    diary.write_text("private", encoding="utf-8")
    before = diary.stat()
    with running(order("reaching", diary), level) as sealed:
        wait_until_loaded(sealed, within=20)
        found = json.loads((sealed.folder / "srv" / "found.json").read_text("utf-8"))
        proof = prove(sealed)
    assert {name: result for name, result in found.items() if result == "open"} == {}
    assert len(found) == 16
    assert proof.reasons == ()
    after = diary.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_size) == (
        before.st_mode, before.st_mtime_ns, before.st_size,
    )  # fmt: skip


def _until(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)


@contextmanager
def listener(path: Path) -> Iterator[list[bytes]]:
    """A process of this user that is not the engine, on a socket with a path: what it was told."""
    heard: list[bytes] = []

    def take() -> None:
        with made:
            while True:
                try:
                    accepted, _ = made.accept()
                except OSError:
                    return
                with accepted:
                    accepted.settimeout(5)
                    heard.append(accepted.recv(65536))

    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(path))
    made.listen()
    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        made.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def linked(folder: Path) -> Iterator[tuple[Hosted, list[bytes]]]:
    """An engine that has put a link to another's socket in the place of its own."""
    need(Level.LSM)
    path = folder / "other.sock"
    with (
        listener(path) as heard,
        hosted(order("linking", path), Level.LSM, Silent()) as host,
        relayed(host),
    ):
        srv = host.sealed.folder / "srv"
        _until(srv / "go")
        (srv / "go").unlink()
        _until(srv / "done")
        assert host.sealed.socket.is_symlink()
        yield host, heard


def test_the_relay_hands_a_request_to_no_other_process(tmp_path: Path) -> None:
    """A link in the place of the engine's socket: refused, and the other heard nothing of the prompt."""
    with linked(tmp_path) as (host, heard):
        status, body, _ = ask(host, "/v1/chat/completions", HELLO)
    assert status == 502
    assert "in the engine's place" in json.loads(body)["error"]["message"]
    assert [said for said in heard if said] == []


def test_the_chat_speaks_with_no_other_process(tmp_path: Path) -> None:
    """The same for the chat in the terminal."""
    with linked(tmp_path) as (host, heard):
        talk = Conversation("m", "sealed", _socket=host.sealed.socket, _sealed_pid=host.sealed.pid)
        with pytest.raises(EnvironmentProblem, match="in the engine's place"):
            list(talk.answer("my secret"))
    assert [said for said in heard if said] == []


def test_a_connection_that_says_nothing_is_counted_in_time(tmp_path: Path) -> None:
    """Somebody reaches the canary and stays silent: counted before the verdict, so there is no proof."""
    need(Level.LSM)
    with canary() as watcher, running(Order(model=None, engine="engines:talkative", import_from=(HERE,)),
                                      Level.LSM) as sealed:  # fmt: skip
        wait_until_loaded(sealed, within=20)
        with socket.create_connection(("127.0.0.1", watcher.targets["tcp4"])):
            found = prove(sealed, watcher=watcher)
    assert found.strangers == 1
    assert not found.holds


@pytest.mark.parametrize("room", [4, 7])
def test_a_canary_that_cannot_be_set_up_shows_nothing(room: int) -> None:
    """Too few descriptors for its sockets: it could not be determined, exit code 3, and no proof."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(highest)]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(held) + 1 + room, limits[1]))
        with pytest.raises(Undetermined, match="could not be set up") as told, canary():
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for handle in held:
            os.close(handle)
    assert told.value.exit_code == 3
