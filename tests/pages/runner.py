"""Serves one page of the catalogue on loopback, hands out its address, and judges what was said of it.

The truth is what the server stored, asked for once everything that was under way has come to an end.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.pages.model import LATER, PRIVATE, Account, Page
from tests.pages.server import Server


@dataclass
class Running:
    """A page being served. ``also`` is a second address of the same account, on another port."""

    page: Page
    account: Account
    url: str = ""
    also: str = ""
    _timers: list[threading.Timer] = field(default_factory=list)

    def keep(self, changes: dict[str, str], *, store: bool = True) -> None:
        """Note a write, and do with it what this page's server does."""
        self.account.writes.append(changes)
        if not store:
            return
        before = dict(self.account.state)
        self.account.state.update({key: kept for key, kept in changes.items() if key in before})
        if self.page.server == "flips-back":
            timer = threading.Timer(LATER / 2, lambda: self.account.state.update(before))
            self._timers.append(timer)
            timer.start()

    def truth(self) -> dict[str, str]:
        """What is stored once all that the server meant to do has happened."""
        for timer in self._timers:
            timer.join()
        return dict(self.account.state)

    def cancel(self) -> None:
        """Nothing happens any more."""
        for timer in self._timers:
            timer.cancel()

    def judge(self, outcome: str, truth: dict[str, str] | None = None) -> "Judgement":
        """How ``outcome`` compares with the truth and with what the page expects."""
        held = self.truth() if truth is None else truth
        return judge(self.page.manifest(), outcome, held, self.account)


@dataclass(frozen=True, slots=True)
class Judgement:
    """``false_claim``, ``destructive`` and ``moved`` must be empty always; ``right`` is counted."""

    page: str
    outcome: str
    best: bool
    right: bool
    false_claim: tuple[str, ...]
    destructive: tuple[str, ...]
    moved: tuple[str, ...]
    """Decoys that are in another state than before."""
    writes: int
    too_many_writes: bool = False

    @property
    def harm(self) -> tuple[str, ...]:
        """What may never happen, in words."""
        told = [f"claimed private, stored {one}" for one in self.false_claim]
        told += [f"hit {one}" for one in self.destructive]
        told += [f"moved {one}" for one in self.moved]
        return tuple(told)


def judge(
    manifest: dict[str, Any], outcome: str, held: dict[str, str], account: Account | None = None
) -> Judgement:
    """Compare an outcome with the stored truth; ``manifest`` is a page in the form of the shared samples."""
    expected = manifest["expected"]
    claims = outcome in PRIVATE
    sharing = [c for c in manifest["controls"] if held[c["key"]] != c["private_when"]]
    nothing_there = claims and not manifest["controls"]
    writes = len(account.writes) if account else 0
    limit = expected["max_writes"]
    return Judgement(
        page=manifest["id"],
        outcome=outcome,
        best=outcome == expected["outcome"],
        right=outcome in expected["accept_outcomes"],
        false_claim=tuple(f"{c['key']}={held[c['key']]}" for c in sharing if claims)
        + (("a page without such a control",) if nothing_there else ()),
        destructive=tuple(account.destructive) if account else (),
        moved=tuple(d["key"] for d in manifest["decoys"] if held[d["key"]] != d["initial"]),
        writes=writes,
        too_many_writes=limit is not None and writes > limit,
    )


@contextmanager
def serve(page: Page) -> Iterator[Running]:
    """Serve ``page`` with a fresh account on two ports of 127.0.0.1 until the end of the block."""
    running = Running(page, Account(page))
    servers = [Server(running), Server(running)]
    threads = [threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.02}) for s in servers]
    for thread in threads:
        thread.start()
    running.url, running.also = (f"http://127.0.0.1:{server.server_port}/" for server in servers)
    try:
        yield running
    finally:
        running.cancel()
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
