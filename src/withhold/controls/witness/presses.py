"""How often the person pressed something on the present load, in the page's own documents."""

from dataclasses import dataclass
from importlib.resources import files

from withhold.controls.driver import BrowserError, CDPSession

_SOURCE = files("withhold.controls.witness").joinpath("presses.js").read_text(encoding="utf-8")
_WORLD = "withhold-witness"


@dataclass(frozen=True, slots=True)
class Pressed:
    """``settable``: those on something that can be set."""

    presses: int
    settable: int


class Presses:
    """Listens from the next load on. Frames in processes of their own are not heard."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._worlds: dict[int, None] = {}
        session.on("Runtime.executionContextCreated", self._made)
        session.on("Runtime.executionContextDestroyed", self._gone)
        session.on("Runtime.executionContextsCleared", lambda _: self._worlds.clear())
        session.send("Page.enable")
        session.send("Runtime.enable")
        session.send("Page.addScriptToEvaluateOnNewDocument", {"source": _SOURCE, "worldName": _WORLD})

    def read(self) -> Pressed | None:
        """``None`` where it cannot be told, so that nobody takes silence for rest."""
        counted = [self._count(world) for world in tuple(self._worlds)]
        known = [one for one in counted if one is not None]
        if not known:
            return None
        return Pressed(sum(one.presses for one in known), sum(one.settable for one in known))

    def _count(self, world: int) -> Pressed | None:
        try:
            answer = self._session.send(
                "Runtime.evaluate",
                {"expression": "globalThis.withheld", "contextId": world, "returnByValue": True},
            )
        except BrowserError:
            return None  # its frame went away meanwhile
        value = answer["result"].get("value")
        return None if not value else Pressed(int(value["presses"]), int(value["settable"]))

    def _made(self, event: dict[str, dict[str, object]]) -> None:
        told = event["context"]
        if told.get("name") == _WORLD:
            self._worlds[int(str(told["id"]))] = None

    def _gone(self, event: dict[str, int]) -> None:
        self._worlds.pop(event["executionContextId"], None)
