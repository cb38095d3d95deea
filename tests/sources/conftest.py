"""What the tests of the readers share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from withhold.model.conversation import Conversation
from withhold.sources.interface import Item, Limits
from withhold.sources.registry import read_paths
from withhold.sources.summary import ReadSummary

OWN = Path(__file__).resolve().parents[1] / "samples"


@dataclass(frozen=True)
class Result:
    """All that was read from some paths."""

    items: tuple[Item, ...]
    summaries: tuple[ReadSummary, ...]

    @property
    def conversations(self) -> dict[str, Conversation]:
        return {item.source_id: item for item in self.items if isinstance(item, Conversation)}

    @property
    def only(self) -> ReadSummary:
        (summary,) = self.summaries
        return summary


def read_all(paths: Sequence[Path], limits: Limits | None = None, *, keep_titles: bool = False) -> Result:
    """Read paths to their end. Raises what ``read_paths`` raises."""
    items: list[Item] = []
    summaries = []
    for reading in read_paths(paths, limits, keep_titles=keep_titles):
        items.extend(reading)
        summaries.append(reading.summary())
    return Result(tuple(items), tuple(summaries))


@pytest.fixture
def read() -> Callable[..., Result]:
    """Reads one or more paths."""

    def run(*paths: Path, limits: Limits | None = None, keep_titles: bool = False) -> Result:
        return read_all(paths, limits, keep_titles=keep_titles)

    return run


@pytest.fixture
def samples() -> Path:
    """The sample set of this repository."""
    return OWN
