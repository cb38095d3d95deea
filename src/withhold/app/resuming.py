"""When conversations were taken up again, for columns: what cannot have a pause is not looked into."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import compress

from withhold.model.columns import LETTERS, Columns, micros
from withhold.model.conversation import Conversation
from withhold.model.words import Author, Kind

_HUMAN = bytes(code == ord(LETTERS[Author.HUMAN]) for code in range(256))


def resumed_in(messages: Columns) -> Sequence[int]:
    """Microseconds at which a person resumed a conversation of these messages (``sources.resume``)."""
    from withhold.sources.resume import GAP, resumed_at

    human = messages.authors.encode().translate(_HUMAN)
    first = min(compress(messages.earliest, human), default=0)
    last = max(compress(messages.latest, human), default=0)
    if timedelta(microseconds=last - first) < GAP:
        return ()
    whole = Conversation("", "", Kind.CHAT, messages)
    return [micros(at.earliest) for at in resumed_at(whole)]
