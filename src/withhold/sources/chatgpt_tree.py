"""The tree of a ChatGPT conversation: nodes by id, each with at most one message.

Decoding is typed and quick where a conversation looks as usual; one with a field of an odd type is read
again, node by node, so that the oddity costs no more than itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, TypeVar

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
PERSON, TOOL = "user", "tool"
CONTEXT = frozenset({"user_editable_context", "model_editable_context"})
"""Custom instructions and memories: sent with each chat, written in none."""
KINDS = CONTEXT | {
    "text", "multimodal_text", "code", "execution_output", "thoughts", "reasoning_recap", "tether_quote",
    "tether_browsing_display", "sonic_webpage", "system_error", "computer_output", "app_pairing_content",
    "citable_code_output",
}  # fmt: skip
MAPPING, AUTHOR = b'"mapping"', b'"author"'


class Role(msgspec.Struct, gc=False):
    role: str | None = None


class Marks(msgspec.Struct, gc=False):
    is_visually_hidden_from_conversation: bool | None = None
    is_user_system_message: bool | None = None
    attachments: Any = None


class Content(msgspec.Struct, gc=False):
    """The members of a content that hold words, and what kind it is."""

    content_type: Any = None
    parts: Any = None
    text: Any = None
    content: Any = None
    thoughts: Any = None
    result: Any = None
    user_profile: Any = None
    user_instructions: Any = None


Decoded = TypeVar("Decoded")
_made: list["Said"] = []
"""All messages that decoding makes, those too that a second key of the same name then pushes out."""
_counting = Lock()


class Said(msgspec.Struct, gc=False):
    """A message as exported."""

    id: str | None = None
    author: Role | None = None
    create_time: float | str | None = None
    content: Content | list[Any] | str | float | bool | None = None
    metadata: Marks | None = None

    __post_init__ = _made.append  # type: ignore[misc]  # called with the message, and quicker than a method


class Node(msgspec.Struct, gc=False):
    """``message`` is unset where the node does not say whether it has one."""

    message: Said | msgspec.UnsetType | None = msgspec.UNSET
    parent: str | None = None
    children: list[str] | None = None


class Chat(msgspec.Struct, gc=False):
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
    workspace_id: str | None = None
    mapping: dict[str, Node | None] | None = None


_chat = msgspec.json.Decoder(Chat)


def read_chat(data: bytes) -> tuple[Chat | None, bool]:
    """A conversation, and whether a key that stands twice in it made decoding drop something.

    ``None`` where ``data`` is no JSON object. A node that is no object becomes ``None``.
    """
    try:
        chat, came = decoded_counting(_chat, data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        patient = _patient(data)
        return patient, patient is not None and _seems_lost(patient, data)
    return chat, came > kept(chat) or _has_two_trees(data)


def decoded_counting(decoder: msgspec.json.Decoder[Decoded], data: bytes | bytearray) -> tuple[Decoded, int]:
    """What a decoder makes of ``data``, and how many messages came up. Raises what the decoder raises."""
    with _counting:
        _made.clear()
        try:
            return decoder.decode(data), len(_made)
        finally:
            _made.clear()


def kept(chat: Chat) -> int:
    """Messages of a conversation."""
    return sum([node is not None and type(node.message) is Said for node in (chat.mapping or {}).values()])


def _has_two_trees(data: bytes) -> bool:
    return data.count(MAPPING) > 1 and has_twice(data, "mapping")


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
        workspace_id=name(value.get("workspace_id")),
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
        part(value, "metadata", "attachments"),
    )
    source_id = value.get("id")
    return Said(
        id=source_id if isinstance(source_id, str) else None,
        author=Role(role if isinstance(role, str) else None),
        create_time=_time(value.get("create_time")),
        content=_content(value.get("content")),
        metadata=marks if isinstance(value.get("metadata"), dict) else None,
    )


def _content(value: object) -> Any:
    if not isinstance(value, dict):
        return value
    return Content(**{key: value.get(key) for key in Content.__struct_fields__})


def _time(value: object) -> float | str | None:
    return value if isinstance(value, float | int | str) and not isinstance(value, bool) else None


def _seems_lost(chat: Chat, data: bytes) -> bool:
    """Whether a message was dropped, told by the bytes: all messages have authors."""
    if _has_two_trees(data):
        return True
    if data.count(AUTHOR) <= kept(chat):
        return False
    try:
        mapping = msgspec.json.decode(data, type=dict[str, msgspec.Raw])["mapping"]
        nodes = msgspec.json.decode(mapping, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return False
    inside = sum(bytes(node).count(AUTHOR) for node in nodes.values())
    return bytes(mapping).count(AUTHOR) > inside + ("author" in nodes)


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
        size=size(said.content),
        fault=None if author else strange(said.author.role if said.author else None),
    )


def _author(said: Said) -> Author | None:
    found = AUTHORS.get(said.author.role or "") if said.author else None
    marks = said.metadata
    hidden = marks is not None and (
        marks.is_visually_hidden_from_conversation is True or marks.is_user_system_message is True
    )
    if found is not None and (hidden or kind_of(said.content) in CONTEXT):
        return Author.OTHER
    return found


def kind_of(content: object) -> str | None:
    """The kind of a content; empty where it is no text, ``None`` where there is none."""
    kind = content.content_type if isinstance(content, Content) else None
    return kind if kind is None or isinstance(kind, str) else ""


def unknown_kind(node: Node | None) -> str | None:
    """The name of a kind of content that is not known here; its text may be counted short."""
    said = node.message if node is not None else None
    kind = kind_of(said.content) if isinstance(said, Said) else None
    return None if kind is None or kind in KINDS else (name(kind, 40) or "(no name)")


def size(content: object) -> int:
    """Characters of the words in a content."""
    if not isinstance(content, Content):
        return size_of(content, inside=True)
    said = 0
    for one in listed(content.parts):
        said += len(one) if isinstance(one, str) else size_of(one)
    for value in (
        content.text, content.content, content.thoughts, content.result, content.user_profile,
        content.user_instructions,
    ):  # fmt: skip
        if value:
            said += len(value) if isinstance(value, str) else size_of(value)
    return said


def held_in(said: Sequence[Said]) -> tuple[int | None, int]:
    """How many files the person sent along, and how many results of tools there are.

    Files are told where any message has its metadata; a picture may stand there, in the content, or in both.
    """
    roles = [one.author.role if one.author else None for one in said]
    files = [attached(one) for one, role in zip(said, roles, strict=True) if role == PERSON]
    told = any(files) or any(one.metadata is not None for one in said)
    return sum(files) if told else None, roles.count(TOOL)


def attached(said: Said) -> int:
    """Files that the person sent with a message."""
    listed_there = said.metadata.attachments if said.metadata is not None else None
    parts = said.content.parts if isinstance(said.content, Content) else None
    pictures = [one for one in listed(parts) if isinstance(one, dict) and "asset_pointer" in one]
    return max(len(listed(listed_there)), len(pictures))


def project_of(chat: Chat) -> str | None:
    """The project that a conversation stands in."""
    for value in (chat.gizmo_id, chat.conversation_template_id):
        if value is not None and (found := name(value)) and found.startswith("g-p-"):
            return found
    return None
