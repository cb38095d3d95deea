"""What one room needs of another, as protocols. ``app/bootstrap.py`` passes the real ones in."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from withhold.model.evidence import Draft, Record
from withhold.model.segments import Change, Listing
from withhold.model.web import ArchivedPage, Exchange, PagePart

Clock = Callable[[], datetime]
"""The present instant in UTC. The rules take an instant instead."""


class EvidenceSink(Protocol):
    """Takes records; once :meth:`append` returns, the record is durable and in the chain."""

    def append(self, draft: Draft) -> Record: ...


class WebPackager(Protocol):
    """Writes standard containers of the web from values that are masked already."""

    def wacz(self, exchanges: Sequence[Exchange], pages: Sequence[ArchivedPage], *, software: str) -> bytes:
        """A WACZ with one WARC. Raises ``ValueError`` where an exchange cannot be written as HTTP."""
        ...

    def mhtml(self, parts: Sequence[PagePart], *, title: str, at: datetime) -> bytes:
        """A MHTML file (RFC 2557) whose first part is the page."""
        ...


class Catalogue(Protocol):
    """Which segments of the index count. The state's database keeps it."""

    def listing(self) -> Listing:
        """What counts now, all as of one moment. Never waits for a writer."""

    def commit(self, change: Change) -> None:
        """All of ``change``, or nothing; part of the present transaction, if there is one."""

    def retired_before(self, seconds: float) -> frozenset[str]:
        """Names of files that were retired at least so long ago."""

    def forget(self, names: frozenset[str]) -> None:
        """These retired files are gone."""
