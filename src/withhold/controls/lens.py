"""The page as assistive technology sees it: Chromium's own accessibility tree of every frame.

Roles, names and states come from the browser, not from a reimplementation; open and closed shadow roots
and frames of other sites are included.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from uuid import uuid4

from withhold.controls.driver import BrowserError, CDPSession, ElementHandle, Frame, Page

_SOURCE = files("withhold.controls").joinpath("page.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree. ``checked`` and ``pressed`` are ``true``, ``false``, ``mixed`` or absent."""

    id: str
    frame: str
    role: str
    name: str
    ignored: bool
    backend_id: int | None
    children: tuple[str, ...]
    checked: str | None
    pressed: str | None
    disabled: bool
    modal: bool
    session: CDPSession = field(repr=False, compare=False)
    expanded: bool | None = None
    """Whether the part that it opens is open; ``None`` where it opens none."""
    selected: bool | None = None
    pops_up: bool = False
    """Whether what it opens is a menu, a list or a dialog over the page, and no part of the page."""

    @property
    def state(self) -> str | None:
        return self.checked if self.checked is not None else self.pressed


@dataclass(frozen=True, slots=True)
class View:
    """All frames' nodes at one moment, in document order within a frame."""

    nodes: tuple[Node, ...]

    def of_role(self, *roles: str) -> Iterator[Node]:
        return (n for n in self.nodes if n.role in roles and not n.ignored)

    def inside(self, root: Node) -> Iterator[tuple[int, Node]]:
        """``root`` and what is below it, each with its depth; frames within it are not entered."""
        index = {n.id: n for n in self.nodes if n.frame == root.frame}
        stack = [(0, root)]
        while stack:
            depth, node = stack.pop()
            yield depth, node
            below = depth if node.ignored else depth + 1
            stack.extend((below, index[c]) for c in reversed(node.children) if c in index)


class Lens:
    """Reads one page. Survives its navigations; nodes are valid until the page re-renders them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self._foreign: dict[Frame, CDPSession] = {}

    def close(self) -> None:
        """Let go of the page. Fails only where it is gone already, which is as well."""
        for session in (self.session, *self._foreign.values()):
            with suppress(BrowserError):
                session.detach()

    def without_cache(self) -> None:
        """From now on answers come from the server: no HTTP cache, no service worker."""
        self.session.send("Network.enable")
        self.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.session.send("Network.setBypassServiceWorker", {"bypass": True})

    def view(self) -> View:
        self._foreign = dict(self._foreign_sessions())
        return View(tuple(node for session in self.sessions() for node in _nodes(session)))

    def sessions(self) -> tuple[CDPSession, ...]:
        """One for the page, and one for each frame that lives in a process of its own at the last view."""
        return (self.session, *self._foreign.values())

    def call(self, node: Node, function: str, *args: object) -> Any:
        """The JSON value that a function of ``page.js`` returns for the node's element.

        A node among ``args`` is passed as its element; it must be of the same frame.
        """
        answer = self._run(node, function, args, by_value=True)
        return answer.get("value")

    def related(self, view: View, node: Node, function: str) -> Node | None:
        """The node in ``view`` of the element that a function of ``page.js`` returns."""
        answer = self._run(node, function, (), by_value=False)
        if "objectId" not in answer:
            return None
        found = node.session.send("DOM.describeNode", {"objectId": answer["objectId"]})["node"]
        wanted = (node.session, found["backendNodeId"])
        return next((n for n in view.nodes if (n.session, n.backend_id) == wanted), None)

    def handle(self, node: Node, function: str = "") -> ElementHandle | None:
        """Playwright's handle of the node's element, or of the element that ``function`` returns for it.

        The element is passed through a global of an unguessable name that exists for a moment.
        """
        token = f"withhold{uuid4().hex}"
        self._run(node, function, (), by_value=False, keep_as=token)
        take = "k => { const e = globalThis[k]; delete globalThis[k]; return e ?? null }"
        for frame in self.page.frames:
            element = frame.evaluate_handle(take, token).as_element()
            if element is not None:
                return element
        return None

    def _run(
        self, node: Node, function: str, args: tuple[object, ...], *, by_value: bool, keep_as: str = ""
    ) -> dict[str, Any]:
        result = f"{function}.apply(this, args)" if function else "this"
        keep = f"globalThis[{keep_as!r}] = result;" if keep_as else ""
        body = f"function(...args) {{ {_SOURCE}\nconst result = {result}; {keep} return result; }}"
        answer = node.session.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": body,
                "objectId": _object_id(node),
                "arguments": [
                    {"objectId": _object_id(a)} if isinstance(a, Node) else {"value": a} for a in args
                ],
                "returnByValue": by_value,
            },
        )
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"].get("exception", {}).get("description")))
        value: dict[str, Any] = answer["result"]
        return value

    def _foreign_sessions(self) -> Iterator[tuple[Frame, CDPSession]]:
        """Frames that live in another process have a tree of their own; for the rest Playwright refuses."""
        for frame in self.page.frames[1:]:
            known = self._foreign.get(frame)
            if known is not None and _alive(known):
                yield frame, known
                continue
            try:
                yield frame, self.page.context.new_cdp_session(frame)
            except BrowserError:
                continue


def _alive(session: CDPSession) -> bool:
    try:
        session.send("Page.getFrameTree")
    except BrowserError:
        return False
    return True


def _object_id(node: Node) -> str:
    remote = node.session.send("DOM.resolveNode", {"backendNodeId": node.backend_id})["object"]
    return str(remote["objectId"])


def _nodes(session: CDPSession) -> Iterator[Node]:
    for frame in _frame_ids(session.send("Page.getFrameTree")["frameTree"]):
        try:
            raw = session.send("Accessibility.getFullAXTree", {"frameId": frame})["nodes"]
        except BrowserError:
            continue  # the frame went away, or lives in a process of its own and is read there
        yield from (_node(item, frame, session) for item in raw)


def _frame_ids(tree: dict[str, Any]) -> Iterator[str]:
    yield tree["frame"]["id"]
    for child in tree.get("childFrames", ()):
        yield from _frame_ids(child)


def _node(item: dict[str, Any], frame: str, session: CDPSession) -> Node:
    properties = {p["name"]: p["value"].get("value") for p in item.get("properties", ())}
    return Node(
        id=item["nodeId"],
        frame=frame,
        role=str(item.get("role", {}).get("value", "")),
        name=str(item.get("name", {}).get("value", "")),
        ignored=bool(item.get("ignored")),
        backend_id=item.get("backendDOMNodeId"),
        children=tuple(item.get("childIds", ())),
        checked=_tristate(properties.get("checked")),
        pressed=_tristate(properties.get("pressed")),
        disabled=bool(properties.get("disabled") or properties.get("readonly")),
        modal=bool(properties.get("modal")),
        session=session,
        expanded=properties.get("expanded"),
        selected=properties.get("selected"),
        pops_up=properties.get("hasPopup") not in (None, "false", False),
    )


def _tristate(value: object) -> str | None:
    return None if value is None else str(value).casefold()
