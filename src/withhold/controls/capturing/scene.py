"""The page at one moment, in every process it lives in: documents, accessibility trees, saved resources."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from withhold.controls.capturing.dom import STYLES, Document, Dom, from_snapshot
from withhold.controls.capturing.plan import Plan, plan
from withhold.controls.driver import BrowserError, CDPSession
from withhold.controls.lens import Node, View

_SNAPSHOT = {"computedStyles": list(STYLES), "includePaintOrder": False, "includeDOMRects": False}


@dataclass(frozen=True, slots=True)
class Scene:
    """``documents`` are the trees of the processes, the page's own first; ``stage`` names the captures."""

    stage: str
    url: str
    title: str
    at: datetime
    """By this computer's clock."""
    view: View
    control: Node | None
    documents: tuple[tuple[CDPSession, Document], ...]
    unread: tuple[str, ...] = ()
    """Why frames of other processes are missing."""
    saved: str | None = field(default=None, repr=False)
    """Chromium's own MHTML, unmasked: only its styles and pictures are taken over, from memory."""

    def element(self) -> Dom | None:
        """The control's element."""
        if self.control is None:
            return None
        return next(
            (
                found
                for session, top in self.documents
                if session is self.control.session
                for part in top.inner()
                if (found := part.by_id(self.control.backend_id)) is not None
            ),
            None,
        )

    def plans(self, *, whole: bool, public: tuple[str, ...]) -> "Iterator[tuple[CDPSession, Plan]]":
        control = self.element()
        for session, document in self.documents:
            owns = control is not None and any(control in set(d.root.walk()) for d in document.inner())
            yield session, plan(document, control if owns else None, whole=whole, public=public)


def documents(view: View, own: CDPSession) -> tuple[tuple[tuple[CDPSession, Document], ...], tuple[str, ...]]:
    """The documents of all processes the page lives in, and why some could not be read."""
    sessions = list(dict.fromkeys([own, *(node.session for node in view.nodes)]))
    read: list[tuple[CDPSession, Document]] = []
    unread: list[str] = []
    for session in sessions:
        try:
            read.append((session, snapshot(session)))
        except BrowserError as problem:
            if session is own:
                raise
            unread.append(f"a frame of another site: {problem.message.splitlines()[0][:100]}")
    return tuple(read), tuple(unread)


def snapshot(session: CDPSession) -> Document:
    """The present document of one process."""
    return from_snapshot(session.send("DOMSnapshot.captureSnapshot", _SNAPSHOT))
