"""Everything on a page that can be set, with what the page shows of it: all frames, all shadow roots."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Any

import msgspec

from withhold.controls.driver import BrowserError, CDPSession
from withhold.controls.lens import Lens, Node, View

_SOURCE = "\n".join(
    files("withhold.controls").joinpath(name).read_text(encoding="utf-8")
    for name in ("page.js", "finder/survey.js")
)
_GROUP = "withhold"
_NAMED_LIMIT = 400
"""Elements whose accessible name is fetched; of the rest the document's own texts are taken."""


class Choice(msgspec.Struct, frozen=True):
    """One entry of a native list."""

    text: str
    chosen: bool
    locked: bool


class Scale(msgspec.Struct, frozen=True):
    """Positions of a slider."""

    min: float
    max: float | None
    now: float | None
    text: str
    step: float

    @property
    def two_positions(self) -> bool:
        """Whether it is a switch in the dress of a slider."""
        return self.max is not None and self.now is not None and (self.max - self.min) == self.step


class Facts(msgspec.Struct, frozen=True, rename="camel"):
    """What the document says of one element, before anything is concluded from it."""

    kind: str
    """``switch``, ``option``, ``select``, ``list``, ``listed``, ``slider`` or ``custom``."""
    tag: str
    role: str
    names: tuple[str, ...]
    described: tuple[str, ...]
    pieces: tuple[str, ...]
    """Visible texts of its row, block by block."""
    bits: tuple[str, ...]
    """The same, as single as they stand in the document."""
    aside: tuple[str, ...]
    """Texts before it, where its row has none."""
    headings: tuple[str, ...]
    regions: tuple[str, ...]
    native: bool | None
    mixed: bool
    checked: str | None
    pressed: str | None
    chosen: bool | None
    property: bool | None
    marks: tuple[bool | None, bool | None]
    """On or off by its attributes, and by its classes."""
    parts: tuple[bool | None, ...]
    off_by_style: bool
    text: str
    locked: bool
    untouchable: bool
    shown: bool
    hidden_in: str | None
    busy: bool
    group: int | None
    question: tuple[str, ...]
    options: tuple[Choice, ...]
    value: str | None
    range: Scale | None
    rtl: bool
    box: tuple[float, float, float, float]
    preset: bool | None
    focusable: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """One element that can be set. Valid until the page re-renders it."""

    facts: Facts
    root: int
    index: int
    frame: str
    element: str = field(repr=False)
    """Its handle in the browser, until the next survey."""
    session: CDPSession = field(repr=False, compare=False)
    node: Node | None = field(default=None, repr=False)
    """Its node in the accessibility tree, where it was asked for."""

    @property
    def group(self) -> tuple[int, int] | None:
        return None if self.facts.group is None else (self.root, self.facts.group)


def survey(lens: Lens, view: View) -> tuple[Thing, ...]:
    """All things of the page in document order, each frame and closed shadow root after the other."""
    found: list[Thing] = []
    for number, (session, frame, backend_id) in enumerate(_roots(lens)):
        try:
            found += _of_root(session, frame, backend_id, number)
        except BrowserError:
            continue  # the frame went away meanwhile
    nodes: dict[tuple[CDPSession, int | None], Node] = {(n.session, n.backend_id): n for n in view.nodes}
    named = (replace(thing, node=_node_of(thing, nodes)) for thing in found[:_NAMED_LIMIT])
    return (*named, *found[_NAMED_LIMIT:])


def _roots(lens: Lens) -> Iterator[tuple[CDPSession, str, int]]:
    for session in lens.sessions():
        try:
            frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
            document = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        except BrowserError:
            continue
        session.send("Runtime.releaseObjectGroup", {"objectGroup": _GROUP})
        for owner, backend_id in _documents(document, frame):
            yield session, owner, backend_id


def _documents(node: dict[str, Any], frame: str) -> Iterator[tuple[str, int]]:
    stack = [(node, frame)]
    while stack:
        item, owner = stack.pop()
        if item.get("nodeName") == "#document" or item.get("shadowRootType") == "closed":
            yield owner, item["backendNodeId"]
        inner = item.get("contentDocument")
        if inner is not None:
            stack.append((inner, item.get("frameId", owner)))
        stack += [(child, owner) for child in (*item.get("children", ()), *item.get("shadowRoots", ()))]


def _of_root(session: CDPSession, frame: str, backend_id: int, number: int) -> Iterator[Thing]:
    root = session.send("DOM.resolveNode", {"backendNodeId": backend_id, "objectGroup": _GROUP})["object"]
    surveyed = f"function() {{ {_SOURCE}\nreturn survey.apply(this); }}"
    holder = _call(session, root["objectId"], surveyed, by_value=False)["objectId"]
    told = _call(session, holder, "function() { return this.facts; }", by_value=True)["value"]
    elements = _elements(session, holder)
    for index, facts in enumerate(msgspec.convert(told, tuple[Facts, ...], strict=False)):
        yield Thing(facts, number, index, frame, elements.get(str(index), ""), session)


def _elements(session: CDPSession, holder: str) -> dict[str, str]:
    """The handles of all surveyed elements, by their number, in one question."""
    all_of = _call(session, holder, "function() { return this.all; }", by_value=False)["objectId"]
    told = session.send("Runtime.getProperties", {"objectId": all_of, "ownProperties": True})["result"]
    return {one["name"]: one["value"]["objectId"] for one in told if "objectId" in one.get("value", {})}


def _call(session: CDPSession, object_id: str, function: str, *, by_value: bool) -> dict[str, Any]:
    answer = session.send(
        "Runtime.callFunctionOn",
        {
            "functionDeclaration": function,
            "objectId": object_id,
            "returnByValue": by_value,
            "objectGroup": _GROUP,
        },
    )
    if "exceptionDetails" in answer:
        raise BrowserError(str(answer["exceptionDetails"].get("exception", {}).get("description")))
    value: dict[str, Any] = answer["result"]
    return value


def _node_of(thing: Thing, nodes: dict[tuple[CDPSession, int | None], Node]) -> Node | None:
    """Its node. An element without a node of its own in the tree gets a bare one."""
    try:
        told = thing.session.send("DOM.describeNode", {"objectId": thing.element})["node"]
    except BrowserError:
        return thing.node
    backend_id = told["backendNodeId"]
    return nodes.get((thing.session, backend_id)) or _bare(thing, backend_id)


def _bare(thing: Thing, backend_id: int) -> Node:
    return Node(
        id=f"dom-{backend_id}",
        frame=thing.frame,
        role="",
        name="",
        ignored=True,
        backend_id=backend_id,
        children=(),
        checked=None,
        pressed=None,
        disabled=False,
        modal=False,
        session=thing.session,
    )
