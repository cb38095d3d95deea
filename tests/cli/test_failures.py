"""Failures: the exit code of the contract, one error document on stdout, and words on stderr."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.tool import Tool, checked

MISTAKES = {
    "no such command": ("frobnicate",),
    "no such option": ("status", "--frobnicate"),
    "no such choice": ("exposure", "--past", "maybe"),
    "a missing argument": ("account", "plan", "3f9a"),
    "a missing path": ("import",),
    "no such pack": ("packs", "show", "nobody"),
    "no provider": ("optout",),
    "an unknown provider": ("account", "add", "nobody", "me"),
    "an unknown account": ("account", "accepted", "nobody", "2025-10-01"),
    "an unknown conversation": ("exposure", "explain", "nothing"),
    "a day that is none": ("exposure", "--as-of", "yesterday"),
    "a time without a zone": ("exposure", "--as-of", "2025-10-01T09:00:00"),
    "a path that is not there": ("import", "not-there.zip"),
    "no such toggle in the lab": ("lab", "serve", "--toggle", "lever"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_in_the_call(tool: Tool, mistake: str) -> None:
    """What cannot be carried out as called exits with 2 and says what is wrong and what to do next."""
    ran = tool(*MISTAKES[mistake])
    assert ran.code == 2
    assert ran.out == ""
    assert "\nwithhold: " in f"\n{ran.err}"
    assert "\nNext: " in ran.err


@pytest.mark.parametrize("mistake", [m for m, words in MISTAKES.items() if words[0] != "lab"])
def test_mistakes_under_json(tool: Tool, mistake: str) -> None:
    """Where JSON was asked for, stdout holds one error document, and stderr the words for people."""
    ran = tool(*MISTAKES[mistake], "--json")
    assert ran.code == 2
    document = checked(ran.out)
    assert document["schema"] == "withhold.error/1"
    assert document["message"]
    assert document["next"]
    assert document["message"] in ran.err


def test_nothing_could_be_read(tool: Tool, tmp_path: Path) -> None:
    """A file that is no export and no transcript: exit code 2, and the code word says so."""
    (tmp_path / "holiday.txt").write_text("sea", encoding="utf-8")
    assert tool.document("import", tmp_path / "holiday.txt", code=2)["code"] == "nothing_read"


def test_a_state_of_a_newer_version(tool: Tool) -> None:
    """State that a newer version wrote is refused with exit code 5, and is not touched."""
    subprocess.run(
        [sys.executable, "-m", "withhold", "account", "add", "anthropic", "me"],
        check=True,
        capture_output=True,
    )
    state = Path(os.environ["WITHHOLD_HOME"]) / "state.sqlite"
    with contextlib.closing(sqlite3.connect(state)) as connection:
        number = connection.execute("pragma user_version").fetchone()[0]
        connection.execute(f"pragma user_version = {number + 1000}")
    before = state.read_bytes()
    document = tool.document("status", code=5)
    assert document["code"] == "state_too_new"
    assert state.read_bytes() == before


def test_a_folder_of_other_things_is_not_taken_for_state(tool: Tool) -> None:
    """A home that holds other things is refused: making it private could lock others out."""
    home = Path(os.environ["WITHHOLD_HOME"])
    home.mkdir()
    (home / "thesis.txt").write_text("mine", encoding="utf-8")
    mode = home.stat().st_mode
    document = tool.document("status", code=5)
    assert document["code"] == "environment"
    assert "WITHHOLD_HOME" in document["next"]
    assert home.stat().st_mode == mode


def test_a_pack_that_is_wrong(tool: Tool) -> None:
    """A broken pack of one's own stops what rests on packs, naming file and line."""
    packs = Path(os.environ["WITHHOLD_HOME"]) / "packs"
    packs.mkdir(parents=True)
    (packs / "mine.yaml").write_text("id: mine\ncolour: blue\n", encoding="utf-8")
    document = tool.document("packs", "list", code=2)
    assert document["code"] == "pack_invalid"
    assert "mine.yaml:2" in document["message"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--json", "packs", "list"), "packs-list"),
        (("--json", "status"), "status"),
        (("account", "--json", "list"), "account"),
    ],
)
def test_asking_for_json_before_the_command(tool: Tool, words: tuple[str, ...], name: str) -> None:
    """``--json`` is heeded wherever an option of that name is offered, before the command as well."""
    assert checked(tool(*words).out)["schema"] == f"withhold.{name}/1"


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_reader_that_goes_away(more: list[str]) -> None:
    """Closing the pipe early (``| head``) is no finding (1): it exits with 0 and prints no traceback."""
    command = [sys.executable, "-m", "withhold", "packs", "show", "anthropic", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait() == 0


def test_a_home_that_is_a_file(tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder that is a file is the environment's fault (5), not an internal error."""
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("WITHHOLD_HOME", str(tmp_path / "file"))
    assert tool("account", "list").code == 5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_without_a_name() -> None:
    """Writing to an open file on a full disk names no file; it still is the environment's fault."""
    from withhold.app.failures import describe

    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="space") as raised:
        full.write(b"x")
    assert describe(raised.value)[1] == 5
