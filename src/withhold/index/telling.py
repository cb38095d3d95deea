"""What keeps the index from being written, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from withhold.support.errors import EnvironmentProblem


@contextmanager
def told_of_writing(folder: Path) -> Iterator[None]:
    """A full disk, for one, becomes an ``EnvironmentProblem``."""
    try:
        yield
    except OSError as problem:
        raise EnvironmentProblem(
            f"the index in {folder} cannot be written: {problem.strerror or problem}",
            next_step="free some space on that disk, or mend its permissions, and run the command again",
        ) from problem
