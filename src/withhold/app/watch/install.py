"""The system's own timer for ``withhold watch run``: files for systemd, launchd or Windows.

No daemon of ours: the timer starts one run a day, which ends. Enabling it is a command that the person types.
Each profile has a timer of its own, named after it, so that installing or removing one leaves the others.
"""

import plistlib
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from withhold.app.bootstrap import Services
from withhold.app.watch.terms import choose, chosen
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem
from withhold.support.files import private_dir, write_atomic
from withhold.support.paths import OVERRIDE, PROFILE

SYSTEMS: Mapping[str, Literal["systemd", "launchd", "windows"]] = {
    "Linux": "systemd",
    "Darwin": "launchd",
    "Windows": "windows",
}
UNIT = "withhold-watch"
AGENT = "org.withhold.watch"
TASK = r"withhold\watch"
_MISSED = (
    "A run that was missed while the computer slept is made up for when it wakes; one missed while it was off"
    " is not, and the next one finds the same."
)
_FOLDERS = (OVERRIDE, "XDG_DATA_HOME", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR")
_PASSED_ON = (*_FOLDERS, PROFILE, "WITHHOLD_BROWSER")
"""What decides which state and settings a run looks at: without it a timer would watch another state."""


@dataclass(frozen=True, slots=True)
class Timer:
    """What the system needs: files by path, commands to switch it on and off, what to know."""

    system: Literal["systemd", "launchd", "windows"]
    files: Mapping[Path, bytes]
    enable: tuple[str, ...]
    disable: tuple[str, ...]
    notes: tuple[str, ...]


def timer_of(services: Services, program: tuple[str, ...] | None = None) -> Timer:
    """The timer for this system. ``program`` is the command that runs withhold (default: this very one)."""
    kind = SYSTEMS.get(services.system)
    if kind is None:
        raise EnvironmentProblem(
            f"no timer is known for {services.system}",
            next_step="have your own scheduler run 'withhold watch run' once a day",
        )
    command = (*(program or (sys.executable, "-m", "withhold")), "watch", "run")
    held = {name: _absolute(name, value) for name in _PASSED_ON if (value := services.environ.get(name))}
    return {"systemd": _systemd, "launchd": _launchd, "windows": _windows}[kind](services, command, held)


def _absolute(name: str, value: str) -> str:
    """A timer runs in another folder than the person's, so that folders are named in full."""
    return str(Path(value).expanduser().absolute()) if name in _FOLDERS else value


def install(services: Services, *, terms: bool | None = None) -> d.WatchInstallDocument:
    """Write the files. Nothing is started or enabled.

    ``terms``: whether runs ask for pages of terms from now on; ``None`` leaves that as it was chosen.
    """
    timer = timer_of(services)
    if terms is not None:
        choose(services, terms)
    for path, data in timer.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)
    note = (
        "A run asks for pages of terms; 'withhold watch install --no-terms' leaves them out."
        if chosen(services)
        else "A run does not ask for pages of terms; 'withhold watch install --terms' adds them."
    )
    return _document(services, "installed", replace(timer, notes=(*timer.notes, note)), timer.enable)


def uninstall(services: Services) -> d.WatchInstallDocument:
    """Remove the files that are as we write them; one that somebody changed stays and is named."""
    timer = timer_of(services)
    left = [p for p in timer.files if _state(p, timer.files[p]) == "other"]
    gone = {p: data for p, data in timer.files.items() if _state(p, data) == "ours"}
    for path in gone:
        path.unlink()
    notes = tuple(f"{path} is not as withhold writes it, and was left as it is" for path in left)
    kept = Timer(timer.system, gone, timer.enable, timer.disable, notes)
    return _document(services, "uninstalled", kept, timer.disable)


def timer_rows(services: Services) -> tuple[d.TimerRow, ...]:
    """How the files of the timer stand; none where no timer is known for this system."""
    if services.system not in SYSTEMS:
        return ()
    files = timer_of(services).files
    return tuple(d.TimerRow(path=str(path), state=_state(path, data)) for path, data in files.items())


def _named(services: Services, name: str, between: str = "-") -> str:
    """``name`` for the usual state, with the profile's name behind it for another."""
    profile = services.environ.get(PROFILE)
    return f"{name}{between}{profile}" if profile else name


def _state(path: Path, data: bytes) -> Literal["ours", "other", "absent"]:
    if not path.is_file():
        return "absent"
    return "ours" if path.read_bytes() == data else "other"


