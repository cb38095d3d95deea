"""The commands as a person types them, and what they print for programs."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.local.conftest import need
from withhold.local.seal.levels import Level
from withhold.local.seal.seatbelt import profile
from withhold.report.json_out import json_schema


def run(*arguments: str, code: int = 0, said: str = "") -> subprocess.CompletedProcess[str]:
    """One command in a process of its own; ``said`` is typed."""
    ran = subprocess.run(
        [sys.executable, "-m", "withhold", "local", *arguments],
        capture_output=True, text=True, timeout=120, check=False, input=said,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    return ran


def document(name: str, *arguments: str, code: int = 0) -> Any:
    """What ``--json`` prints, held against its schema."""
    found = json.loads(run(*arguments, "--json", code=code).stdout)
    jsonschema.validate(found, json_schema(name))
    return found


def test_fit_judges_the_catalogue() -> None:
    """Every model has a word; sizes and notes say where they come from."""
    found = document("local-fit", "fit", "--no-probe")
    assert len(found["models"]) == 44
    assert {row["fits"] for row in found["models"]} <= {"well", "tightly", "no", "unknown"}
    assert all(row["why"] for row in found["models"])
    assert all(row["tokens_per_second"] is None for row in found["models"])


def test_fit_reads_a_file_exactly(model: Path) -> None:
    """At 32,768 tokens its cache is the allocator's 116,391,936 bytes, not five times as much."""
    (row,) = document("local-fit", "fit", str(model), "--no-probe", "--context", "32768")["models"]
    assert (row["exact"], row["cache"], row["weights"]) == (True, 116391936, 246587904)
    assert row["licence"] == "gemma"


def test_fit_says_what_to_buy() -> None:
    """Smallest first; a model whose size is not known comes last, and is not guessed."""
    rows = document("local-fit", "fit", "--buy")["models"]
    known = [row["memory_wanted"] for row in rows if row["memory_wanted"] is not None]
    assert known == sorted(known)
    assert len(known) > 30
    assert all(row["memory_wanted"] is None for row in rows[len(known) :])


def test_a_model_of_unknown_size_is_unknown() -> None:
    """Exit code 3: it could not be determined."""
    (row,) = document("local-fit", "fit", "gpt-oss-20b", "--no-probe", code=3)["models"]
    assert (row["fits"], row["needs"]) == ("unknown", None)


def test_a_model_that_is_not_here_leads_to_get() -> None:
    """Exit code 5 with the command that mends it."""
    ran = run("prove", "gemma-3-1b-it", code=5)
    assert "withhold local get gemma-3-1b-it" in ran.stderr


def test_prove_writes_a_record_that_verifies(model: Path) -> None:
    """A proof is an evidence record with every attempt; the evidence verifies."""
    need(Level.NETNS)
    found = document("local-prove", "prove", str(model))
    assert (found["result"], found["reasons"], found["strangers"]) == ("proof", [], 0)
    assert "no third party received anything" in found["text"]
    listed = subprocess.run(
        [sys.executable, "-m", "withhold", "evidence", "list", "--json"], capture_output=True, check=True
    )
    (record,) = [r for r in json.loads(listed.stdout)["records"] if r["id"] == found["record"]]
    assert record["type"] == "local.egress-proof"
    verified = subprocess.run(
        [sys.executable, "-m", "withhold", "evidence", "verify", "--json"], capture_output=True, check=False
    )
    claims = [c for r in json.loads(verified.stdout)["records"] for c in r["claims"]]
    assert claims
    assert not any(claim["result"] == "failed" for claim in claims)


def test_chat_talks_and_keeps_nothing_unasked(model: Path, tmp_path: Path) -> None:
    """Lines in, answers out, the seal named; a history only in the file that was named."""
    need(Level.NETNS)
    kept = tmp_path / "talk.json"
    ran = run("chat", str(model), "--max-tokens", "8", "--history", str(kept), said="go on\n\n")
    assert ran.stdout.strip()
    assert "sealed by namespaces" in ran.stderr
    assert [m["role"] for m in json.loads(kept.read_text("utf-8"))["messages"]] == ["user", "assistant"]
    assert kept.stat().st_mode & 0o077 == 0
    assert not (Path(os.environ["WITHHOLD_HOME"]) / "evidence").exists()


