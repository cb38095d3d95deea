"""What the database knows of conversations beside the index: deletions, and what was sent again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from withhold.model.conversation import Deletion
from withhold.model.stored import StoredConversation
from withhold.model.when import When
from withhold.model.words import Known
from withhold.store.codec import bounds, when
from withhold.store.sqlite import Database

__all__ = ["ConversationFacts", "Repeat", "StoredConversation"]

_WEIGHT = {Known.OBSERVED: 4, Known.ATTESTED: 3, Known.INFERRED: 2, Known.ASSUMED: 1, Known.UNKNOWN: 0}

Repeat: TypeAlias = tuple[str, str, str, When]
"""Provider, conversation (``source_id``), the session at whose head it was sent again, and when."""


class ConversationFacts:
    """Facts by the key of a conversation (the number whose hexadecimal digits are its id)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deletions(self) -> Mapping[int, Deletion]:
        """The best known deletion of each deleted conversation.

        Of several equally well known ones the latest, so that no clock starts early.
        """
        found: dict[int, list[Deletion]] = defaultdict(list)
        for key, earliest, latest, known in self._database.rows(
            "SELECT key, earliest, latest, known FROM deletions"
        ):
            found[key].append(Deletion(when(earliest, latest), Known(known)))
        return {key: _best(deletions) for key, deletions in found.items()}

    def add_deletion(self, key: int, deletion: Deletion, record: str | None) -> None:
        """Put down that a conversation was deleted; the same again changes nothing."""
        self._database.run(
            "INSERT OR IGNORE INTO deletions (key, earliest, latest, known, record) VALUES (?, ?, ?, ?, ?)",
            key,
            *bounds(deletion.when),
            deletion.known,
            record,
        )

    def sent_again(self) -> Mapping[tuple[str, str], tuple[When, ...]]:
        """When conversations (provider, ``source_id``) were sent once more, in order of time."""
        found: dict[tuple[str, str], list[When]] = defaultdict(list)
        for provider, source_id, earliest, latest in self._database.rows(
            "SELECT provider_id, source_id, earliest, latest FROM sent_again ORDER BY earliest, latest"
        ):
            found[provider, source_id].append(when(earliest, latest))
        return {conversation: tuple(spans) for conversation, spans in found.items()}

    def add_sent_again(self, repeats: Iterable[Repeat]) -> None:
        """Put down that conversations were sent again; the same once more changes nothing."""
        for provider_id, source_id, by, at in repeats:
            self._database.run(
                "INSERT OR IGNORE INTO sent_again (provider_id, source_id, by_id, earliest, latest)"
                " VALUES (?, ?, ?, ?, ?)",
                provider_id,
                source_id,
                by,
                *bounds(at),
            )


def _best(deletions: Iterable[Deletion]) -> Deletion:
    return max(deletions, key=lambda d: (_WEIGHT[d.known], d.when.latest, d.when.earliest))
