"""Other programs that read the same exports, each in an environment that is thrown away with ``.venv``.

One needs a newer Python than this project: ``WITHHOLD_PEERS_PYTHON`` names one; without it those on the path
are tried.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / ".venv" / "peers"


@dataclass(frozen=True)
class Peer:
    """A program at a pinned version; ``does`` says in a few words what it was asked to do."""

    name: str
    version: str
    does: str
    command: Callable[[Path, Path, Path], list[str]]
    """From its program, an export and a scratch folder."""
    extra: str = ""
    """The extra of its package that is installed with it."""

    def program(self) -> Path | None:
        """The program, installed if need be; ``None`` where it cannot be."""
        folder = PLACE / f"{self.name}-{self.version}"
        program = folder / ("Scripts" if os.name == "nt" else "bin") / self.name
        if program.exists():
            return program
        return program if any(self._installed(python, folder) for python in _pythons()) else None

    def _installed(self, python: str, folder: Path) -> bool:
        pip = [str(folder / ("Scripts" if os.name == "nt" else "bin") / "python"), "-m", "pip", "install"]
        for command in (
            [python, "-m", "venv", "--clear", str(folder)],
            [*pip, "--quiet", f"{self.name}{f'[{self.extra}]' if self.extra else ''}=={self.version}"],
        ):
            if subprocess.run(command, capture_output=True, check=False).returncode:
                return False
        return True


def _pythons() -> list[str]:
    named = [os.environ.get("WITHHOLD_PEERS_PYTHON"), shutil.which("python3.13"), shutil.which("python3.12")]
    return [python for python in (*named, sys.executable) if python]


ECHOMINE = Peer(
    "echomine",
    "1.5.0",
    "statistics of the file",
    lambda program, export, _: [str(program), "stats", str(export / "conversations.json")],
)
CONVOVIZ = Peer(
    "convoviz",
    "0.7.6",
    "one page a chat",
    lambda program, export, scratch: [
        str(program),
        "--zip",
        str(export / "conversations.json"),
        "--output",
        str(scratch / "convoviz"),
        "--outputs",
        "markdown",
        "--no-interactive",
    ],
)
CLAUDE_TO_SQLITE = Peer(
    "claude-to-sqlite",
    "0.2",
    "a database with all texts",
    lambda program, export, scratch: [
        str(program),
        str(export / "conversations.json"),
        str(scratch / f"{export.name}.db"),
    ],
)
