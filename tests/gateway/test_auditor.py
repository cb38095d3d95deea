"""Many lines share one wait; a slow disk holds up nobody; a failed write refuses exactly its own lines."""

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from withhold.gateway.audit import Auditor, AuditUnavailable
from withhold.gateway.chain import Chain, Fields, Head, read_lines
from withhold.gateway.chain_check import check_chain


class Disk:
    """A chain on a disk that can be slow or full. ``turns``: its writes, how many lines in which thread."""

    at_hand = True

    def __init__(self, folder: Path) -> None:
        self.chain = Chain.open(folder, "gateway")
        self.takes = 0.0
        self.full = False
        self.turns: list[tuple[int, str]] = []

    @property
    def head(self) -> Head:
        return self.chain.head

    def append(self, lines: Sequence[Fields]) -> None:
        self.turns.append((len(lines), threading.current_thread().name.partition("_")[0]))
        time.sleep(self.takes)
        if self.full:
            raise OSError(28, "No space left on device")
        self.chain.append(lines)

    def close(self) -> None:
        self.chain.close()


def test_requests_that_come_together_share_one_wait(tmp_path: Path) -> None:
    """Fifty lines at once are a handful of writes, numbered without a gap."""
    disk = Disk(tmp_path)

    async def run() -> list[int]:
        auditor = Auditor(disk, notice=print)
        numbers = [await auditor.write({"n": n}) for n in range(10)]
        numbers += await asyncio.gather(*(auditor.write({"n": n}) for n in range(50)))
        await auditor.close()
        return numbers

    assert asyncio.run(run()) == list(range(1, 61))
    assert len(disk.turns) <= 13
    assert check_chain(disk.chain.path, []).problems == []


def test_a_slow_disk_holds_up_nobody(tmp_path: Path) -> None:
    """After one slow write the next go to a thread, and the loop turns meanwhile."""
    disk = Disk(tmp_path)

    async def run() -> int:
        auditor = Auditor(disk, notice=print)
        for n in range(10):
            await auditor.write({"n": n})
        assert disk.turns[-1][1] == "MainThread"
        disk.takes = 0.2
        await auditor.write({"n": 10})
        turned = 0
        waiting = asyncio.create_task(auditor.write({"n": 11}))
        while not waiting.done():
            await asyncio.sleep(0.005)
            turned += 1
        await auditor.close()
        return turned

    turned = asyncio.run(run())
    assert disk.turns[-1][1] == "audit"
    assert turned > 5


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("warm", [0, 10])
def test_a_full_disk_refuses_exactly_its_own_lines(tmp_path: Path, warm: int, alone: bool) -> None:
    """In the loop and in the thread: who waited is refused, once aloud; with room again it goes on."""
    disk, said = Disk(tmp_path), list[str]()

    async def run() -> None:
        auditor = Auditor(disk, notice=said.append)
        for n in range(warm):
            await auditor.write({"n": n}, alone=alone)
        disk.full = True
        for _ in range(2):
            with pytest.raises(AuditUnavailable):
                await auditor.write({"lost": 1}, alone=alone)
        disk.full = False
        assert await auditor.write({"kept": 1}, alone=alone) == warm + 1
        await auditor.close()

    asyncio.run(run())
    lines = [value for _, value in read_lines(disk.chain.path)]
    assert not [line for line in lines if line and "lost" in line]
    assert len(said) == 2


def test_outcomes_wait_for_nobody_and_are_not_lost(tmp_path: Path) -> None:
    """A line that is only noted is on disk soon, and at the latest when the gateway closes."""
    disk = Disk(tmp_path)

    async def run() -> None:
        auditor = Auditor(disk, notice=print)
        auditor.note({"n": 1})
        assert disk.turns == []
        await asyncio.sleep(0.3)
        assert disk.chain.head.seq == 1
        auditor.note({"n": 2})
        await auditor.close()

    asyncio.run(run())
    assert disk.chain.head.seq == 2
