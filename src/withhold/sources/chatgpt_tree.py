"""The tree of a ChatGPT conversation: nodes by id, each with at most one message.

Decoding is typed and quick where a conversation looks as usual; one with a field of an odd type is read
again, node by node, so that the oddity costs no more than itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from withhold.model.words import Author
from withhold.sources.drafts import NO_MESSAGE, Draft, listed, part, strange
from withhold.sources.json_values import has_twice, loads
from withhold.sources.text import name, size_of
from withhold.sources.times import moment
from withhold.sources.trees import in_order

AUTHORS = {
    "user": Author.HUMAN,
    "assistant": Author.MODEL,
    "system": Author.OTHER,
    "tool": Author.OTHER,
}
CONTEXT = frozenset({"user_editable_context", "model_editable_context"})
"""Custom instructions and memories: sent with each chat, written in none."""
KINDS = CONTEXT | {
    "text", "multimodal_text", "code", "execution_output", "thoughts", "reasoning_recap", "tether_quote",
    "tether_browsing_display", "sonic_webpage", "system_error", "computer_output", "app_pairing_content",
    "citable_code_output",
}  # fmt: skip
_TEXTS = frozenset({"text", "content", "thoughts", "result", "user_profile", "user_instructions"})


class Role(msgspec.Struct):
    role: str | None = None


class Marks(msgspec.Struct):
    is_visually_hidden_from_conversation: bool | None = None
    is_user_system_message: bool | None = None


class Said(msgspec.Struct):
    """A message as exported."""

    id: str | None = None
    author: Role | None = None
    create_time: float | str | None = None
    content: Any = None
    metadata: Marks | None = None


class Node(msgspec.Struct):
    """``message`` is unset where the node does not say whether it has one."""

    message: Said | msgspec.UnsetType | None = msgspec.UNSET
    parent: str | None = None
    children: list[str] | None = None


class Chat(msgspec.Struct):
    """The parts of a conversation that matter here. ``mapping`` is ``None`` where there is no tree."""

    conversation_id: str | None = None
    id: str | None = None
    title: str | None = None
    create_time: float | str | None = None
    update_time: float | str | None = None
    gizmo_id: str | None = None
    conversation_template_id: str | None = None
    is_temporary_chat: bool | None = None
    is_temporary: bool | None = None
    mapping: dict[str, Node | None] | None = None


def read_chat(data: bytes) -> Chat | None:
    """A conversation; ``None`` where ``data`` is no JSON object.

    A node that is no object becomes ``None``.
    """
    try:
        return msgspec.json.decode(data, type=Chat)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _patient(data)


def _patient(data: bytes) -> Chat | None:
    try:
        value = loads(data)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    mapping = value.get("mapping")
    nodes = {str(k): _node(v) for k, v in mapping.items()} if isinstance(mapping, dict) else None
    return Chat(
        conversation_id=name(value.get("conversation_id")),
        id=name(value.get("id")),
        title=name(value.get("title")),
        create_time=_time(value.get("create_time")),
        update_time=_time(value.get("update_time")),
        gizmo_id=name(value.get("gizmo_id")),
        conversation_template_id=name(value.get("conversation_template_id")),
        is_temporary_chat=value.get("is_temporary_chat") is True or None,
        is_temporary=value.get("is_temporary") is True or None,
        mapping=nodes,
    )


def _node(value: object) -> Node | None:
    if not isinstance(value, dict):
        return None
    said = value.get("message", msgspec.UNSET)
    if said is not None and said is not msgspec.UNSET and not isinstance(said, dict):
        return None
    parent = value.get("parent")
    return Node(
        message=_said(said) if isinstance(said, dict) else (None if said is None else msgspec.UNSET),
        parent=parent if isinstance(parent, str) else None,
        children=[child for child in listed(value.get("children")) if isinstance(child, str)],
    )


def _said(value: dict[str, object]) -> Said:
    role = part(value, "author", "role")
    marks = Marks(
        part(value, "metadata", "is_visually_hidden_from_conversation") is True,
        part(value, "metadata", "is_user_system_message") is True,
    )
    source_id = value.get("id")
    return Said(
        id=source_id if isinstance(source_id, str) else None,
        author=Role(role if isinstance(role, str) else None),
        create_time=_time(value.get("create_time")),
        content=value.get("content"),
        metadata=marks,
    )


def _time(value: object) -> float | str | None:
    return value if isinstance(value, float | int | str) and not isinstance(value, bool) else None


def lost_twice(chat: Chat, data: bytes) -> bool:
    """Whether a key of the tree stands twice, so that decoding dropped a node.

    A search through all keys is slow; it is made only where more authors stand in the bytes than came out.
    """
    nodes = chat.mapping or {}
    if data.count(b'"mapping"') > 1 and has_twice(data, "mapping"):
        return True
    if data.count(b'"author"') <= sum(node is not None and bool(node.message) for node in nodes.values()):
        return False
    try:
        mapping = msgspec.json.decode(data, type=dict[str, msgspec.Raw])["mapping"]
        counted = _Count(sum(1 for _ in nodes))
        return counted.differs(bytes(mapping))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return False


class _Count:
    """Counts the keys of the outermost object, doubles included."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted

    def differs(self, data: bytes) -> bool:
        import json

        last = [0]

        def take(pairs: list[tuple[str, object]]) -> None:
            last[0] = len(pairs)  # the outermost object is the last one to end

        try:
            json.loads(data.decode("utf-8", "replace"), strict=False, object_pairs_hook=take)
        except (ValueError, RecursionError):
            return False
        return last[0] != self._wanted


def ordered(nodes: Mapping[str, Node | None]) -> Iterator[str]:
    """All node ids: see :func:`~withhold.sources.trees.in_order`."""
    parents = {key: node.parent if node is not None else None for key, node in nodes.items()}
    return in_order(parents, {key: node.children for key, node in nodes.items() if node is not None})


def draft_of(node: Node | None) -> Draft | None:
    """The message of a node; ``None`` where it has none by right (a root)."""
    if node is None:
        return NO_MESSAGE
    if node.message is msgspec.UNSET:
        return NO_MESSAGE if node.parent is not None else None
    if node.message is None:
        return None
    said = node.message
    author = _author(said)
    return Draft(
        id=name(said.id),
        author=author or Author.OTHER,
        at=moment(said.create_time),
        size=_size(said.content),
        fault=None if author else strange(said.author.role if said.author else None),
    )


def _author(said: Said) -> Author | None:
    found = AUTHORS.get(said.author.role or "") if said.author else None
    marks = said.metadata
    hidden = marks is not None and (
        marks.is_visually_hidden_from_conversation is True or marks.is_user_system_message is True
    )
    if found is not None and (hidden or part(said.content, "content_type") in CONTEXT):
        return Author.OTHER
    return found


def unknown_kind(node: Node | None) -> str | None:
    """The name of a kind of content that is not known here; its text may be counted short."""
    said = node.message if node is not None else None
    kind = part(said.content, "content_type") if isinstance(said, Said) else None
    return None if kind is None or kind in KINDS else (name(kind, 40) or "(no name)")


def _size(content: object) -> int:
    if not isinstance(content, dict):
        return size_of(content, inside=True)
    said = 0
    for key, value in content.items():
        if key == "parts":
            said += sum(len(one) if isinstance(one, str) else size_of(one) for one in listed(value))
        elif key in _TEXTS:
            said += size_of(value, inside=isinstance(value, str))
    return said
