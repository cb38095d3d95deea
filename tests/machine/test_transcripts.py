"""Sessions are counted by tool and account, once: a second look reads nothing that did not change."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.transcripts import make
from withhold.app.bootstrap import Services
from withhold.app.machine.scan import scan
from withhold.app.machine.transcripts import FILE, RememberedRows, SessionReader, TermsChanges, transcripts_in
from withhold.report.documents import ScanDocument
from withhold.support.paths import StateHome

SECRET = "sk-ant-oat01-never-to-be-read"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    home = tmp_path / "user"
    home.mkdir()
    made = Services(home=StateHome(tmp_path / "state"), environ={}, user_home=home, system="Linux")
    yield made
    made.close()


def look(services: Services) -> ScanDocument:
    return scan(services, home=services.user_home, system="linux")


def counts(document: ScanDocument) -> dict[str, int]:
    return {row.tool: row.sessions for row in document.transcripts}


def test_sessions_of_two_tools_are_counted_and_remembered(services: Services) -> None:
    """The second look says the same from memory; a file more is seen."""
    make(1, 10, services.user_home)
    assert counts(look(services)) == {"claude-code": 7, "codex-cli": 3}
    assert not services.home.root.exists()
    services.home.prepare()
    first = look(services)
    assert counts(first) == {"claude-code": 7, "codex-cli": 3}
    kept = (services.home.root / FILE).read_bytes()
    again = look(services)
    assert (again.transcripts, again.copies) == (first.transcripts, first.copies)
    assert (services.home.root / FILE).read_bytes() == kept
    make(0.1, 1, services.user_home, seed=2)
    assert counts(look(services))["claude-code"] == 8


def test_what_is_remembered_is_used(services: Services) -> None:
    """Where no file changed, the sum is not made again."""
    make(0.1, 2, services.user_home)
    folder = services.user_home / ".claude"
    memory = RememberedRows(services.home, "1", TermsChanges(services.packs))
    look(services)
    first = memory.rows("claude-code", [folder], lambda: ())
    assert memory.rows("claude-code", [folder], lambda: pytest.fail("summed up again")) == first


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"a": 1}', b"\xff", b'{"claude-code": {"stamp": 3}}'])
def test_a_spoilt_memory_is_none(spoilt: bytes, services: Services) -> None:
    """What cannot be read back is counted again."""
    make(0.1, 2, services.user_home)
    services.home.prepare()
    look(services)
    (services.home.root / FILE).write_bytes(spoilt)
    assert counts(look(services)) == {"claude-code": 2}


def test_resumed_since_the_terms(services: Services) -> None:
    """A session begun before the terms of August 2025 and taken up after them is counted; others are not."""
    folder = services.user_home / ".claude/projects/p"
    folder.mkdir(parents=True)
    days = {"a": ("2025-08-01", "2025-11-01"), "b": ("2025-11-01", "2025-11-02"), "c": ("2025-07-01",)}
    for name, at in days.items():
        session = f"00000000-0000-4000-8000-00000000000{name}"
        lines = [
            {"type": "user", "uuid": f"{name}{n}", "sessionId": session, "timestamp": f"{day}T10:00:00.000Z",
             "message": {"role": "user", "content": "hello"}}
            for n, day in enumerate(at)
        ]  # fmt: skip
        (folder / f"{session}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (row,) = look(services).transcripts
    assert (row.sessions, row.resumed, row.resumed_after_pause) == (3, 1, 1)
    assert row.resumed_since is not None
    assert row.resumed_since.year == 2025


def test_files_with_tokens_are_passed_over(tmp_path: Path) -> None:
    """Of a tool's folder only what holds transcripts is read, also where there is none yet."""
    for name, form in ((".codex", "codex"), (".claude", "claude-code"), ("moved", "claude-code")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "auth.json").write_text(json.dumps({"tokens": SECRET}))
        assert transcripts_in(folder, form) in ([], [folder])
        assert all(item.place != "auth.json" for item in SessionReader().sessions(folder, form))
    (tmp_path / "moved" / "history.jsonl").write_text("{}\n")
    assert transcripts_in(tmp_path / "moved", "claude-code") == [tmp_path / "moved" / "history.jsonl"]


def test_bundles_not_yet_sent_and_other_copies(services: Services) -> None:
    """Copies are counted where the documents say that they lie; a form that no reader has is said."""
    for text in (
        ".claude/feedback-bundles/a.zip",
        ".codeium/windsurf/cascade/x.pb",
        ".claude/projects/p/s.jsonl",
    ):
        path = services.user_home / text
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"0" * 1000)
    found = look(services)
    rows = {(row.tool, row.where): (row.files, row.size) for row in found.copies}
    assert rows["claude-code", "~/.claude/feedback-bundles"] == (1, 1000)
    assert rows["windsurf", "~/.codeium/windsurf/cascade/x.pb"] == (1, 1000)
    assert any("windsurf" in row.what for row in found.unseen)


WATCHED = """
import contextlib, sys
from pathlib import Path
from withhold.app.machine.transcripts import SessionReader, in_this_process
started = []
sys.addaudithook(lambda event, _: started.append(event) if event == "subprocess.Popen" else None)
with in_this_process() if sys.argv[2] == "alone" else contextlib.nullcontext():
    list(SessionReader().sessions(Path(sys.argv[1]), "claude-code"))
sys.exit(len(started))
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: nothing is shared out")
def test_no_program_is_started_for_a_large_export_among_transcripts(tmp_path: Path) -> None:
    """A reader of exports that large shares its work among programs; during a scan it does not."""
    said = {"id": "x", "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["hello"]}}
    node = {"id": "x", "message": said, "parent": None, "children": []}
    whole = {"title": "a", "create_time": 1.7e9, "mapping": {"x": node}, "current_node": "x", "id": "1"}
    chat = json.dumps(whole)
    folder = tmp_path / ".claude/projects/p"
    folder.mkdir(parents=True)
    (folder / "conversations.json").write_text(f"[{','.join([chat] * ((36 << 20) // len(chat)))}]")
    environment = {name: value for name, value in os.environ.items() if name != "WITHHOLD_WORKERS"}
    command = [sys.executable, "-c", WATCHED, str(tmp_path / ".claude")]
    codes = [subprocess.run([*command, how], check=False, env=environment) for how in ("alone", "shared")]
    assert codes[0].returncode == 0
    assert codes[1].returncode > 0
