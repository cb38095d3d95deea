"""What one room needs of another, as protocols. ``app/bootstrap.py`` passes the real ones in."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from withhold.model.evidence import Draft, Record

Clock = Callable[[], datetime]
"""The present instant in UTC. The rules take an instant instead."""


class EvidenceSink(Protocol):
    """Takes records; once :meth:`append` returns, the record is durable and in the chain."""

    def append(self, draft: Draft) -> Record: ...
