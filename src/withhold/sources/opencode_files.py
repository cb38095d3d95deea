"""OpenCode's older storage: a file a session, a file a message, a file a part of a message."""

from collections.abc import Iterator, Sequence

from withhold.model.conversation import Unrecognised
from withhold.sources.coding import UNREAD, Row, Session
from withhold.sources.drafts import decoded
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options
from withhold.sources.json_scanner import Raw
from withhold.sources.opencode_records import Kept, found_in, session_of
from withhold.sources.streams import items_of
from withhold.sources.text import name

SESSION, MESSAGE, PART = "session", "message", "part"


def files(claims: Sequence[Claim], told: set[str], options: Options) -> Iterator[Item]:
    """All sessions of the storage that are not ``told`` yet. Ids of messages grow with time."""
    kept: dict[str, Kept] = {}
    owners: dict[str, str] = {}
    for role in (SESSION, MESSAGE, PART):
        for claim in sorted(_of(claims, role), key=lambda claim: claim.entry.name):
            for row in _record(claim.entry, options):
                if isinstance(row, Row):
                    yield from _take(role, row, kept, owners)
                else:
                    yield row
    for source_id, one in kept.items():
        if source_id in told:
            yield KnownMember(source_id, "session that the database holds too")
        else:
            told.add(source_id)
            yield one.built().conversation(options)


def _of(claims: Sequence[Claim], role: str) -> Iterator[Claim]:
    return (claim for claim in claims if claim.role == role)


def _record(entry: Entry, options: Options) -> Iterator[Row | Item]:
    for raw in items_of(entry, options.limits):
        value = decoded(raw.data) if isinstance(raw, Raw) else None
        yield Unrecognised(entry.path, "cannot be read") if value is None else Row(entry.path, value)


def _take(role: str, row: Row, kept: dict[str, Kept], owners: dict[str, str]) -> Iterator[Item]:
    record = row.value
    own_id = name(record.get("id"))
    if own_id is None:
        yield Unrecognised(row.place, "a record without an id")
        return
    if role == SESSION:
        kept[own_id] = session_of(record, own_id)
        return
    named = name(record.get("sessionID")) or owners.get(name(record.get("messageID")) or "")
    if named is None:
        yield Unrecognised(row.place, "a record that names no session")
        return
    one = kept.setdefault(named, Kept(Session(named)))
    if role == MESSAGE:
        owners[own_id] = named
        one.messages[own_id] = found_in(record, own_id)
        return
    message = one.messages.get(name(record.get("messageID")) or "")
    if message is None:
        one.faults.append(UNREAD)
        yield Unrecognised(row.place, "a part of a message that is not here")
    else:
        message.add(record)
