"""A ring around the control, drawn by the browser over the page: no part of the page, so not in its reach."""

from contextlib import suppress

from withhold.controls.driver import BrowserError, CDPSession
from withhold.controls.lens import Lens, Node

_LOOK = {
    "showInfo": False,
    "showStyles": False,
    "contentColor": {"r": 255, "g": 196, "b": 0, "a": 0.28},
    "paddingColor": {"r": 255, "g": 196, "b": 0, "a": 0.28},
    "borderColor": {"r": 179, "g": 84, "b": 0, "a": 0.95},
    "marginColor": {"r": 179, "g": 84, "b": 0, "a": 0.35},
}


class Ring:
    """At most one control is ringed at a time."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._around: tuple[CDPSession, int] | None = None

    def around(self, node: Node | None) -> None:
        """Ring ``node``; nothing for ``None``. A node that is gone meanwhile is not ringed."""
        wanted = None if node is None or node.backend_id is None else (node.session, node.backend_id)
        if wanted == self._around:
            return
        self.off()
        if wanted is None:
            return
        session, backend_id = wanted
        with suppress(BrowserError):
            session.send("DOM.enable")
            session.send("Overlay.enable")
            session.send("Overlay.highlightNode", {"highlightConfig": _LOOK, "backendNodeId": backend_id})
            self._around = wanted

    def off(self) -> None:
        """Take it away: before a picture, and at the end."""
        if self._around is None:
            return
        with suppress(BrowserError):
            self._around[0].send("Overlay.hideHighlight")
        self._around = None
