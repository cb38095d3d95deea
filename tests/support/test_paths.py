"""Where state lives."""

import os
import stat
from pathlib import Path

import pytest

from withhold.support.errors import EnvironmentProblem
from withhold.support.paths import state_home


def test_one_variable_moves_all_state(tmp_path: Path) -> None:
    """Every part of the state lies under WITHHOLD_HOME when it is set."""
    home = state_home({"WITHHOLD_HOME": str(tmp_path / "elsewhere")})
    parts = (home.database, home.lock, home.evidence, home.profiles, home.packs, home.backups)
    assert {part.parent for part in parts} == {tmp_path / "elsewhere"}


@pytest.mark.parametrize("environ", [{}, {"WITHHOLD_HOME": ""}])
def test_without_the_variable_the_platform_decides(environ: dict[str, str]) -> None:
    """An unset or empty WITHHOLD_HOME means the platform's data folder for this user."""
    root = state_home(environ).root
    assert root.is_absolute()
    assert root.name == "withhold"


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative WITHHOLD_HOME is taken from the folder where the command began."""
    monkeypatch.chdir(tmp_path)
    assert state_home({"WITHHOLD_HOME": "here"}).root == tmp_path / "here"


def test_naming_creates_nothing(tmp_path: Path) -> None:
    """Reading a path is free of effects, so that a read-only scan leaves no trace."""
    home = state_home({"WITHHOLD_HOME": str(tmp_path / "new")})
    assert home.database.name == "state.sqlite"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_the_root_is_private(tmp_path: Path) -> None:
    """Only the owner may look into the state, even where the umask is lax."""
    before = os.umask(0)
    try:
        root = state_home({"WITHHOLD_HOME": str(tmp_path / "a" / "b")}).prepare().root
    finally:
        os.umask(before)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE(root.parent.stat().st_mode) == 0o700


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    """Making somebody's documents private to one user is refused, and their mode stays."""
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(EnvironmentProblem, match="other things"):
        state_home({"WITHHOLD_HOME": str(tmp_path)}).prepare()
    assert os.name == "nt" or stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_in_the_way_is_an_environment_problem(tmp_path: Path) -> None:
    """A file where the folder should be is named, with the way out."""
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(EnvironmentProblem) as caught:
        state_home({"WITHHOLD_HOME": str(file)}).prepare()
    assert "WITHHOLD_HOME" in caught.value.diagnostics()
    with pytest.raises(EnvironmentProblem):
        state_home({"WITHHOLD_HOME": str(file / "below")}).prepare()


def test_an_own_folder_is_taken_again(tmp_path: Path) -> None:
    """Preparing twice, with state in it, is fine."""
    home = state_home({"WITHHOLD_HOME": str(tmp_path)}).prepare()
    home.database.write_bytes(b"")
    (tmp_path / "note.txt").write_bytes(b"")
    assert home.prepare() is home
