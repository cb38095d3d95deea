"""What the linter says about a pack: one problem, one place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Mark(NamedTuple):
    """A place in the file, both counted from one."""

    line: int
    column: int


START = Mark(1, 1)


class Severity(StrEnum):
    ERROR = "error"
    """The pack is refused."""
    WARNING = "warning"
    """The pack loads, but a reader should look."""
    NOTE = "note"
    """Something the facts leave open."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. ``code`` is stable; ``message`` is for people."""

    file: str
    line: int
    column: int
    code: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}"


class Reports:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, mark: Mark, code: str, message: str, severity: Severity = Severity.ERROR) -> None:
        self.found.append(Problem(self.file, mark.line, mark.column, code, message, severity))

    @property
    def refused(self) -> bool:
        """Whether anything so far is an error."""
        return any(p.severity is Severity.ERROR for p in self.found)
