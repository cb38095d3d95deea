"""A document as a tree of values, from Chromium's DOM snapshot: it sees closed shadow roots and frames.

One call gives the nodes, the live state of form fields, and where every piece of text is drawn, so that the
picture, the outline and the saved page are masked by one and the same decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ELEMENT, TEXT, COMMENT, DOCUMENT, DOCTYPE = 1, 3, 8, 9, 10
STYLES = ("overflow-x", "overflow-y", "visibility", "background-image")
_SHADOWS = frozenset({"open", "closed"})


@dataclass(frozen=True, slots=True)
class Box:
    """CSS px. In a document: from its origin; in a picture: from the window's corner."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.x + x, self.y + y, self.width, self.height)

    def within(self, other: "Box") -> "Box | None":
        """What both cover; ``None`` where that is nothing."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


@dataclass(slots=True, eq=False)
class Dom:
    """One node of the flattened tree: what is slotted stands in its slot.

    ``shadow`` is ``open`` or ``closed`` for a node of a shadow tree, and empty for one of the page itself.
    """

    kind: int
    name: str = ""
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    parent: "Dom | None" = field(default=None, repr=False)
    children: "list[Dom]" = field(default_factory=list)
    shadow: str = ""
    backend_id: int | None = None
    box: Box | None = None
    drawn: tuple[Box, ...] = ()
    """Where the pieces of a text are drawn."""
    clips: bool = False
    hidden: bool = False
    backdrop: bool = False
    """Whether its styles put a picture behind it."""
    checked: bool | None = None
    value: str | None = None
    frame: "Document | None" = None
    """The document in a frame element."""

    def walk(self) -> "Iterator[Dom]":
        """This node and all below it in document order; frames within are not entered."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def above(self) -> "Iterator[Dom]":
        """This node's parents, nearest first; a shadow root's host is a parent."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def texts(self) -> "Iterator[Dom]":
        """The texts a reader may see below this node."""
        for node in self.walk():
            if node.kind == TEXT and node.text.strip() and not _unread(node.parent):
                yield node

    @property
    def pseudo(self) -> bool:
        """Whether the page's styles make it: then ``text`` is what they write there."""
        return self.kind == ELEMENT and self.name.startswith("::")

    def attribute(self, name: str) -> str:
        return self.attributes.get(name, "")

    def add(self, child: "Dom") -> "Dom":
        child.parent = self
        self.children.append(child)
        return child


@dataclass(slots=True, eq=False)
class Document:
    root: Dom
    url: str
    title: str
    frame_id: str = ""
    scroll: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (0.0, 0.0)
    holder: Dom | None = None
    """The frame element that holds it, where that is in the same process."""

    def by_id(self, backend_id: int | None) -> Dom | None:
        if backend_id is None:
            return None
        return next((n for n in self.root.walk() if n.backend_id == backend_id), None)

    def inner(self) -> "Iterator[Document]":
        """This document and those in its frames."""
        yield self
        for node in self.root.walk():
            if node.frame is not None:
                yield from node.frame.inner()


def from_snapshot(answer: Mapping[str, Any]) -> Document:
    """The tree of ``DOMSnapshot.captureSnapshot``, frames of the same process linked to their elements.

    Raises ``LookupError`` or ``ValueError`` where the answer has another shape.
    """
    strings: list[str] = answer["strings"]
    documents: list[Document] = []
    nodes: list[list[Dom]] = []
    for raw in answer["documents"]:
        made, listed = _document(raw, strings)
        documents.append(made)
        nodes.append(listed)
    for raw, listed in zip(answer["documents"], nodes, strict=True):
        held = raw["nodes"].get("contentDocumentIndex", {"index": [], "value": []})
        for index, number in zip(held["index"], held["value"], strict=True):
            listed[index].frame = documents[number]
            documents[number].holder = listed[index]
    return documents[0]


def _document(raw: Mapping[str, Any], strings: list[str]) -> tuple[Document, list[Dom]]:
    nodes = _nodes(raw["nodes"], strings)
    _laid_out(raw, strings, nodes)
    return (
        Document(
            root=nodes[0],
            url=_string(strings, raw.get("documentURL")),
            title=_string(strings, raw.get("title")),
            frame_id=_string(strings, raw.get("frameId")),
            scroll=(raw.get("scrollOffsetX", 0.0), raw.get("scrollOffsetY", 0.0)),
            size=(raw.get("contentWidth", 0.0), raw.get("contentHeight", 0.0)),
        ),
        nodes,
    )


def _nodes(raw: Mapping[str, Any], strings: list[str]) -> list[Dom]:
    shadows = _rare(raw.get("shadowRootType"))
    values = {
        i: _string(strings, v) for key in ("textValue", "inputValue") for i, v in _rare(raw.get(key)).items()
    }
    checked = set(raw.get("inputChecked", {}).get("index", ()))
    checked |= set(raw.get("optionSelected", {}).get("index", ()))
    made: list[Dom] = []
    for i, parent in enumerate(raw["parentIndex"]):
        node = Dom(
            kind=raw["nodeType"][i],
            name=_string(strings, raw["nodeName"][i]).casefold(),
            text=_string(strings, raw["nodeValue"][i]),
            attributes=_attributes(raw["attributes"][i], strings),
            backend_id=raw["backendNodeId"][i],
            value=values.get(i),
        )
        if node.name in {"input", "option"}:
            node.checked = i in checked
        made.append(node)
        tree = _string(strings, shadows.get(i))
        node.shadow = tree if tree in _SHADOWS else ""
        if parent >= 0:
            made[parent].add(node)
    return made


def _attributes(pairs: list[int], strings: list[str]) -> dict[str, str]:
    named = zip(pairs[::2], pairs[1::2], strict=True)
    return {_string(strings, name).casefold(): _string(strings, value) for name, value in named}


def _rare(raw: Mapping[str, Any] | None) -> dict[int, int]:
    return dict(zip(raw["index"], raw["value"], strict=True)) if raw else {}


def _string(strings: list[str], index: int | None) -> str:
    """The string of a number; an empty one has the number -1."""
    return strings[index] if index is not None and index >= 0 else ""


def _laid_out(raw: Mapping[str, Any], strings: list[str], nodes: list[Dom]) -> None:
    layout = raw["layout"]
    drawn = zip(layout["nodeIndex"], layout["bounds"], layout["styles"], layout["text"], strict=True)
    for i, bounds, styles, text in drawn:
        node, told = nodes[i], [_string(strings, s) for s in styles]
        if node.pseudo:
            node.text += _string(strings, text)
        node.box = node.box or Box(*bounds)
        if len(told) == len(STYLES):
            node.clips = node.clips or told[0] != "visible" or told[1] != "visible"
            node.hidden = told[2] in {"hidden", "collapse"}
            node.backdrop = node.backdrop or "url(" in told[3]
    boxes = raw["textBoxes"]
    for place, bounds in zip(boxes["layoutIndex"], boxes["bounds"], strict=True):
        node = nodes[layout["nodeIndex"][place]]
        node.drawn = (*node.drawn, Box(*bounds))


def _unread(parent: Dom | None) -> bool:
    return parent is not None and parent.name in {"script", "style", "noscript", "template", "title"}