def _document(
    services: Services,
    done: Literal["installed", "uninstalled"],
    timer: Timer,
    commands: tuple[str, ...],
) -> d.WatchInstallDocument:
    stamp = services.stamp()
    return d.WatchInstallDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        done=done,
        system=timer.system,
        files=tuple(map(str, timer.files)),
        commands=commands,
        notes=timer.notes,
    )


def _systemd(services: Services, command: tuple[str, ...], held: Mapping[str, str]) -> Timer:
    configured = services.environ.get("XDG_CONFIG_HOME")
    folder = (Path(configured) if configured else services.user_home / ".config") / "systemd" / "user"
    unit = _named(services, UNIT)
    variables = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in held.items())
    program = " ".join(_quoted(word).replace("$", "$$") for word in command)
    service = (
        "[Unit]\nDescription=Look at AI training settings that are due\n\n"
        f"[Service]\nType=oneshot\nExecStart={program}\n{variables}"
        "SuccessExitStatus=1 3\nNice=10\nUMask=0077\nNoNewPrivileges=yes\n"
    )
    clock = (
        "[Unit]\nDescription=Look once a day at AI training settings that are due\n\n"
        "[Timer]\nOnCalendar=daily\nRandomizedDelaySec=1h\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return Timer(
        "systemd",
        {folder / f"{unit}.service": service.encode(), folder / f"{unit}.timer": clock.encode()},
        ("systemctl --user daemon-reload", f"systemctl --user enable --now {unit}.timer"),
        (f"systemctl --user disable --now {unit}.timer", "systemctl --user daemon-reload"),
        (
            "A run that was missed while the computer was off or asleep is made up for.",
            "To run also while you are not signed in: loginctl enable-linger",
        ),
    )


def _quoted(word: str) -> str:
    """A word of a unit file: ``%`` stands for itself; quotes, backslashes and ends of lines are escaped.

    ``$`` means something in a command alone; in a variable it is itself (systemd.exec, Environment=).
    """
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("\n", "\\n")
    return f'"{plain}"'


def _launchd(services: Services, command: tuple[str, ...], held: Mapping[str, str]) -> Timer:
    label = _named(services, AGENT, ".")
    path = services.user_home / "Library" / "LaunchAgents" / f"{label}.plist"
    agent = {
        "Label": label,
        "ProgramArguments": list(command),
        "EnvironmentVariables": dict(held),
        "StartCalendarInterval": {"Hour": 10, "Minute": 17},
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Umask": 0o077,
    }
    where = shlex.quote(str(path))
    return Timer(
        "launchd",
        {path: plistlib.dumps(agent)},
        (f"launchctl bootstrap gui/$(id -u) {where}",),
        (f"launchctl bootout gui/$(id -u)/{label}",),
        (_MISSED,),
    )


def _windows(services: Services, command: tuple[str, ...], held: Mapping[str, str]) -> Timer:
    private_dir(services.home.prepare().root)
    path = services.home.root / "withhold-watch.xml"
    program, *arguments = _with_profile(command, held.get(PROFILE))
    task = _named(services, TASK)
    set_there = ", ".join(name for name in held if name != PROFILE)
    notes = ["A run that was missed while the computer was off or asleep is made up for."]
    if set_there:
        notes.append(f"The task has the variables of your account: set {set_there} there.")
    return Timer(
        "windows",
        {path: _task(program, arguments).encode("utf-16")},
        (f'schtasks /Create /TN "{task}" /XML "{path}"',),
        (f'schtasks /Delete /TN "{task}" /F',),
        tuple(notes),
    )


def _with_profile(command: tuple[str, ...], profile: str | None) -> tuple[str, ...]:
    """A task has no variables of its own, so the profile stands before the command ``watch run``."""
    return (*command[:-2], "--profile-name", profile, *command[-2:]) if profile else command


def _task(program: str, arguments: list[str]) -> str:
    from subprocess import list2cmdline

    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Look at AI training settings that are due</Description></RegistrationInfo>
  <Triggers><CalendarTrigger>
    <StartBoundary>2026-01-01T10:17:00</StartBoundary>
    <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
  </CalendarTrigger></Triggers>
  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType>
    <RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author"><Exec>
    <Command>{escape(program)}</Command>
    <Arguments>{escape(list2cmdline(arguments))}</Arguments>
  </Exec></Actions>
</Task>
"""
