"""When a conversation was taken up again."""

from datetime import datetime, timedelta

from withhold.model.conversation import Conversation
from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.times import dated, nominal

GAP = timedelta(hours=24)


def resumed_at(conversation: Conversation, gap: timedelta = GAP) -> tuple[When, ...]:
    """The human messages before which, for at least ``gap``, the person had sent nothing here.

    Only the times of human messages count: headers are moved by renames, migrations and exports. They are
    taken in order of time, because branches may stand in a file in any order. Messages without a time
    cannot show a pause and are left out; times without a zone are compared as they stand, since one source
    writes them all in one zone.
    """
    human = [m.at for m in conversation.messages if m.author is Author.HUMAN and dated(m.at)]
    human.sort(key=nominal)
    previous: datetime | None = None
    found: list[When] = []
    for at in human:
        if previous is not None and nominal(at) - previous >= gap:
            found.append(at)
        previous = nominal(at)
    return tuple(found)
