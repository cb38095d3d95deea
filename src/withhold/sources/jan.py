"""Jan: a folder a thread, with ``thread.json`` and ``messages.jsonl``.

Jan runs models itself and talks to remote ones alike. A thread is local only where ``thread.json`` names an
engine that runs on this machine; without a named engine its provider is unknown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.words import Author, Kind
from withhold.sources.drafts import Draft, Repeats, decoded, listed, messages_of, part, strange, unnamed
from withhold.sources.interface import Claim, Entry, ExportedAt, Item, KnownMember, Options, Shape
from withhold.sources.json_scanner import Raw
from withhold.sources.json_values import loads
from withhold.sources.local_models import LOCAL, UNKNOWN, looks_remote
from withhold.sources.made_at import made_at
from withhold.sources.streams import items_of, lines_of
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

THREAD, MESSAGES, EMPTY = "thread", "messages", "empty thread"
ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL, "system": Author.OTHER, "tool": Author.OTHER}
ENGINES = frozenset({"llamacpp", "llama.cpp", "llama-cpp", "cortex.llamacpp", "nitro", "cortex", "mlx"})
"""Engines that run on the machine where Jan runs."""

Members = dict[str, msgspec.Raw]


@dataclass(slots=True)
class _Thread:
    """What ``thread.json`` says, and the messages that were found."""

    place: str
    title: str | None = None
    local: bool = False
    drafts: list[Draft] = field(default_factory=list)


class Jan:
    """Reader of Jan's threads."""

    format = "jan"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        for keys in shape.first:
            kind = _value(keys, "object")
            if kind == "thread.message" and "thread_id" in keys:
                return Claim(entry, MESSAGES)
            if kind == "thread" and "assistants" in keys:
                return Claim(entry, THREAD)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """Threads in which nothing was said."""
        return Claim(entry, EMPTY) if entry.name == "messages.jsonl" and not entry.size else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. The messages of one folder are in memory."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        repeats = Repeats()
        for folder in dict.fromkeys(claim.entry.path.rpartition("/")[0] for claim in claims):
            beside = [claim for claim in claims if claim.entry.path.rpartition("/")[0] == folder]
            threads: dict[str, _Thread] = {}
            for claim in beside:
                if claim.role == THREAD:
                    yield from _header(claim.entry, threads, options)
            for claim in beside:
                if claim.role == MESSAGES:
                    yield from _messages(claim.entry, threads, options)
                elif claim.role == EMPTY:
                    yield KnownMember(claim.entry.path, EMPTY)
            for source_id, thread in threads.items():
                yield from repeats.of(source_id, thread.place)
                yield _built(source_id, thread, options)


def _value(keys: Members, key: str) -> object:
    try:
        return loads(keys[key]) if key in keys else None
    except ValueError:
        return None


def _header(entry: Entry, threads: dict[str, _Thread], options: Options) -> Iterator[Item]:
    for raw in items_of(entry, options.limits):
        row = decoded(raw.data) if isinstance(raw, Raw) else None
        if row is None:
            yield Unrecognised(f"{entry.path} at byte {raw.offset}", "is no thread")
            continue
        assistants = listed(row.get("assistants"))
        local = bool(assistants) and all(_runs_here(part(one, "model")) for one in assistants)
        source_id = name(row.get("id")) or unnamed(entry.path.encode("utf-8", "replace"))
        threads[source_id] = _Thread(entry.path, name(row.get("title")), local)


def _runs_here(model: object) -> bool:
    engine = part(model, "engine")
    return isinstance(engine, str) and engine.lower() in ENGINES and not looks_remote(part(model, "id"))


def _messages(entry: Entry, threads: dict[str, _Thread], options: Options) -> Iterator[Item]:
    only = next(iter(threads)) if len(threads) == 1 else None
    for raw in lines_of(entry, options.limits):
        place = f"{entry.path} at byte {raw.offset}"
        row = decoded(raw.data) if isinstance(raw, Raw) else None
        if row is None:
            reason = "a line that is no message" if isinstance(raw, Raw) else raw.reason
            yield Unrecognised(place, reason)
            continue
        draft = _draft(row)
        if draft.fault is not None:
            yield Unrecognised(place, draft.fault)
        source_id = name(row.get("thread_id")) or only or unnamed(entry.path.encode("utf-8", "replace"))
        thread = threads.setdefault(source_id, _Thread(entry.path))
        thread.local = thread.local and not looks_remote(row.get("model"))
        thread.drafts.append(draft)


def _draft(row: dict[str, object]) -> Draft:
    role = row.get("role")
    author = ROLES.get(role.lower()) if isinstance(role, str) else None
    at = moment(row.get("created")) or moment(row.get("created_at"))
    content = row.get("content")
    size = size_of(content, inside=isinstance(content, str))
    return Draft(name(row.get("id")), author or Author.OTHER, at, size, None if author else strange(role))


def _built(source_id: str, thread: _Thread, options: Options) -> Conversation:
    return Conversation(
        source_id=source_id,
        provider_id=LOCAL if thread.local else UNKNOWN,
        kind=Kind.CHAT,
        messages=messages_of(source_id, thread.drafts),
        incognito=False,
        title=thread.title if options.keep_titles else None,
    )
