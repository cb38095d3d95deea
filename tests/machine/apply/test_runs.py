"""Settings are written whole or not at all, and taken back to the byte."""

import os
import stat
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from withhold.machine.apply.plan import Change, plan
from withhold.machine.apply.runs import Runs
from withhold.machine.edit import Format
from withhold.support.errors import UsageProblem

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OLD = b'{\r\n\t"model": "x", // mine\r\n\t"telemetry": true\r\n}'
NEW = b'{\r\n\t"model": "x", // mine\r\n\t"telemetry": false\r\n}'


def change(file: Path, key: str = "telemetry", value: bool = False) -> Change:
    return Change(f"tool.{key}", file, Format.JSON, (key,), value)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "settings.json"
    path.parent.mkdir()
    path.write_bytes(OLD)
    path.chmod(0o640)
    return path


def test_there_and_back(settings: Path, tmp_path: Path) -> None:
    """The one value is changed, permissions stay, and undo restores the very bytes."""
    runs = Runs(tmp_path / "runs")
    made = plan([change(settings)])
    assert [line for line in made.files[0].diff if line[0] in "+-" and line[:3] not in {"+++", "---"}] == [
        '-\t"telemetry": true',
        '+\t"telemetry": false',
    ]
    run, written = runs.perform(made.files, NOW)
    assert [w.problem for w in written] == [None]
    assert settings.read_bytes() == NEW
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640
    assert plan([change(settings)]).already == ("tool.telemetry",)
    assert [w.problem for w in runs.undo(runs.get(run.id[:4]), NOW)] == [None]
    assert settings.read_bytes() == OLD
    assert runs.get(run.id).undone == NOW
    assert list(settings.parent.iterdir()) == [settings]


def test_a_link_stays_a_link(settings: Path, tmp_path: Path) -> None:
    """A settings file that is linked from a folder of dotfiles is changed there, and the link stays."""
    link = tmp_path / "link.json"
    link.symlink_to(settings.relative_to(tmp_path))
    Runs(tmp_path / "runs").perform(plan([change(link)]).files, NOW)
    assert link.is_symlink()
    assert settings.read_bytes() == NEW


def test_a_new_file_is_private_and_undo_removes_it(tmp_path: Path) -> None:
    """A file that was not there is made for its owner alone, and undo leaves nothing."""
    runs, file = Runs(tmp_path / "runs"), tmp_path / "new.json"
    run, _ = runs.perform(plan([change(file)]).files, NOW)
    assert file.read_bytes() == b'{\n  "telemetry": false\n}\n'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    runs.undo(run, NOW)
    assert not file.exists()


def test_changed_after_the_plan(settings: Path, tmp_path: Path) -> None:
    """What the tool itself wrote between plan and act is not lost."""
    made = plan([change(settings)])
    settings.write_bytes(b"{}")
    _, written = Runs(tmp_path / "runs").perform(made.files, NOW)
    assert "changed while this went on" in (written[0].problem or "")
    assert settings.read_bytes() == b"{}"


def test_undo_leaves_later_work_alone(settings: Path, tmp_path: Path) -> None:
    """A file that was changed after the run keeps what was written since; the other file goes back."""
    runs, other = Runs(tmp_path / "runs"), settings.with_name("other.json")
    run, _ = runs.perform(plan([change(settings), change(other)]).files, NOW)
    settings.write_bytes(b'{"telemetry": false, "later": 1}')
    problems = {Path(w.file).name: w.problem for w in runs.undo(run, NOW)}
    assert "changed since" in (problems["settings.json"] or "")
    assert problems["other.json"] is None
    assert settings.read_bytes() == b'{"telemetry": false, "later": 1}'
    assert not other.exists()
    assert runs.get(run.id).undone is None


