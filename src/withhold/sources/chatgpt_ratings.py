"""Thumbs, votes and shared links of a ChatGPT export, joined to its conversations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from withhold.model.conversation import Feedback
from withhold.model.when import ANY_TIME
from withhold.sources.interface import Notice
from withhold.sources.text import name
from withhold.sources.times import moment

VOTE = "side-by-side vote"


@dataclass(slots=True)
class Ratings:
    """Marks by the chat they name, else by the message they name."""

    _by_chat: dict[str, list[Feedback]] = field(default_factory=dict)
    _by_message: dict[str, list[Feedback]] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)
    loose: int = 0
    """Marks that name neither."""

    def add(self, row: dict[str, object], *, kind: str | None = None) -> bool:
        """Take one row of ``message_feedback.json`` or ``model_comparisons.json``; whether it names its chat.

        Early rows have no ``message_id``; their own ``id`` was that of the message.
        """
        at = moment(row.get("create_time")) or moment(row.get("update_time")) or ANY_TIME
        mark = Feedback(at, kind or name(row.get("rating"), 40) or "rating")
        if chat := name(row.get("conversation_id")):
            self._by_chat.setdefault(chat, []).append(mark)
        elif message := name(row.get("message_id")) or (None if kind else name(row.get("id"))):
            self._by_message.setdefault(message, []).append(mark)
        else:
            self.loose += 1
        return chat is not None

    def of(self, ids: Iterable[str | None], messages: Iterable[str]) -> tuple[Feedback, ...]:
        """The marks of a conversation, by its ids and those of its messages."""
        found: list[Feedback] = []
        for one in dict.fromkeys(ids):
            found += self._taken(self._by_chat, one)
        if self._by_message:
            for message in messages:
                found += self._taken(self._by_message, message)
        return tuple(found)

    def _taken(self, table: dict[str, list[Feedback]], key: str | None) -> list[Feedback]:
        if key is None or key not in table:
            return []
        self._met.add(key)
        return table[key]

    def left(self) -> Iterator[Notice]:
        """What is rated and not here: deleted chats, or another part of the export."""
        rest = len((self._by_chat.keys() | self._by_message.keys()) - self._met)
        if rest:
            yield Notice(
                f"{rest} rated conversations or messages are not in this source; ratings are feedback"
            )
        if self.loose:
            yield Notice(f"{self.loose} ratings or votes do not say which conversation they belong to")
