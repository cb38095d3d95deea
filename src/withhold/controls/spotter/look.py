"""What a page shows of consent, as facts: every frame, every shadow root, closed ones too. Reads only."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import msgspec

from withhold.controls.driver import BrowserError, CDPSession
from withhold.controls.lens import Lens

_SOURCE = files("withhold.controls.spotter").joinpath("spot.js").read_text(encoding="utf-8")
_GROUP = "withhold-spotter"

Box = tuple[float, float, float, float]
"""Left, top, width, height in CSS pixels of the frame's document."""


class Option(msgspec.Struct, frozen=True):
    """One entry of a list."""

    text: str
    chosen: bool


class ControlFacts(msgspec.Struct, frozen=True):
    """One control. ``contrast`` is that of its label, ``None`` where a picture lies behind it."""

    kind: str
    label: str
    beside: str
    state: bool | None
    question: str
    options: tuple[Option, ...]
    box: Box
    hits: tuple[Box, ...]
    """The boxes that turn it when they are pressed: its own, and those of its labels."""
    font: float | None
    weight: float
    contrast: float | None
    hidden: str | None
    """Why it is out of sight though the page holds it ready."""
    place: int | None
    """The form or dialog that it stands in."""
    disabled: bool


class ButtonFacts(msgspec.Struct, frozen=True):
    """One button that is in sight. ``filled``: it stands out from what lies behind it."""

    text: str
    box: Box
    submit: bool
    filled: bool
    contrast: float | None
    place: int | None
    font: float


class SentenceFacts(msgspec.Struct, frozen=True):
    """One block of prose in sight."""

    text: str
    box: Box
    font: float
    contrast: float | None
    place: int | None
    dialog: bool
    article: bool
    heading: bool
    hidden: str | None


class RootFacts(msgspec.Struct, frozen=True):
    """What stands in one document or closed shadow root. ``asks``: it asks for an address or a password."""

    controls: tuple[ControlFacts, ...]
    buttons: tuple[ButtonFacts, ...]
    sentences: tuple[SentenceFacts, ...]
    font: float
    asks: bool
    frame: str = ""


def look(lens: Lens) -> tuple[tuple[RootFacts, ...], int]:
    """The facts of all roots, and how many of them could not be looked into."""
    lens.view()  # finds the frames that live in processes of their own
    found: list[RootFacts] = []
    missed = 0
    for session in lens.sessions():
        try:
            roots = tuple(_roots(session))
        except BrowserError:
            missed += 1
            continue
        for frame, backend_id in roots:
            try:
                found.append(_facts(session, frame, backend_id))
            except (BrowserError, msgspec.ValidationError):
                missed += 1
    return tuple(found), missed


def _roots(session: CDPSession) -> Iterator[tuple[str, int]]:
    """Documents and closed shadow roots. Open ones are reached from the document itself."""
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    stack = [(session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"], frame)]
    while stack:
        node, owner = stack.pop()
        if node.get("nodeName") == "#document" or node.get("shadowRootType") == "closed":
            yield owner, node["backendNodeId"]
        inner = node.get("contentDocument")
        if inner is not None:
            stack.append((inner, node.get("frameId", owner)))
        stack += [(child, owner) for child in (*node.get("children", ()), *node.get("shadowRoots", ()))]


def _facts(session: CDPSession, frame: str, backend_id: int) -> RootFacts:
    told = {"backendNodeId": backend_id, "objectGroup": _GROUP}
    root = session.send("DOM.resolveNode", told)["object"]["objectId"]
    function = f"function() {{ {_SOURCE}\nreturn spot.call(this); }}"
    answer: dict[str, Any] = session.send(
        "Runtime.callFunctionOn",
        {"functionDeclaration": function, "objectId": root, "returnByValue": True, "objectGroup": _GROUP},
    )
    session.send("Runtime.releaseObjectGroup", {"objectGroup": _GROUP})
    if "exceptionDetails" in answer:
        raise BrowserError(str(answer["exceptionDetails"].get("exception", {}).get("description")))
    return msgspec.convert(answer["result"]["value"] | {"frame": frame}, RootFacts, strict=False)
