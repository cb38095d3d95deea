"""Taking one source into the state: all of it, or nothing."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.segments import Change
from withhold.model.when import When

if TYPE_CHECKING:
    from withhold.index.writer import Writer
    from withhold.store.conversations import Repeat
    from withhold.store.database import Store
    from withhold.store.sources import NewSource


class Batch:
    """Takes what a reader hands out for one source. Valid within the block of ``State.importing`` only.

    ``new_conversations`` and ``new_messages`` count what the state did not have before; they are right once
    the block has ended. ``imported_at`` is when the source was first imported: an earlier import of the same
    bytes, or now.
    """

    def __init__(self, source: "NewSource", writer: "Writer", source_id: int, imported_at: datetime) -> None:
        from withhold.store.sources import Counts

        self._source = source
        self._writer = writer
        self._unrecognised: list[Unrecognised] = []
        self._warnings: list[str] = []
        self._repeats: list[Repeat] = []
        self._refs: set[str | None] = set()
        self.source_id = source_id
        self.imported_at = imported_at
        self.counts = Counts()

    @property
    def new_conversations(self) -> int:
        return self._writer.new_conversations

    @property
    def new_messages(self) -> int:
        return self._writer.new_messages

    def add(self, conversation: Conversation) -> None:
        """Merge a conversation into what is known of it (``index/merge.py``)."""
        self._writer.add(conversation)
        self.counts.count(conversation)
        self._refs.add(conversation.account_ref)

    def unrecognised(self, what: Unrecognised) -> None:
        """Keep that something could not be read."""
        self._unrecognised.append(what)

    def warn(self, text: str) -> None:
        self._warnings.append(text)

    def exported_at(self, at: When) -> None:
        """The reader found out when the source was made."""
        self._source = replace(self._source, exported_at=at)

    def sent_again(self, provider_id: str, source_id: str, by: str, at: When) -> None:
        """Conversation ``source_id`` was sent once more at ``at``, at the head of session ``by``."""
        self._repeats.append((provider_id, source_id, by, at))

    def finish(self) -> Change:
        """Write what is left into the segment, which counts once the change is committed."""
        return self._writer.finish()

    def commit(self, store: "Store", change: Change) -> None:
        """Make all of it visible at once. A source that names no account is that of all its conversations."""
        from withhold.store.sources import Source

        new = self._source
        only = next(iter(self._refs)) if len(self._refs) == 1 else None
        with store.transaction():
            store.put_source(
                Source(
                    id=self.source_id,
                    label=new.label,
                    sha256=new.sha256,
                    format=new.format,
                    imported_at=self.imported_at,
                    exported_at=new.exported_at,
                    account_ref=only if new.account_ref is None else new.account_ref,
                    covers=new.covers,
                    counts=self.counts,
                    unrecognised=tuple(self._unrecognised),
                    warnings=tuple(self._warnings),
                )
            )
            store.catalogue.commit(change)
            for key, deletion in self._writer.deletions:
                store.facts.add_deletion(key, deletion, None)
            store.facts.add_sent_again(self._repeats)