def test_one_setting_that_cannot_be_set_keeps_no_other_back(settings: Path) -> None:
    """A key whose parent is no object is refused alone."""
    odd = Change("tool.odd", settings, Format.JSON, ("model", "x"), True)
    made = plan([odd, change(settings)])
    assert [(r.setting, r.reason) for r in made.refused] == [("tool.odd", "model is not an object")]
    assert made.files[0].after == NEW


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda f: f.write_bytes(b'{"telemetry": '), "broken"),
        (lambda f: f.write_bytes(b'{"telemetry": 1, "telemetry": 2}'), "twice"),
        (lambda f: os.link(f, f.with_name("second")), "hard link"),
        (lambda f: (f.parent / ".git").mkdir(), "repository home"),
        (lambda f: (f.unlink(), f.symlink_to(f.name)), "ring"),
        (lambda f: (f.unlink(), f.mkdir()), "not a file"),
        (lambda f: (f.unlink(), f.parent.rmdir()), "no such folder"),
        (lambda f: (f.unlink(), os.mkfifo(f)), "not a file"),
    ],
)
def test_refused_with_the_reason(settings: Path, spoil: object, reason: str) -> None:
    """A file whose change could cost anybody anything is left alone, and the reason is said."""
    spoil(settings)  # type: ignore[operator]
    made = plan([change(settings)])
    assert not made.files
    assert reason in made.refused[0].reason


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="giving a file away needs root")
def test_another_users_file_is_refused(settings: Path) -> None:
    """An administrator's rights do not make other people's files ours."""
    os.chown(settings, 12345, -1)
    assert "another user" in plan([change(settings)]).refused[0].reason


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    """A mistyped run id changes nothing."""
    with pytest.raises(UsageProblem, match="no run begins"):
        Runs(tmp_path / "runs").get("ab")


KILLED = """
    import os, sys
    from datetime import datetime, UTC
    from pathlib import Path
    from withhold.machine.apply.plan import Change, plan
    from withhold.machine.apply.runs import Runs
    from withhold.machine.edit import Format
    left = int(sys.argv[2])
    def step(name):
        global left
        if left == 0:
            os.kill(os.getpid(), 9)
        left -= 1
    home = Path(sys.argv[1])
    files = [home / name for name in ("a.json", "b.json", "c.json")]
    changes = [Change("t.x", file, Format.JSON, ("telemetry",), False) for file in files]
    runs = Runs(home / "runs", step=step)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    run, _ = runs.perform(plan(changes).files, now)
    runs.undo(run, now)
    print("done")
"""


def test_killed_at_every_step(tmp_path: Path) -> None:
    """kill -9 before any act on the disk, there or back: each file is old or new, and undo restores all."""
    for left in range(100):
        home = tmp_path / str(left)
        home.mkdir()
        (home / "a.json").write_bytes(OLD)
        (home / "b.json").write_bytes(OLD)
        code = textwrap.dedent(KILLED)
        done = subprocess.run([sys.executable, "-c", code, home, str(left)], capture_output=True, check=False)
        assert (home / "a.json").read_bytes() in {OLD, NEW}
        assert (home / "b.json").read_bytes() in {OLD, NEW}
        runs = Runs(home / "runs")
        for run in runs.all():
            assert all(w.problem is None for w in runs.undo(run, NOW))
        assert (home / "a.json").read_bytes() == OLD
        assert (home / "b.json").read_bytes() == OLD
        assert not (home / "c.json").exists()
        if done.stdout:
            return
    pytest.fail("never ran to its end")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only an administrator can")
def test_an_administrator_takes_no_file_away(settings: Path, tmp_path: Path) -> None:
    """Run as an administrator, a person's file stays theirs, and a new one in their folder is theirs."""
    os.chown(settings.parent, 1234, 1234)
    os.chown(settings, 1234, 1234)
    new = settings.with_name("new.json")
    runs = Runs(tmp_path / "runs")
    run, _ = runs.perform(plan([change(settings), change(new)]).files, NOW)
    for path, mode in ((settings, 0o640), (new, 0o600)):
        about = path.stat()
        assert (about.st_uid, about.st_gid, stat.S_IMODE(about.st_mode)) == (1234, 1234, mode)
    runs.undo(run, NOW)
    assert settings.read_bytes() == OLD
    assert settings.stat().st_uid == 1234
    assert not new.exists()
