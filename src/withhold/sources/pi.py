"""Pi: JSON lines with a tree of entries. It talks to many providers, so the provider is unknown.

A branched session copies the entries of the old one with their ids and times; they count once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from withhold.model.when import ANY_TIME
from withhold.model.words import Author
from withhold.sources.claude_code_session import Known
from withhold.sources.coding import (
    Members,
    Row,
    Session,
    everything,
    inner,
    is_person,
    kind_in,
    kind_of,
    label,
    rows_in,
    unknown_kinds,
)
from withhold.sources.drafts import Draft
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, SentAgain, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

SESSION = "session"
AUTHORS = {"user": Author.HUMAN, "assistant": Author.MODEL}
KNOWN = frozenset(
    [
        "session", "model_change", "thinking_level_change", "compaction", "branch_summary", "session_info",
        "label", "custom", "custom_message", "message", "mode_change", "todo", "ttsr_injection",
    ]
)  # fmt: skip


class Pi:
    """Reader of pi's sessions."""

    format = "pi"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        known = shape.form in {"lines", "object"} and any(_is_line(keys) for keys in shape.first)
        return Claim(entry, SESSION) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """Nothing stands beside sessions."""
        del entry
        return None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One session is in memory at a time."""
        known = Known()
        # Names begin with the time, so a branch comes after what it was branched from.
        for claim in sorted(claims, key=lambda claim: claim.entry.name):
            yield from _session(claim.entry, known, options)
        yield from known.notices()


def _is_line(keys: Members) -> bool:
    kind = kind_in(keys)
    if kind == "session":
        return {"id", "timestamp", "cwd"} <= keys.keys()
    return kind == "message" and {"parentId", "id"} <= keys.keys() and "role" in inner(keys, "message")


def _session(entry: Entry, known: Known, options: Options) -> Iterator[Item]:
    session = Session(entry.stem)
    kinds: Counter[str] = Counter()
    copied: Counter[str] = Counter()
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield session.fault(row)
            continue
        kind = kind_of(row.value)
        if kind not in KNOWN:
            kinds[label(kind)] += 1
        elif kind == "session":
            _header(session, row.value)
        elif (draft := _draft(row.value)) is not None:
            owner = _owner(row.value, session.source_id, known)
            copied[owner or ""] += 1
            if owner is None:
                session.drafts.append(draft)
        session.title = name(row.value.get("name")) or session.title
    yield from unknown_kinds(kinds, entry.path)
    yield from _told(
        session, {owner for owner in copied if owner not in {"", session.source_id}}, entry, options
    )


def _header(session: Session, row: dict[str, object]) -> None:
    session.source_id = name(row.get("id")) or session.source_id
    session.project = name(row.get("cwd"), 1024)
    session.started = moment(row.get("timestamp"))


def _owner(row: dict[str, object], session: str, known: Known) -> str | None:
    line = name(row.get("id"))
    return None if line is None else known.owner(f"{line} {row.get('timestamp')}", session)


def _draft(row: dict[str, object]) -> Draft | None:
    at = moment(row.get("timestamp"))
    message = row.get("message")
    if not isinstance(message, dict):
        sent = kind_of(row) in {"custom_message", "compaction", "branch_summary"}
        words = [row.get("content"), row.get("summary")]
        return Draft(name(row.get("id")), Author.OTHER, at, everything(words)) if sent else None
    content = message.get("content")
    author = AUTHORS.get(kind_of(message, "role"), Author.OTHER)
    if author is Author.HUMAN and not is_person(content):
        author = Author.OTHER
    size = everything([content, message.get("output"), message.get("command")])
    return Draft(name(row.get("id")), author, at or moment(message.get("timestamp")), size)


def _told(session: Session, owners: set[str], entry: Entry, options: Options) -> Iterator[Item]:
    if owners and not session.drafts:
        yield KnownMember(entry.path, "copies of other sessions")
        return
    times = [draft.at for draft in session.drafts if draft.at is not None]
    begins = min(times, key=lambda when: when.earliest, default=ANY_TIME)
    yield from (SentAgain(owner, session.source_id, begins) for owner in sorted(owners))
    yield session.conversation(options)
