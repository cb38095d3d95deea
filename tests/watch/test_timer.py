"""The timer's files: what they say, that systemd can read them, that nothing of a person's goes."""

import plistlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from withhold.app.bootstrap import Services
from withhold.app.watch.install import install, timer_of, timer_rows, uninstall
from withhold.support.paths import StateHome

WINDOWS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def on(services: Services, system: str, **environ: str) -> Services:
    """The same person on another system."""
    return replace(services, system=system, environ=environ)


def test_systemd_can_read_what_is_written(fresh: Services) -> None:
    """A oneshot service and a daily, catching-up timer; odd characters of a path stay what they are."""
    there = on(fresh, "Linux", WITHHOLD_HOME='/home/a %h "$x" b')
    document = install(there)
    service, timer = (Path(p) for p in document.files)
    assert 'Environment="WITHHOLD_HOME=/home/a %%h \\"$x\\" b"' in service.read_text()
    assert "Persistent=true" in timer.read_text()
    assert "enable --now withhold-watch.timer" in document.commands[-1]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(timer), str(service)], capture_output=True, text=True, check=False
    )
    said = [line for line in checked.stderr.splitlines() if "withhold" in line]
    assert not said, said


def test_a_command_keeps_its_odd_characters(fresh: Services) -> None:
    """In a command ``$`` would be a variable, and a line that ends would begin another setting."""
    timer = timer_of(on(fresh, "Linux", WITHHOLD_HOME="/h\nExecStart=/bin/evil"), ("/opt/my $app/withhold",))
    service = next(data.decode() for path, data in timer.files.items() if path.suffix == ".service")
    assert 'ExecStart="/opt/my $$app/withhold" "watch" "run"\n' in service
    assert [line for line in service.splitlines() if line.startswith("ExecStart=/bin/evil")] == []


def test_a_timer_runs_on_the_state_that_it_was_installed_from(fresh: Services, tmp_path: Path) -> None:
    """A folder named from where the person stood, or by the desktop's own variable, is named in full."""
    there = on(fresh, "Linux", WITHHOLD_HOME="state", XDG_DATA_HOME="/data/robin")
    service = Path(install(there).files[0]).read_text()
    assert f'Environment="WITHHOLD_HOME={Path("state").absolute()}"' in service
    assert 'Environment="XDG_DATA_HOME=/data/robin"' in service


def test_launchd_gets_an_agent_that_ends(fresh: Services) -> None:
    """A property list that starts one run a day and keeps nothing alive."""
    document = install(on(fresh, "Darwin", WITHHOLD_HOME="/Users/r/w"))
    (path,) = document.files
    agent = plistlib.loads(Path(path).read_bytes())
    assert agent["ProgramArguments"][-2:] == ["watch", "run"]
    assert agent["EnvironmentVariables"] == {"WITHHOLD_HOME": "/Users/r/w"}
    assert "KeepAlive" not in agent
    assert "StartCalendarInterval" in agent


def test_windows_gets_a_task_of_the_persons_own(fresh: Services) -> None:
    """A task file in UTF-16 without rights beyond the person's, started later where the day was missed."""
    there = on(fresh, "Windows")
    path, data = next(iter(timer_of(there, (r"C:\A & B\withhold.exe",)).files.items()))
    task = ET.fromstring(data.decode("utf-16"))  # noqa: S314 - our own file
    assert task.findtext(f".//{WINDOWS}Command") == r"C:\A & B\withhold.exe"
    assert task.findtext(f".//{WINDOWS}Arguments") == "watch run"
    assert task.findtext(f".//{WINDOWS}RunLevel") == "LeastPrivilege"
    assert task.findtext(f".//{WINDOWS}StartWhenAvailable") == "true"
    assert path.parent == fresh.home.root


@pytest.mark.parametrize("system", ["Linux", "Darwin", "Windows"])
def test_only_our_own_files_are_removed(fresh: Services, system: str) -> None:
    """Installed twice is installed once; a file that somebody changed stays and is named."""
    there = on(fresh, system)
    assert {r.state for r in timer_rows(there)} == {"absent"}
    assert install(there).files == install(there).files
    assert {r.state for r in timer_rows(there)} == {"ours"}
    first = Path(timer_rows(there)[0].path)
    first.write_bytes(first.read_bytes() + b"\n")
    document = uninstall(there)
    assert str(first) not in document.files
    assert str(first) in document.notes[0]
    assert first.exists()
    assert {r.state for r in timer_rows(there)} <= {"other", "absent"}


@pytest.mark.parametrize("system", ["Linux", "Darwin", "Windows"])
def test_each_profile_has_a_timer_of_its_own(fresh: Services, system: str) -> None:
    """Files and names differ; each runs in its own profile; one is removed and the other stays."""
    usual = on(fresh, system)
    root = fresh.home.root
    firm = replace(
        on(fresh, system, WITHHOLD_PROFILE="firm"), home=StateHome(root.with_name(f"{root.name}-firm"))
    )
    first, second = install(usual), install(firm)
    assert not set(first.files) & set(second.files)
    assert not set(first.commands) & set(second.commands) - {"systemctl --user daemon-reload"}
    written = b"".join(Path(p).read_bytes().replace(b"\0", b"") for p in second.files)
    assert b"firm" in written
    assert (b"--profile-name firm watch run" if system == "Windows" else b"WITHHOLD_PROFILE") in written
    assert b"firm" not in b"".join(Path(p).read_bytes().replace(b"\0", b"") for p in first.files)
    assert set(uninstall(firm).files) == set(second.files)
    assert {r.state for r in timer_rows(usual)} == {"ours"}
