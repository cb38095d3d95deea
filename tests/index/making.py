"""States, conversations and failing disks for the tests of this room."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.store.making import NOW, VERSION, home_in, now
from withhold.app.state.whole import State
from withhold.index.check import problems
from withhold.model.ports import Clock
from withhold.model.stored import StoredConversation
from withhold.support.storage import Disk


class Stopped(BaseException):
    """The process ends here."""


class Failing(Disk):
    """A disk on which the step numbered ``at`` fails: ``share`` of its bytes are written before."""

    def __init__(self, at: int, fault: Callable[[], BaseException], share: float = 0.0) -> None:
        self.taken = 0
        self._at = at
        self._fault = fault
        self._share = share

    def _step(self) -> bool:
        self.taken += 1
        return self.taken - 1 == self._at

    def append(self, path: Path, data: bytes) -> None:
        if self._step():
            super().append(path, data[: int(len(data) * self._share)])
            raise self._fault()
        super().append(path, data)

    def sync(self, path: Path) -> None:
        if self._step():
            raise self._fault()
        super().sync(path)

    def sync_dir(self, path: Path) -> None:
        if self._step():
            raise self._fault()
        super().sync_dir(path)

    def rename(self, source: Path, target: Path) -> None:
        if self._step():
            raise self._fault()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        if self._step():
            raise self._fault()
        super().remove(path)


@contextmanager
def opened(folder: Path, storage: Disk | None = None, clock: Clock = now) -> Iterator[State]:
    """The state in ``folder``."""
    with State.open(home_in(folder), clock, VERSION, busy_seconds=5, storage=storage) as state:
        yield state


def everything(state: State) -> list[StoredConversation]:
    """All conversations; the index has to be sound."""
    snapshot = state.snapshot()
    assert list(problems(snapshot)) == []
    snapshot.close()
    return list(state.conversations())


def files(folder: Path) -> set[str]:
    """Names in the folder of the index, locks apart."""
    return {p.name for p in home_in(folder).index.iterdir() if not p.name.startswith("lock")}


def listed(state: State) -> set[str]:
    """Names of the files that count."""
    return {f.name for s in state.catalogue.listing().segments for f in s.files}


__all__ = ["NOW", "Failing", "Stopped", "everything", "files", "listed", "now", "opened"]
