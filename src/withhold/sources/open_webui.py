"""Open WebUI: its JSON export, and its database ``webui.db``.

A chat names its models and not where they ran: the server may have passed it on to any provider. So the
provider of every chat is unknown, be the name of its model ever so local.
"""

from collections.abc import Iterator, Sequence

import msgspec

from withhold.model.conversation import Conversation, Feedback, SourceAccount, Unrecognised
from withhold.model.when import ANY_TIME
from withhold.model.words import Author, Kind
from withhold.sources.drafts import (
    NO_MESSAGE,
    Draft,
    Found,
    Repeats,
    decoded,
    found_in,
    listed,
    messages_of,
    part,
    strange,
    unnamed,
)
from withhold.sources.interface import (
    Claim,
    Damaged,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Limits,
    Options,
    Shape,
)
from withhold.sources.json_values import members
from withhold.sources.made_at import made_at
from withhold.sources.sqlite_files import (
    columns,
    has_columns,
    is_beside,
    is_sqlite,
    opened_db,
    rows_of,
)
from withhold.sources.text import name, size_of
from withhold.sources.times import moment
from withhold.sources.trees import in_order

PROVIDER = "unknown"
EXPORT, DATABASE, JOURNAL = "export", "database", "journal of the database"
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}
_TABLE = {"chat": frozenset({"id", "user_id", "title", "chat", "created_at", "updated_at"})}
_COLUMNS = ("id", "user_id", "title", "chat", "created_at", "updated_at", "share_id", "folder_id")

Members = dict[str, msgspec.Raw]


class OpenWebUi:
    """Reader of Open WebUI's chats."""

    format = "open-webui"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if any(_is_chat(keys) for keys in shape.first):
            return Claim(entry, EXPORT)
        if is_sqlite(shape) and has_columns(entry, _TABLE, Limits()):
            return Claim(entry, DATABASE)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """The journals of the database."""
        return Claim(entry, JOURNAL) if is_beside(entry) else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        reading = _Reading(options)
        for claim in claims:
            if claim.role == JOURNAL:
                yield KnownMember(claim.entry.path, JOURNAL)
            elif claim.role == DATABASE:
                yield from reading.database(claim.entry)
            else:
                yield from reading.export(claim.entry)
        yield from (SourceAccount(ref, None, None) for ref in sorted(reading.accounts))


def _is_chat(keys: Members) -> bool:
    try:
        chat = members(keys["chat"]) if "chat" in keys else {}
    except ValueError:
        return False
    return "history" in chat or {"messages", "models"} <= chat.keys()


class _Reading:
    """The chats of one source."""

    def __init__(self, options: Options) -> None:
        self.accounts: set[str] = set()
        self._options = options
        self._repeats = Repeats()

    def export(self, entry: Entry) -> Iterator[Item]:
        for found in found_in(entry, self._options.limits, mark=b'"history"', empty=False):
            if isinstance(found, Found):
                yield from self._chat(decoded(found.data), found.place, unnamed(found.data))
            else:
                yield found

    def database(self, entry: Entry) -> Iterator[Item]:
        try:
            with opened_db(entry, self._options.limits) as connection:
                there = columns(connection, "chat")
                wanted = [column for column in _COLUMNS if column in there]
                for number, row in enumerate(rows_of(connection, "chat", wanted, entry.path)):
                    if isinstance(row, Unrecognised):
                        yield row
                        continue
                    text = row.get("chat")
                    data = text if isinstance(text, bytes) else str(text).encode("utf-8", "replace")
                    place = f"{entry.path}: chat {number}"
                    yield from self._chat({**row, "chat": decoded(data)}, place, unnamed(data))
        except Damaged as damage:
            yield Unrecognised(entry.path, f"{damage}; everything from here on is lost")

    def _chat(self, row: dict[str, object] | None, place: str, otherwise: str) -> Iterator[Item]:
        chat = None if row is None else row.get("chat")
        nodes = _nodes(chat)
        if row is None or nodes is None:
            yield Unrecognised(place, "is no chat: it has no messages")
            return
        drafts = []
        for key in in_order(
            {key: part(node, "parentId") for key, node in nodes.items()},
            {key: _texts(part(node, "childrenIds")) for key, node in nodes.items()},
        ):
            draft = _draft(nodes[key], key)
            if draft.fault is not None:
                yield Unrecognised(f"{place}.messages[{name(key, 80)}]", draft.fault)
            if draft.readable:
                drafts.append(draft)
        source_id = name(row.get("id")) or otherwise
        yield from self._repeats.of(source_id, place)
        yield self._built(row, source_id, drafts, nodes)

    def _built(
        self, row: dict[str, object], source_id: str, drafts: list[Draft], nodes: dict[str, object]
    ) -> Conversation:
        account = name(row.get("user_id"))
        if account is not None:
            self.accounts.add(account)
        title = name(row.get("title")) or name(part(row.get("chat"), "title"))
        messages = messages_of(
            source_id, drafts, moment(row.get("created_at")), moment(row.get("updated_at"))
        )
        return Conversation(
            source_id=source_id,
            provider_id=PROVIDER,
            kind=Kind.CHAT,
            messages=messages,
            account_ref=account,
            project=name(row.get("folder_id")),
            incognito=False,
            feedback=tuple(mark for node in nodes.values() for mark in _ratings(node)),
            shared=bool(row["share_id"]) if "share_id" in row else None,
            title=title if self._options.keep_titles else None,
        )


def _nodes(chat: object) -> dict[str, object] | None:
    """Messages by id: of the tree, else of the list that older versions wrote."""
    tree = part(chat, "history", "messages")
    if isinstance(tree, dict) and tree:
        return {str(key): node for key, node in tree.items()}
    flat = part(chat, "messages")
    if isinstance(flat, list):
        return {f"{name(part(node, 'id')) or ''}#{index}": node for index, node in enumerate(flat)}
    return {} if isinstance(tree, dict) else None


def _texts(value: object) -> list[str]:
    return [one for one in listed(value) if isinstance(one, str)]


def _draft(node: object, key: str) -> Draft:
    if not isinstance(node, dict):
        return NO_MESSAGE
    role = node.get("role")
    author = ROLES.get(role.lower()) if isinstance(role, str) else None
    return Draft(
        id=name(node.get("id")) or name(key),
        author=author or Author.OTHER,
        at=moment(node.get("timestamp")),
        size=size_of(node.get("content"), inside=isinstance(node.get("content"), str)),
        fault=None if author else strange(role),
    )


def _ratings(node: object) -> Iterator[Feedback]:
    rating = part(node, "annotation", "rating")
    if isinstance(rating, int | float) and not isinstance(rating, bool) and rating:
        kind = "thumbs_up" if rating > 0 else "thumbs_down"
        yield Feedback(moment(part(node, "timestamp")) or ANY_TIME, kind)
