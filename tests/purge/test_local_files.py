"""Removing transcripts touches nothing but what it names, and says what holds the same words elsewhere."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.purge.conftest import Robin
from withhold.app.purge.local import purge_local
from withhold.app.purge.removing import remove
from withhold.report import documents as d
from withhold.report.text import purge as text

OLD = timedelta(days=100)
MONTH = timedelta(days=30)


@pytest.fixture
def projects(robin: Robin) -> Path:
    folder = robin.services.user_home / ".claude" / "projects"
    (folder / "-home-r-site").mkdir(parents=True)
    return folder


def _aged(robin: Robin, path: Path, days: float = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("said canary words\n")
    when = (robin.lab.now - timedelta(days=days)).timestamp()
    os.utime(path, (when, when))
    return path


def _purged(robin: Robin, **more: bool) -> d.PurgeLocalDocument:
    return purge_local(robin.services, older_than=MONTH, write=True, clock_is_right=True, **more)


def test_a_linked_folder_is_not_followed(robin: Robin, projects: Path, tmp_path: Path) -> None:
    """A link among the projects leads to somebody's archive: its files are no transcripts of this tool's."""
    kept = _aged(robin, tmp_path / "archive" / "old.jsonl")
    (projects / "linked").symlink_to(kept.parent, target_is_directory=True)
    (projects / "-home-r-site" / "one.jsonl").symlink_to(kept)
    document = _purged(robin, shred=True)
    assert document.files == ()
    assert kept.read_text() == "said canary words\n"
    assert any("link" in n for n in document.notices)


def test_a_tools_folder_that_is_a_link_itself(robin: Robin, tmp_path: Path) -> None:
    """Who keeps the tool's own folder on another disk has its sessions there."""
    session = _aged(robin, tmp_path / "disk" / "claude" / "projects" / "p" / "s.jsonl")
    robin.services.user_home.mkdir(parents=True, exist_ok=True)
    (robin.services.user_home / ".claude").symlink_to(tmp_path / "disk" / "claude")
    assert [f.done for f in _purged(robin).files] == [True]
    assert not session.exists()


@pytest.mark.parametrize("shred", [False, True])
def test_a_file_of_two_names(robin: Robin, projects: Path, tmp_path: Path, shred: bool) -> None:
    """A hard link is somebody's copy: overwriting destroys it, and removing one name leaves the words."""
    path = _aged(robin, projects / "-home-r-site" / "two.jsonl")
    os.link(path, tmp_path / "backup.jsonl")
    (row,) = _purged(robin, shred=shred).files
    assert not row.done
    assert "hard link" in (row.problem or "")
    assert path.read_text() == (tmp_path / "backup.jsonl").read_text() == "said canary words\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who has a file open")
def test_a_file_that_a_program_has_open(robin: Robin, projects: Path) -> None:
    """A tool that still writes its session would go on into a file without a name."""
    path = _aged(robin, projects / "-home-r-site" / "open.jsonl")
    waits = "import sys; f = open(sys.argv[1], 'a'); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", waits, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tool:
        assert tool.stdout is not None
        tool.stdout.readline()
        (row,) = _purged(robin, shred=True).files
        assert not row.done
        assert "open" in (row.problem or "")
        assert path.read_text() == "said canary words\n"
        tool.communicate()
    assert [f.done for f in _purged(robin).files] == [True]


def test_a_file_that_is_another_one_by_now(robin: Robin, projects: Path, tmp_path: Path) -> None:
    """Between looking and removing it was written to, replaced, or became a link: it stays."""
    other = tmp_path / "other.txt"
    other.write_text("mine")
    path = _aged(robin, projects / "-home-r-site" / "s.jsonl")
    was = path.lstat()
    changes = (
        lambda: path.write_text("said canary words, and more\n"),
        lambda: (
            path.write_text("SAID CANARY WORDS\n"),
            os.utime(path, ns=(was.st_mtime_ns, was.st_mtime_ns)),
        ),
        lambda: (path.unlink(), path.symlink_to(other)),
        lambda: (path.unlink(), path.mkdir()),
    )
    for number, change in enumerate(changes):
        if number == 1:
            path.rename(path.with_suffix(".was"))
        change()
        assert remove(path, was, frozenset(), shred=True) is not None, number
        assert os.path.lexists(path)
    assert other.read_text() == "mine"


def test_what_belongs_to_a_session_goes_with_it(robin: Robin, projects: Path) -> None:
    """Its sub-agents' transcripts and outputs of tools lie in a folder of its name, with its words."""
    name = "11111111-1111-4111-8111-111111111111"
    folder = projects / "-home-r-site" / name
    session = _aged(robin, folder.with_suffix(".jsonl"))
    parts = [_aged(robin, folder / part) for part in ("subagents/agent-1.jsonl", "tool-results/t.txt")]
    document = _purged(robin)
    assert {f.path for f in document.files} == {str(p) for p in (session, *parts)}
    assert not session.exists()
    assert not folder.exists()


def test_a_session_is_as_new_as_its_newest_part(robin: Robin, projects: Path, tmp_path: Path) -> None:
    """A sub-agent that wrote yesterday keeps the whole; so does the keep-list, by the session's id."""
    name = "11111111-1111-4111-8111-111111111111"
    folder = projects / "-home-r-site" / name
    session = _aged(robin, folder.with_suffix(".jsonl"))
    part = _aged(robin, folder / "subagents" / "agent-1.jsonl", days=1)
    assert _purged(robin).files == ()
    _aged(robin, part)
    keep = tmp_path / "keep.txt"
    keep.write_text(f"{name}\n")
    kept = purge_local(robin.services, older_than=MONTH, keep=keep, write=True, clock_is_right=True)
    assert kept.files == ()
    assert session.exists()
    assert part.exists()


def test_a_list_of_sessions_is_none(robin: Robin) -> None:
    """Continue's ``sessions.json`` lists the others."""
    folder = robin.services.user_home / ".continue" / "sessions"
    listed = _aged(robin, folder / "sessions.json")
    session = _aged(robin, folder / "0c5b.json")
    assert [f.path for f in _purged(robin).files] == [str(session)]
    assert listed.exists()


def test_where_the_same_words_stay_is_said(robin: Robin, projects: Path) -> None:
    """The tool's list of prompts is not touched, and named, in the plan already."""
    _aged(robin, projects / "-home-r-site" / "s.jsonl")
    (robin.services.user_home / ".claude" / "history.jsonl").write_text("{}\n")
    planned = purge_local(robin.services, older_than=MONTH)
    for document in (planned, _purged(robin)):
        assert any("~/.claude/history.jsonl" in n for n in document.notices), document.notices
        assert not any("codex" in n for n in document.notices)


def test_what_could_not_be_removed_is_not_counted(robin: Robin, projects: Path, tmp_path: Path) -> None:
    """The sentence names how many went and how many did not."""
    import io

    from rich.console import Console

    path = _aged(robin, projects / "-home-r-site" / "two.jsonl")
    os.link(path, tmp_path / "backup.jsonl")
    _aged(robin, projects / "-home-r-site" / "one.jsonl")
    out = Console(file=io.StringIO(), width=80)
    text.local(out, _purged(robin))
    assert isinstance(out.file, io.StringIO)
    said = out.file.getvalue()
    assert "1 file removed" in said, said
    assert "1 file was left" in said, said
