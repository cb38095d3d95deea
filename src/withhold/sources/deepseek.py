"""The DeepSeek account export: trees like ChatGPT's, with fragments instead of authors.

A message has no author: its fragments say what they are, and in older exports, which have none, the side of a
message follows from the one above it. Times carry a zone (+08:00), which moves dates.
"""

from collections.abc import Iterator, Sequence

from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
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
    sent_along,
    unnamed,
)
from withhold.sources.interface import Claim, Entry, ExportedAt, Item, KnownMember, Options, Shape
from withhold.sources.json_values import has_twice
from withhold.sources.made_at import made_at
from withhold.sources.text import name, size_of
from withhold.sources.times import moment
from withhold.sources.trees import in_order

PROVIDER = "deepseek"
CHATS, USER = "chats", "user"
ASKED, ANSWERED = frozenset({"REQUEST"}), frozenset({"THINK", "RESPONSE", "SEARCH", "TIP", "TOOL"})
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}


class DeepSeek:
    """Reader of DeepSeek exports."""

    format = "deepseek"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        for keys in shape.first:
            if {"mapping", "inserted_at"} <= keys.keys():
                return Claim(entry, CHATS)
            if {"user_id", "mobile"} <= keys.keys():
                return Claim(entry, USER)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """``user.json`` with fewer fields than usual."""
        return Claim(entry, USER) if entry.name == "user.json" else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        refs: list[str] = []
        for claim in (c for c in claims if c.role == USER):
            yield KnownMember(claim.entry.path, USER)
            yield from _users(claim.entry, refs, options)
        account = refs[0] if len(refs) == 1 else None
        repeats = Repeats()
        for claim in (c for c in claims if c.role == CHATS):
            for found in found_in(claim.entry, options.limits, mark=b'"mapping"', empty=False):
                if isinstance(found, Found):
                    yield from _chat(found, account, repeats, options)
                else:
                    yield found


def _users(entry: Entry, refs: list[str], options: Options) -> Iterator[Item]:
    for found in found_in(entry, options.limits):
        if not isinstance(found, Found):
            yield found
            continue
        row = decoded(found.data) or {}
        ref = name(row.get("user_id")) or name(row.get("id"))
        if ref is None:
            yield Unrecognised(found.place, "a user without an id")
        else:
            refs.append(ref)
            yield SourceAccount(ref, name(row.get("email")), None)


def _chat(found: Found, account: str | None, repeats: Repeats, options: Options) -> Iterator[Item]:
    chat = decoded(found.data)
    mapping = None if chat is None else chat.get("mapping")
    if chat is None or not isinstance(mapping, dict):
        yield Unrecognised(found.place, "is no conversation: it has no mapping")
        return
    if has_twice(found.data, "mapping"):
        yield Unrecognised(found.place, "has mapping twice; which of them holds what was said is not known")
        return
    drafts, files = [], []
    authors: dict[object, Author] = {}
    for key in in_order({key: part(node, "parent") for key, node in mapping.items()}):
        parent = part(mapping[key], "parent")
        draft = _draft(mapping[key], authors.get(parent) if isinstance(parent, str) else None)
        if draft is not None:
            authors[key] = draft.author
        if draft is not None and draft.fault is not None:
            yield Unrecognised(f"{found.place}.mapping[{name(key, 80)}]", draft.fault)
        if draft is not None and draft.readable:
            drafts.append(draft)
            if draft.author is Author.HUMAN:
                files.append(part(mapping[key], "message", "files"))
    if len(mapping) > 1 and not drafts:
        yield Unrecognised(found.place, f"has {len(mapping)} nodes and no message in any of them")
        return
    source_id = name(chat.get("id")) or unnamed(found.data)
    yield from repeats.of(source_id, found.place)
    created, updated = moment(chat.get("inserted_at")), moment(chat.get("updated_at"))
    yield Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=messages_of(source_id, drafts, created, updated),
        account_ref=account,
        incognito=False,
        title=name(chat.get("title")) if options.keep_titles else None,
        attachments=sent_along(files),
    )


def _draft(node: object, above: Author | None) -> Draft | None:
    """The message of a node; ``None`` for a root, which has none."""
    if not isinstance(node, dict):
        return NO_MESSAGE
    message = node.get("message")
    if message is None and ("message" in node or node.get("parent") is None):
        return None
    if not isinstance(message, dict):
        return NO_MESSAGE
    author, fault = _author(message, above)
    return Draft(
        id=name(node.get("id")),
        author=author,
        at=moment(message.get("inserted_at")),
        size=_size(message),
        fault=fault,
    )


def _author(message: dict[str, object], above: Author | None) -> tuple[Author, str | None]:
    """A message is the person's if any part of it is a request: mistakes must not hide what was sent."""
    role = message.get("role")
    if isinstance(role, str) and role.lower() in ROLES:
        return ROLES[role.lower()], None
    kinds = {str(part(one, "type")).upper() for one in listed(message.get("fragments"))}
    if kinds & ASKED:
        return Author.HUMAN, None
    if kinds & ANSWERED:
        return Author.MODEL, None
    if kinds:
        return Author.OTHER, f"its fragments {name(', '.join(sorted(kinds)), 80)} are of no known kind"
    if "content" not in message:
        return Author.OTHER, None
    answers = bool(message.get("reasoning_content")) or above is Author.HUMAN
    return (Author.MODEL if answers else Author.HUMAN), None


def _size(message: dict[str, object]) -> int:
    fragments = message.get("fragments")
    if isinstance(fragments, list) and fragments:
        return size_of(fragments)
    texts = (message.get("content"), message.get("reasoning_content"))
    return sum(size_of(text, inside=True) for text in texts)
