"""``withhold optout`` without a browser: guidance and refusals."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from tests.cli.tool import Tool, audited
from tests.evidence.web.making import png

PATIENCE = 40.0
"""Seconds after which a command at a terminal is given up."""
QUIET = 0.3
"""Seconds without output after which a question waits for its answer."""
CTRL_C = "\x03"


def test_guidance_by_default(tool: Tool) -> None:
    """Without a mode it prints the steps; a person has to act, so the exit code is 3."""
    document = tool.document("optout", "anthropic", code=3)
    assert document["outcome"] == "needs_human"
    assert document["mode"] == "guide"
    assert document["record"] is None
    assert document["controls"] == []
    steps = " ".join(document["steps"])
    for word in ("Settings", "Privacy", "Help improve Claude", "Set it off", "screenshot"):
        assert word in steps


def test_guidance_for_people(tool: Tool) -> None:
    """The text numbers the steps and claims nothing about the result."""
    ran = tool("optout", "anthropic")
    assert ran.code == 3
    assert "  1. " in ran.out
    assert "not known" in " ".join(ran.out.split())


def test_guidance_makes_no_request(own_home: Path) -> None:
    """Guidance opens no socket and starts no program."""
    done = audited("optout", "anthropic")
    assert done.code == 3
    assert done.events == []


@pytest.mark.parametrize("more", [(), ("--headless",), ("--url", "https://claude.ai/settings")])
def test_acting_is_refused_where_the_terms_forbid_it(tool: Tool, more: tuple[str, ...]) -> None:
    """Where the provider's terms do not permit it, assist is refused with the stance's own words."""
    document = tool.document("optout", "anthropic", "--mode", "assist", *more, code=2)
    assert document["code"] == "refused_by_stance"
    assert "prohibited" in document["message"]
    assert "guide" in document["next"]


def test_refusing_starts_nothing() -> None:
    """A refusal comes before any browser or socket."""
    done = audited("optout", "anthropic", "--mode", "assist", "--json")
    assert done.code == 2
    assert done.events == []


def test_a_pack_without_an_address(tool: Tool) -> None:
    """The lab has no home of its own: without an address, acting cannot begin."""
    assert tool.document("optout", "lab", "--mode", "assist", code=2)["code"] == "usage"


def test_two_accounts_are_never_guessed_between(tool: Tool) -> None:
    """With two accounts at a provider, the call has to name one."""
    for label in ("work", "home"):
        assert tool("account", "add", "anthropic", label).code == 0
    document = tool.document("optout", "anthropic", code=2)
    assert "home" in document["next"]
    assert tool("optout", "anthropic", "--account", "home").code == 3


def test_a_witness_without_a_screen_says_so(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no window can be shown the person is told what to use instead; nothing is opened."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    document = tool.document("optout", "anthropic", "--mode", "witness", code=5)
    assert "guide" in document["next"]


def test_all_without_a_terminal(tool: Tool) -> None:
    """Without a person to ask, ``--all`` prints where everything stands and the steps; unknown is 3."""
    assert tool("account", "add", "microsoft", "me").code == 0
    document = tool.document("optout", "--all", code=3)
    assert [row["said"] for row in document["rows"]] == ["open", "open"]
    assert all(row["steps"] for row in document["rows"])
    assert tool("optout", "--all").code == 3


def test_all_is_private_only_where_every_row_is(tool: Tool) -> None:
    """0 once each control is known private, 1 as soon as one shares."""
    assert tool("account", "add", "anthropic", "me").code == 0
    now = datetime.now(UTC)
    since, until = ((now - timedelta(days=d)).isoformat() for d in (3, 2))
    assert tool("account", "setting", "me", "private", "--from", since, "--until", until).code == 0
    tool.document("optout", "--all", code=0)
    later = (now - timedelta(days=1)).isoformat()
    assert tool("account", "setting", "me", "sharing", "--from", later, "--until", later).code == 0
    tool.document("optout", "--all", code=1)


@pytest.mark.parametrize("more", [("anthropic",), ("--mode", "assist"), ("--account", "me")])
def test_all_goes_with_no_choice(tool: Tool, more: tuple[str, ...]) -> None:
    """``--all`` is guidance through everything; what narrows it is a slip."""
    assert tool.document("optout", "--all", *more, code=2)["code"] == "usage"


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal is made otherwise there")
@pytest.mark.parametrize(("no_open", "opened"), [(False, True), (True, False)])
def test_a_sitting_at_a_terminal(tmp_path: Path, no_open: bool, opened: bool) -> None:
    """It offers the browser, opens it after a yes, takes the file, and says whose word it is."""
    log = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{log}"\n')
    browser.chmod(0o700)
    picture = tmp_path / "a picture.png"
    answers = [f"'{picture}'\n", "p\n"] if no_open else ["y\n", f"'{picture}'\n", "p\n"]
    command = [sys.executable, "-m", "withhold", "optout", "anthropic", *(["--no-open"] if no_open else [])]
    code, told = at_terminal(
        command, {"BROWSER": f"{browser} %s"}, answers, lambda: picture.write_bytes(png(640, 480))
    )
    assert code == 3
    assert "On your word it is private" in " ".join(told.split())
    assert log.exists() == opened


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_in_a_sitting(tmp_path: Path) -> None:
    """Ctrl-C ends with 130, after saying where everything stands."""
    command = [sys.executable, "-m", "withhold"]
    env = {**os.environ}
    subprocess.run([*command, "account", "add", "anthropic", "me"], env=env, check=True, capture_output=True)
    code, told = at_terminal([*command, "optout", "--all", "--no-open"], {}, [CTRL_C], lambda: None)
    assert code == 130
    assert "Interrupted" in told
    assert "Traceback" not in told


def at_terminal(
    command: list[str], extra: dict[str, str], answers: list[str], before: Callable[[], object]
) -> tuple[int, str]:
    """Run ``command`` on a pseudo-terminal; each answer follows a question, which ends in a colon after which
    nothing comes. Returns exit code and text; a command that neither asks nor ends is killed, and fails.
    """
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **extra},
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one thread
    )
    os.close(theirs)
    told, waiting, deadline = b"", list(answers), monotonic() + PATIENCE
    with contextlib.suppress(OSError):  # a closed pseudo-terminal is read as an error on Linux
        while monotonic() < deadline:
            if select.select([ours], [], [], QUIET)[0]:
                piece = os.read(ours, 4096)
                if not piece:
                    break
                told += piece
            elif waiting and told.endswith(b": "):
                if len(waiting) == len(answers):
                    before()
                _answer(process, ours, waiting.pop(0))
                told += b"\n"
    if monotonic() >= deadline:
        process.kill()
    os.close(ours)
    return process.wait(timeout=PATIENCE), told.decode("utf-8", "replace")


def _answer(process: subprocess.Popen[bytes], terminal: int, answer: str) -> None:
    if answer == CTRL_C:
        process.send_signal(signal.SIGINT)
    else:
        os.write(terminal, answer.encode())
