"""Several homes of one computer, each by itself; and what lies in another system beside this one."""

from pathlib import Path

import pytest

from withhold.app.bootstrap import Services
from withhold.app.machine.scan import homes_in, scan, scan_homes
from withhold.support.paths import StateHome


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return Services(
        home=StateHome(tmp_path / "state"), environ={"OPENAI_API_KEY": "x"}, user_home=tmp_path / "me"
    )


@pytest.mark.parametrize(("system", "folder"), [("linux", "home"), ("macos", "Users"), ("windows", "Users")])
def test_each_home_by_itself(system: str, folder: str, services: Services, tmp_path: Path) -> None:
    """Two people's settings are not mixed, and what a system keeps for itself is no home."""
    root = tmp_path / "root"
    for name, value in (("ada", "false"), ("bob", "true"), ("Public", "true"), ("Shared", "true")):
        (root / folder / name / ".codex").mkdir(parents=True)
        (root / folder / name / ".codex/config.toml").write_text(f"[feedback]\nenabled = {value}\n")
    document = scan_homes(services, root=root, system=system)
    verdicts = {
        Path(row.home).name: next(s.verdict for s in row.scan.settings if s.id == "codex-cli.feedback")
        for row in document.homes
        if row.scan is not None
    }
    assert verdicts == {"ada": "good", "bob": "bad"}


def test_the_superusers_home_is_one(tmp_path: Path) -> None:
    """On Linux it lies beside the others."""
    for name in ("home/ada", "root"):
        (tmp_path / name).mkdir(parents=True)
    assert [home.name for home in homes_in(tmp_path, "linux")] == ["ada", "root"]


def test_the_other_side_of_wsl_is_named(services: Services, tmp_path: Path) -> None:
    """From inside WSL the homes of Windows are said not to have been looked at."""
    (tmp_path / "root/mnt/c/Users/ada").mkdir(parents=True)
    (tmp_path / "root/home/ada").mkdir(parents=True)
    found = scan(services, home=tmp_path / "root/home/ada", root=tmp_path / "root", system="linux")
    assert any("WSL" in row.what for row in found.unseen)
