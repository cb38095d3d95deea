"""What a line of a Codex rollout says, and through which of the file's channels.

The file holds the same words up to three times: as items sent to the model (``response_item``), as events
shown to the person (``user_message``, ``agent_message``) and as completed items. For a person's words the
events are the best channel, since items of the role ``user`` also carry injected context; for answers the
items are. Which channels a file has differs by version, so all are read and the best one present counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import content_size, everything, injected, is_person, kind_of, label
from withhold.sources.drafts import listed, part
from withhold.sources.text import name
from withhold.sources.times import moment

ENVELOPES: Final = frozenset(
    [
        "session_meta", "turn_context", "response_item", "event_msg", "compacted", "world_state",
        "inter_agent_communication", "inter_agent_communication_metadata",
    ]
)  # fmt: skip
BARE: Final = frozenset(
    [
        "message", "reasoning", "function_call", "function_call_output", "custom_tool_call",
        "custom_tool_call_output", "local_shell_call", "local_shell_call_output", "web_search_call",
        "image_generation_call", "tool_search_call", "tool_search_output", "ghost_snapshot", "compaction",
        "compaction_summary", "context_compaction", "token_count", "other",
    ]
)  # fmt: skip
_SILENT = frozenset(
    ["ghost_snapshot", "compaction", "compaction_summary", "context_compaction", "token_count"]
)
_COMPLETED = {"UserMessage": Author.HUMAN, "AgentMessage": Author.MODEL}


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a line. The lower its ``channel``, the better is the file read through it.

    ``digest`` is the same for a copy of the line, ``words`` for the same words in another channel.
    """

    author: Author
    channel: int
    at: When | None
    size: int
    id: str | None
    digest: bytes
    words: bytes
    output: bool = False
    """Whether it is what a tool gave back."""


def said_in(row: dict[str, object]) -> Iterator[Said]:
    """The words of a line of either era; none in a line of bookkeeping."""
    kind, payload = kind_of(row), row.get("payload")
    at = moment(row.get("timestamp"))
    if isinstance(payload, dict):
        if kind == "response_item":
            yield from _item(payload, at or moment(payload.get("timestamp")))
        elif kind == "event_msg":
            yield from _event(payload, at)
    elif kind in BARE:
        yield from _item(row, at)


def known_type(row: dict[str, object]) -> str | None:
    """The type of a line if it is not known; ``None`` where it is."""
    kind = kind_of(row)
    if kind == "response_item":
        inside = part(row, "payload", "type")
        known = inside is None or (isinstance(inside, str) and inside in BARE)
        return None if known else f"response_item {label(inside)}"
    known = kind in ENVELOPES or kind in BARE or "record_type" in row or (not kind and "id" in row)
    return None if known else label(kind)


def _item(item: dict[str, object], at: When | None) -> Iterator[Said]:
    kind = kind_of(item) if "type" in item else "message"
    if kind in _SILENT:
        return
    if kind != "message":
        size = everything(_spoken(item))
        said = _said(Author.OTHER, 0, at, item, f"{kind} of {size}", size)
        yield replace(said, output=kind.endswith("_output"))
        return
    role, content = item.get("role"), item.get("content")
    size = content_size(content)
    if role == "assistant":
        yield _said(Author.MODEL, 0, at, item, _words(content), size)
    elif role == "user" and is_person(content):
        yield _said(Author.HUMAN, 2, at, item, _words(content), size)
    else:
        yield _said(Author.OTHER, 0, at, item, _words(content), size)


def _spoken(item: dict[str, object]) -> dict[str, object]:
    """A tool's call or result without its labels; what is encrypted cannot be counted."""
    labels = {"type", "id", "call_id", "status", "name", "encrypted_content"}
    return {key: value for key, value in item.items() if key not in labels}


def _event(payload: dict[str, object], at: When | None) -> Iterator[Said]:
    kind, message = payload.get("type"), payload.get("message")
    if kind == "user_message":
        own = isinstance(message, str) and not injected(message)
        pictures = listed(payload.get("images")) or listed(payload.get("local_images"))
        author = Author.HUMAN if own or pictures else Author.OTHER
        yield _said(author, 0, at, payload, message, content_size(message))
    elif kind == "agent_message":
        yield _said(Author.MODEL, 2, at, payload, message, content_size(message))
    elif kind == "item_completed":
        item = payload.get("item")
        author_of = _COMPLETED.get(str(part(item, "type")))
        if isinstance(item, dict) and author_of is not None:
            content = item.get("content")
            yield _said(author_of, 1, at, item, _words(content), content_size(content))


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    texts = (part(one, "text") for one in listed(content))
    return "\n".join(text for text in texts if isinstance(text, str))


def _said(
    author: Author, channel: int, at: When | None, row: dict[str, object], words: object, size: int
) -> Said:
    text = (words if isinstance(words, str) else "").strip()
    own_id, call = name(row.get("id")), name(row.get("call_id"))
    parts = (author, channel, row.get("type"), row.get("role"), own_id, call, text)
    line = "\x00".join(str(one) for one in parts)
    return Said(author, channel, at, size, own_id, _digest(line), _digest(text))


def unread(place: str) -> Said:
    """Stands for a line that could not be read: it may have been sent."""
    return Said(Author.OTHER, 0, None, 0, None, _digest(f"unread {place}"), b"")


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
