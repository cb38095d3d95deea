"""Bubblewrap's arguments: a world with an empty network, the programs read-only, and an empty home."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from withhold.support.errors import EnvironmentProblem

SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc/ld.so.cache", "/sys/devices/system")


def program() -> str | None:
    """Where bubblewrap is; ``None`` if it is not installed."""
    return shutil.which("bwrap")


def arguments(
    *, readable: Iterable[Path], writable: Iterable[Path], home: Path, environ: Mapping[str, str]
) -> list[str]:
    """The command line up to the program that is to be run. Raises ``EnvironmentProblem`` without
    bubblewrap.
    """
    found = program()
    if found is None:
        raise EnvironmentProblem("bubblewrap is not installed", next_step="apt install bubblewrap")
    line = [
        found,
        "--unshare-user",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
    ]
    line += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", str(home), "--clearenv"]  # noqa: S108
    for name, value in environ.items():
        line += ["--setenv", name, value]
    for path in (*map(Path, SYSTEM), *readable):
        line += ["--ro-bind-try", str(path), str(path)]
    for path in writable:
        line += ["--bind", str(path), str(path)]
    return [*line, "--chdir", "/"]
