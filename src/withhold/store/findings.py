"""Findings of secrets and personal data: kinds and places. No value has a column."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

from withhold.model.columns import micros
from withhold.store.sqlite import Database

ConversationName = tuple[str, str]
"""Provider, and the id that the source gives a conversation."""


@dataclass(frozen=True, slots=True)
class FoundAt:
    """One finding. ``near`` is an offset rounded down, ``message`` a number from 0 within the conversation.

    ``source`` is the path that was given, ``place`` the file within it. ``provider`` and ``conversation``
    (the source's own id) are ``None`` where nothing tells which it is.
    """

    source: str
    place: str
    near: int
    kind: str
    issuer: str
    assurance: str
    fingerprint: str
    provider: str | None
    conversation: str | None
    message: int | None


class Findings:
    """What was found, by source. For one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, source: str, found: Iterable[FoundAt], at: datetime) -> None:
        """Put down what a source holds now; what it held before counts no more."""
        with self._database.transaction():
            self._database.run("DELETE FROM findings WHERE source = ?", source)
            for one in found:
                self._database.run(
                    "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *astuple(one), micros(at)
                )

    def all(self) -> tuple[FoundAt, ...]:
        """Everything, by source and place."""
        rows = self._database.rows(
            "SELECT source, place, near, kind, issuer, assurance, fingerprint, provider,"
            " conversation, message FROM findings ORDER BY source, place, near, kind"
        )
        return tuple(FoundAt(*row) for row in rows)

    def kinds(self) -> Mapping[ConversationName, tuple[str, ...]]:
        """The kinds found in each conversation that is known by name, each once, in order."""
        kinds: dict[ConversationName, list[str]] = defaultdict(list)
        rows = self._database.rows(
            "SELECT DISTINCT provider, conversation, kind FROM findings"
            " WHERE provider IS NOT NULL AND conversation IS NOT NULL ORDER BY kind"
        )
        for provider, conversation, kind in rows:
            kinds[provider, conversation].append(kind)
        return {name: tuple(found) for name, found in kinds.items()}
