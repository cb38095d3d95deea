"""Pictures of the settings region: painted over before they are taken, and thrown away if the page moved."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from math import ceil, floor

from withhold.controls.capturing.dom import Box, Document, Dom
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.painting import boxes, row_of, visible
from withhold.controls.capturing.plan import Plan
from withhold.controls.driver import BrowserError, CDPSession, FloatRect, Page
from withhold.controls.lens import Lens, Node

COLOUR = "rgb(52, 58, 70)"
_TALLEST = 4000
"""CSS px. What is higher is shown down to there."""
_LOWEST = 24
_LIMIT_MS = 8000
_ATTEMPTS = 3
_PAUSE_MS = 120
_OVERLAY = files("withhold.controls.capturing").joinpath("overlay.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Shots:
    """``main`` shows ``what`` (``region``, ``window``, ``full page``); ``row`` the control with its label."""

    main: bytes
    what: str
    row: bytes | None
    painted: tuple[tuple[str, int], ...]
    cut: bool
    """The region is larger than what could be shown."""


@dataclass(frozen=True, slots=True)
class _Aim:
    part: Document
    offset: tuple[float, float]
    clip: Box
    what: str
    row: Box | None
    cut: bool


class Unsteady(ValueError):
    """The page moved while its picture was taken, so that a mask may have missed its text."""


class Photographer:
    """Takes pictures of one page. ``look`` gives its present plan, the control's element included."""

    def __init__(
        self, lens: Lens, masker: Masker, look: Callable[[], tuple[CDPSession, Plan, Dom | None]]
    ) -> None:
        self._lens, self._masker, self._look = lens, masker, look
        self._page: Page = lens.page

    def take(self, control: Node | None) -> Shots:
        """Raises :class:`Unsteady`, or ``BrowserError`` where the browser cannot."""
        if control is not None:
            self._lens.call(control, "reveal")
        with self._fitting_window(control):
            for attempt in range(_ATTEMPTS):
                shots = self._attempt(control)
                if shots is not None:
                    return shots
                self._page.wait_for_timeout(_PAUSE_MS * (attempt + 1))
        raise Unsteady("the page kept moving while its picture was taken")

    def _attempt(self, control: Node | None) -> Shots | None:
        session, made, element = self._look()
        aim = self._aim(made, element, control)
        painted = self._boxes(session, made, aim)
        with self._covered([box for _, box in painted]):
            main = self._shoot(aim.clip)
            row = None if aim.row is None else self._shoot(aim.row)
        session, made, element = self._look()
        if self._boxes(session, made, self._aim(made, element, control)) != painted:
            return None
        kinds = [kind for kind, _ in painted]
        return Shots(main, aim.what, row, tuple((k, kinds.count(k)) for k in dict.fromkeys(kinds)), aim.cut)

    def _aim(self, made: Plan, element: Dom | None, control: Node | None) -> _Aim:
        window = self._window()
        part = _part_of(made, element)
        offset, frame = self._offset(part, element, control)
        window = (window.within(frame) or window) if frame else window
        shown = None if made.region is None else visible(made.region, offset)
        clip = None if shown is None else shown.within(window)
        row = None if element is None else self._row(element, made, offset, window)
        if made.whole:
            return _Aim(part, offset, window, "full page", row, _cut(made.document, window))
        if clip is None or clip.height < _LOWEST or clip.width < _LOWEST:
            return _Aim(part, offset, window, "window", row, cut=False)
        box = made.region.box if made.region else None
        cut = box is not None and (box.height > clip.height + 1 or box.width > clip.width + 1)
        return _Aim(part, offset, clip, "region", row, cut)

    def _row(self, element: Dom, made: Plan, offset: tuple[float, float], window: Box) -> Box | None:
        shown = visible(row_of(element, made.region), offset)
        return None if shown is None else shown.within(window)

    def _offset(
        self, part: Document, element: Dom | None, control: Node | None
    ) -> tuple[tuple[float, float], Box | None]:
        """From the document's coordinates to the window's; for a frame also where it lies in the window."""
        top = (-part.scroll[0], -part.scroll[1])
        if (
            control is None
            or element is None
            or (control.session is self._lens.session and part.holder is None)
        ):
            return top, None
        handle = self._lens.handle(control)
        owner = handle.owner_frame() if handle else None
        seen = handle.bounding_box() if handle else None
        if owner is None or seen is None or element.box is None:
            raise BrowserError("the frame that holds the control has no place in the window")
        frame = owner.frame_element().bounding_box()
        offset = (seen["x"] - element.box.x, seen["y"] - element.box.y)
        return offset, Box(frame["x"], frame["y"], frame["width"], frame["height"]) if frame else None

    def _boxes(self, session: CDPSession, made: Plan, aim: _Aim) -> list[tuple[str, Box]]:
        ids = {node.backend_id for node in made.inside}

        def on_top(box: Box) -> bool:
            return self._region_on_top(session, ids, box)

        return list(boxes(made, aim.part, aim.offset, aim.clip, self._masker, on_top))

    def _region_on_top(self, session: CDPSession, ids: set[int | None], box: Box) -> bool:
        """Whether the region hides what would be painted over there, at all of three points."""
        y = floor(box.y + box.height / 2)
        for x in (box.x + 3, box.x + box.width / 2, box.x + box.width - 3):
            try:
                hit = session.send(
                    "DOM.getNodeForLocation", {"x": floor(x), "y": y, "ignorePointerEventsNone": True}
                )
            except BrowserError:
                return False  # nothing is there, or it cannot be told
            if hit["backendNodeId"] not in ids:
                return False
        return True

    @contextmanager
    def _covered(self, painted: Sequence[Box]) -> Iterator[None]:
        world = self._world()
        told = [[b.x, b.y, b.width, b.height] for b in painted]
        try:
            self._call(world, f"function(b, c) {{ {_OVERLAY}\nreturn cover(b, c); }}", told, COLOUR)
            yield
        finally:
            with suppress(BrowserError):  # the page is gone, and the boxes with it
                self._call(world, f"function() {{ {_OVERLAY}\nuncover(); }}")

    def _world(self) -> int:
        session = self._lens.session
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        made = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "withhold"})
        return int(made["executionContextId"])

    def _call(self, world: int, function: str, *arguments: object) -> None:
        answer = self._lens.session.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": function,
                "executionContextId": world,
                "arguments": [{"value": a} for a in arguments],
            },
        )
        if "exceptionDetails" in answer:
            raise BrowserError("the masks could not be painted over the page")

    def _shoot(self, clip: Box) -> bytes:
        x, y = floor(clip.x), floor(clip.y)
        area: FloatRect = {
            "x": x,
            "y": y,
            "width": ceil(clip.x + clip.width) - x,
            "height": ceil(clip.y + clip.height) - y,
        }
        return self._page.screenshot(clip=area, animations="disabled", timeout=_LIMIT_MS)

    def _window(self) -> Box:
        size = self._page.viewport_size
        if size is None:
            told = self._lens.session.send("Page.getLayoutMetrics")["cssLayoutViewport"]
            return Box(0, 0, told["clientWidth"], told["clientHeight"])
        return Box(0, 0, size["width"], size["height"])

    @contextmanager
    def _fitting_window(self, control: Node | None) -> Iterator[None]:
        """A window as high as the region, where it has a size of its own; put back afterwards."""
        size = self._page.viewport_size
        wanted = 0 if size is None else self._wanted_height()
        if size is None or wanted <= size["height"]:
            yield
            return
        self._page.set_viewport_size({"width": size["width"], "height": min(ceil(wanted), _TALLEST)})
        try:
            if control is not None:
                self._lens.call(control, "reveal")
            yield
        finally:
            with suppress(BrowserError):  # the page is gone
                self._page.set_viewport_size(size)

    def _wanted_height(self) -> float:
        _, made, element = self._look()
        if made.whole:
            return made.document.size[1]
        if made.region is None or element is None:
            return 0
        shown = visible(made.region, (0.0, 0.0))
        return 0 if shown is None else shown.height + 2 * _LOWEST


def _part_of(made: Plan, element: Dom | None) -> Document:
    """The document that holds the control, else the page's own."""
    if element is None:
        return made.document
    root = next(node for node in (element, *element.above()) if node.parent is None)
    return next(part for part in made.document.inner() if part.root is root)


def _cut(document: Document, window: Box) -> bool:
    return document.size[1] > window.height + 1
