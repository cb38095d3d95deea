"""The seal holds: on both levels every way out is refused, and what it cannot do it says."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.conftest import need, talkative
from withhold.local.canary import canary
from withhold.local.hosting import wait_until_loaded
from withhold.local.seal import syscalls
from withhold.local.seal.attempts import ATTEMPTS
from withhold.local.seal.launch import Order, best_level, running
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem

LEVELS = [Level.NETNS, Level.LSM]
HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


@pytest.mark.parametrize("level", LEVELS)
def test_every_way_out_is_refused(level: Level) -> None:
    """No attempt succeeds inside, and nothing arrives at the canary."""
    need(level)
    with canary() as watcher, running(Order(model=None, engine=None), level) as sealed:
        answer = sealed.attempts(watcher.targets, watcher.handles)
        open_ = [row["channel"] for row in answer["attempts"] if row["open"]]
        assert open_ == []
        assert {row["channel"] for row in answer["attempts"]} == set(ATTEMPTS)
        assert watcher.arrived == 0


def test_without_the_seal_the_same_attempts_get_out() -> None:
    """The attempts can succeed: otherwise their failing would mean nothing."""
    with canary() as watcher, running(Order(model=None, engine=None), Level.NONE) as bare:
        rows = bare.attempts(watcher.targets, watcher.handles)["attempts"]
        assert {"tcp4", "udp4", "dns", "unix-path", "passed-listener"} <= {
            r["channel"] for r in rows if r["open"]
        }
        assert watcher.channels["tcp4"] == 1


@pytest.mark.parametrize("level", LEVELS)
def test_the_home_is_empty_or_closed(level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the person's home is not there for the engine."""
    need(level)
    home = tmp_path / "person"
    home.mkdir()
    (home / "diary.txt").write_text("private", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    with canary() as watcher, running(Order(model=None, engine=None), level) as sealed:
        targets = {**watcher.targets, "outside_file": str(home / "diary.txt")}
        answer = sealed.attempts(targets, watcher.handles)
        results = {row["channel"]: row["open"] for row in answer["attempts"]}
        assert (results["file-read"], results["file-write"]) == (False, False)
        assert answer["state"]["home"] in (0, None)


@pytest.mark.parametrize("level", LEVELS)
def test_a_descriptor_left_open_outside_is_closed_inside(level: Level) -> None:
    """What is inheritable by mistake does not get in."""
    need(level)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        with running(talkative(), level) as sealed:
            wait_until_loaded(sealed, within=20)
            held = _sockets_of_descendants(sealed.pid)
            assert f"socket:[{os.fstat(listening.fileno()).st_ino}]" not in held


def _sockets_of_descendants(pid: int) -> set[str]:
    found, waiting = set(), [pid]
    while waiting:
        now = waiting.pop()
        for children in Path(f"/proc/{now}/task").glob("*/children"):
            waiting += map(int, children.read_text().split())
        if now != pid:
            found |= {str(entry.readlink()) for entry in Path(f"/proc/{now}/fd").iterdir()}
    return found


def test_an_engine_that_ends_is_told_with_its_reason() -> None:
    """The last words of the engine reach the person."""
    level, _ = best_level()
    if level is Level.NONE:
        pytest.skip("not run: no seal can be had here")
    with running(talkative("broken"), level) as sealed, pytest.raises(EnvironmentProblem, match="is broken"):
        wait_until_loaded(sealed, within=20)


def test_nothing_is_left_behind() -> None:
    """Process and folder are gone after the block."""
    level, _ = best_level()
    with running(Order(model=None, engine=None), level) as sealed:
        folder, pid = sealed.folder, sealed.pid
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("name", HEADERS)
def test_numbers_are_those_of_the_kernels_headers(name: str) -> None:
    """Every number in the table is the one in the kernel's own header, where that is installed."""
    path = next((Path(p) for p in HEADERS[name] if Path(p).is_file()), None)
    if path is None:
        pytest.skip("not run: the kernel's headers are not installed")
    text = path.read_text(encoding="utf-8")
    theirs = {n: int(v) for n, v in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    ours = syscalls.machine(name).numbers
    assert {n: v for n, v in ours.items() if n in theirs and theirs[n] != v} == {}
    assert len(set(ours) & set(theirs)) > 40


_IN_A_FILTER = (
    "import sys; from withhold.local.seal import bpf, syscalls; bpf.install(syscalls.this_machine());"
    "from withhold.cli.main import main; main(sys.argv[1:])"
)


def _where_no_seal_can_be_had(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process that may neither make namespaces nor seal itself any further."""
    return subprocess.run(
        [sys.executable, "-c", _IN_A_FILTER, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        input="",
    )


def test_no_seal_is_said_and_is_exit_5(model: Path) -> None:
    """Where no seal can be had nothing is run, and the reasons are told."""
    need(Level.NETNS)
    ran = _where_no_seal_can_be_had("local", "prove", str(model))
    assert ran.returncode == 5
    assert "no seal can be had" in ran.stderr
    assert "kernel-netns" in ran.stderr
    assert "kernel-lsm+seccomp" in ran.stderr


def test_nothing_is_measured_without_a_seal_unasked() -> None:
    """Without a seal the engine is not even started to measure the machine; the rest of the answer stands."""
    pytest.importorskip("xllamacpp", reason="not run: the extra 'local' is absent")
    ran = _where_no_seal_can_be_had("local", "fit", "smollm2-135m-instruct", "--json")
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["probe"], found["seal"]["level"]) == (0, None, "none")
    assert "no seal can be had" in found["notes"][0]
