"""What set-up may do to the system: speak, run programs, install Debian packages where that is allowed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ENVIRONMENT_PROBLEM = 5
"""Exit code for "something is missing here", the same as the command line's own."""

QUIET_APT = {"DEBIAN_FRONTEND": "noninteractive"}


class SetupProblem(Exception):
    """Set-up cannot go on; the text names the command that mends it."""


def say(text: str) -> None:
    """One line for the person, on stderr."""
    print(f"set-up: {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Runs a program without input; true if it ended well.

    Its own output goes to stderr, with ``quiet`` only where it failed.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else sys.stderr,
            stderr=subprocess.STDOUT if quiet else None,
            env={**os.environ, **QUIET_APT},
            check=False,
        )
    except OSError as problem:
        say(f"{command[0]} did not start: {problem}")
        return False
    if quiet and done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
    return done.returncode == 0


def administrator() -> tuple[str, ...] | None:
    """The words to put before a command so that it runs as root; ``None`` where that needs a password."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    asked = subprocess.run([sudo, "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    # sudo strips the environment, so apt's variable has to be given again on its far side.
    return (sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive") if asked.returncode == 0 else None


def has_apt() -> bool:
    """Whether this is a system of Debian's family."""
    return shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Installs Debian packages if that is possible without asking for a password; true if it was done."""
    prefix = administrator()
    if prefix is None or not has_apt():
        return False
    say(f"installing Debian packages: {' '.join(packages)}")
    updated = run(*prefix, "apt-get", "update", "-qq", quiet=True)
    if not updated:
        say("apt-get update failed; trying with the package lists at hand")
    install = (*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
    return run(*install, quiet=True)
