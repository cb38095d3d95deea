"""The ways in which deleting a conversation can behave in the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Deleting:
    """How the pages delete. ``button`` begins it, ``question`` heads the page that asks."""

    name: str
    about: str
    button: str = "Delete"
    question: str = "Delete this conversation?"
    lag: timedelta = timedelta(0)
    """How long it stays in the history after it was asked for."""
    archives: bool = False
    """It leaves the history and is not deleted."""


DELETINGS: Mapping[str, Deleting] = {
    d.name: d
    for d in (
        Deleting("at-once", "leaves the history when asked"),
        Deleting("late", "stays in the history for two days", lag=timedelta(days=2)),
        Deleting("archives", "says deleted, and only archives", archives=True),
        Deleting("renamed", "the button has another name", button="Remove"),
        Deleting("asks-for-all", "asks about all conversations", question="Delete all conversations?"),
    )
}