def test_unsealed_is_put_on_record(model: Path) -> None:
    """It has to be typed, is told, and the journal holds it; what is left in the state is its owner's
    alone.
    """
    assert "NOT sealed" in run("chat", str(model), "--unsealed", said="\n").stderr
    listed = subprocess.run(
        [sys.executable, "-m", "withhold", "evidence", "list", "--json"], capture_output=True, check=True
    )
    assert "local.unsealed" in {r["type"] for r in json.loads(listed.stdout)["records"]}
    home = Path(os.environ["WITHHOLD_HOME"])
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.rglob("*"))


def test_serve_runs_until_it_is_stopped(model: Path) -> None:
    """The document comes once it answers; Ctrl-C ends it soundly and leaves no folder behind."""
    need(Level.NETNS)
    line = [
        sys.executable,
        "-m",
        "withhold",
        "local",
        "serve",
        str(model),
        "--port",
        "0",
        "--no-prove",
        "--json",
    ]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            text = ""
            while not text.endswith("\n}\n"):
                piece = process.stdout.readline()
                assert piece, "it ended before it served"
                text += piece
            found = json.loads(text)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    jsonschema.validate(found, json_schema("local-serve"))
    assert found["environment"]["OPENAI_BASE_URL"] == f"{found['url']}/v1"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#wh-.+", found["page"])
    assert process.returncode == 0, said
    assert "Stopped" in said


def test_vllms_configuration_lets_nothing_out() -> None:
    """Usage statistics are off and the network is internal; it is said that it was not run."""
    found = document("local-config", "serve", "/models/some-model", "--engine", "vllm")
    assert "VLLM_NO_USAGE_STATS=1" in found["files"]["vllm.env"]
    assert "internal: true" in found["files"]["compose.yaml"]
    assert "Not run here" in found["notes"][0]


def test_the_profile_for_macos_denies_by_default() -> None:
    """Only a Unix socket of its own folder; the path is quoted. It was never run on macOS."""
    text = profile([Path("/opt/py")], [Path('/run/a"b')])
    assert "(deny default)" in text
    assert "network-outbound" not in text
    assert '(subpath "/run/a\\"b")' in text


def _served(*arguments: str) -> "subprocess.Popen[str]":
    """``local serve`` in a process of its own, once it answers."""
    line = [sys.executable, "-m", "withhold", "local", "serve", *arguments, "--port", "0", "--no-prove"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "Ctrl-C stops it" not in (said := process.stderr.readline()):
        assert said, "it ended before it served"
    return process


def _inside(where: Path) -> list[int]:
    """Processes whose socket lies below ``where``: sealed ones and their engines."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(where) in (process / "fd" / "1").readlink().as_posix():
                found.append(int(process.name))
    return found


@pytest.fixture
def where() -> Iterator[Path]:
    """A folder with a short path, as a socket's has to be."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


def test_what_a_killed_server_leaves_is_deleted_by_the_next(
    model: Path, where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed outright: no process stays, and the next one deletes its folder; asked to end: nothing stays."""
    need(Level.NETNS)
    monkeypatch.setenv("TMPDIR", str(where))
    for number in (signal.SIGKILL, signal.SIGTERM):
        with _served(str(model)) as process:
            assert len(list(where.glob("withhold-seal-*"))) == 1
            assert _inside(where)
            process.send_signal(number)
            process.communicate(timeout=30)
        until = time.monotonic() + 10
        while _inside(where) and time.monotonic() < until:
            time.sleep(0.02)
        assert _inside(where) == []
    assert list(where.glob("withhold-seal-*")) == []


def _read(handle: int, wanted: bytes) -> bytes:
    said, until = b"", time.monotonic() + 20
    while wanted not in said and time.monotonic() < until:
        if select.select([handle], [], [], 0.2)[0]:
            said += os.read(handle, 4096)
    return said


def test_ctrl_c_in_the_chat_stops_an_answer_and_not_the_model(model: Path) -> None:
    """On a terminal, where Ctrl-C reaches every program in the foreground: the next line is answered."""
    need(Level.NETNS)
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "withhold", "local", "chat", str(model)]
    with subprocess.Popen(
        line, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - before any thread is made
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            assert b"ends it" in _read(ours, b"ends it")
            for _ in range(2):
                os.write(ours, b"Once upon a time\n")
                assert _read(ours, b"time\r\n")
                time.sleep(0.5)
                os.write(ours, b"\x03")
                assert b"Stopped" in _read(ours, b"Stopped")
            os.write(ours, b"\n")
            assert b"Nothing of this was kept" in _read(ours, b"kept")
            assert process.wait(30) == 0
        finally:
            process.kill()
            os.close(ours)
