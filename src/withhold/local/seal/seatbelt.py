"""macOS: a profile for ``sandbox-exec``. Written from its documentation and NOT tested on such a machine.

Apple calls the program deprecated and offers command-line programs nothing in its place. A proof is never
made of
it: see :attr:`withhold.local.seal.levels.Level.provable`.
"""

from collections.abc import Iterable
from pathlib import Path

PROGRAM = "/usr/bin/sandbox-exec"
_SYSTEM = ("/usr", "/bin", "/System", "/Library/Frameworks", "/private/var/db/dyld", "/dev")


def arguments(*, readable: Iterable[Path], writable: Iterable[Path]) -> list[str]:
    """The command line up to the program that is to be run."""
    return [PROGRAM, "-p", profile(readable, writable)]


def profile(readable: Iterable[Path], writable: Iterable[Path]) -> str:
    """Everything is denied but reading programs and the model, and one folder with a Unix socket to listen
    on.
    """
    folders = list(writable)
    reads = " ".join(f"(subpath {_quoted(path)})" for path in (*map(Path, _SYSTEM), *readable, *folders))
    writes = " ".join(f"(subpath {_quoted(path)})" for path in folders)
    return "\n".join(
        (
            "(version 1)",
            "(deny default)",
            "(allow process-fork)",
            "(allow process-exec)",
            "(allow sysctl-read)",
            "(allow signal (target same-sandbox))",
            f"(allow file-read* {reads})",
            f'(allow file-write* {writes} (literal "/dev/null"))',
            f"(allow network-bind (local unix-socket {writes}))",
            f"(allow network-inbound (local unix-socket {writes}))",
        )
    )


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
