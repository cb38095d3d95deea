"""Steps that hold or do not, timed, and told while they happen."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from withhold.report import documents as d
from withhold.support.errors import WithholdError
from withhold.support.progress import Progress


class StepFailed(Exception):
    """A step did not hold; the ones after it cannot be played."""


@dataclass
class Step:
    """One step being played. ``must`` notes what has to be true; ``note`` what is worth telling."""

    id: str
    title: str
    held: bool = True
    details: list[str] = field(default_factory=list)

    def must(self, truth: bool, text: str) -> None:
        """Tell ``text``; if it is not true, the step has not held."""
        self.details.append(text if truth else f"NOT SO: {text}")
        self.held = self.held and truth

    def note(self, text: str) -> None:
        self.details.append(text)


class Steps:
    """All steps so far."""

    def __init__(self, progress: Progress, timer: Callable[[], float] = time.monotonic) -> None:
        self._progress = progress
        self._timer = timer
        self._began = timer()
        self.rows: list[d.DemoStep] = []

    @contextmanager
    def step(self, id_: str, title: str) -> Iterator[Step]:
        """Play one step. An error of ours makes it fail with its message; then the story ends."""
        self._progress.step(title)
        step, began = Step(id_, title), self._timer()
        try:
            yield step
        except WithholdError as error:
            step.must(truth=False, text=error.diagnostics())
        finally:
            self.rows.append(
                d.DemoStep(
                    id=id_,
                    title=title,
                    held=step.held,
                    details=tuple(step.details),
                    seconds=round(self._timer() - began, 2),
                )
            )
        if not step.held:
            raise StepFailed(title)

    @property
    def seconds(self) -> float:
        return self._timer() - self._began

    @property
    def held(self) -> bool:
        return all(row.held for row in self.rows)
