"""Where a picture is painted over, in window coordinates: computed before the picture is taken."""

from collections.abc import Callable, Iterator

from withhold.controls.capturing.dom import ELEMENT, TEXT, Box, Document, Dom
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.plan import Plan, is_field
from withhold.controls.capturing.styles import says_something

Covered = Callable[[Box], bool]
"""Whether at a place of the window something of the region lies on top."""
_MARGIN = 2.0
"""CSS px around a text: letters reach a little over their boxes."""
_IMAGES = frozenset({"img", "picture", "image", "video", "canvas"})
_FRAMES = frozenset({"iframe", "frame", "object", "embed"})
_PORTRAIT = 240
"""CSS px. A larger element with a picture behind it is a part of the page."""
_WHOLE = frozenset({"account", "titles"})


def boxes(
    made: Plan, part: Document, offset: tuple[float, float], clip: Box, masker: Masker, covered: Covered
) -> Iterator[tuple[str, Box]]:
    """What is painted over within ``clip``, with its kind. ``part`` is the document that the clip shows."""
    for node in part.root.walk():
        kind = _kind(node, made, masker)
        if kind is None or node.hidden:
            continue
        for drawn in node.drawn if node.kind == TEXT or (node.pseudo and node.drawn) else (node.box,):
            box = None if drawn is None else _grown(drawn.moved(*offset)).within(clip)
            if box is not None and (node in made.inside or not covered(box)):
                yield kind, box


def visible(node: Dom, offset: tuple[float, float]) -> Box | None:
    """The part of an element that the scrolled areas around it show."""
    if node.box is None:
        return None
    box: Box | None = node.box.moved(*offset)
    for outer in node.above():
        if outer.clips and outer.box is not None and outer.name not in {"html", "body"} and box is not None:
            box = box.within(outer.box.moved(*offset))
    return box


def row_of(control: Dom, region: Dom | None) -> Dom:
    """The largest element around a control that holds no other one: mostly its row, label included."""
    found = control
    for outer in control.above():
        if outer is region or outer.kind != ELEMENT or outer.name in {"body", "html", "main"}:
            break
        if sum(_is_control(n) for n in outer.walk() if n is not control and not _within(n, control)) > 0:
            break
        found = outer
    return found


def _kind(node: Dom, made: Plan, masker: Masker) -> str | None:
    if node.kind == TEXT:
        return _text_kind(node, made, masker)
    if node.kind != ELEMENT:
        return None
    if node.pseudo:
        return "style-text" if says_something(node.text) else None
    if made.personal.get(node) in _WHOLE:
        return made.personal[node]
    if node.name in _FRAMES:
        return "frame"
    if is_field(node):
        return "field"
    if node.name == "select":
        return _choice(node, made, masker)
    return "picture" if not made.keeps(node) and _pictured(node) else None


def _pictured(node: Dom) -> bool:
    """An image, or a small element with a picture behind it: so portraits are often shown."""
    box = node.box
    small = box is not None and max(box.width, box.height) <= _PORTRAIT
    return node.name in _IMAGES or (node.backdrop and small)


def _choice(node: Dom, made: Plan, masker: Masker) -> str | None:
    """What a list of choices shows is drawn by the browser, not as a text of the page."""
    chosen = [one for one in node.walk() if one.name == "option" and one.checked]
    told = [one.attribute("label") or " ".join(text.text for text in one.texts()) for one in chosen]
    if made.keeps(node):
        return "personal text" if any(masker.touches(text) for text in told) else None
    return made.kind(node) if not all(made.says_nothing_new(text) for text in told) else None


def _text_kind(node: Dom, made: Plan, masker: Masker) -> str | None:
    if not node.text.strip():
        return None
    if made.keeps(node) or made.says_nothing_new(node.text):
        return "personal text" if masker.touches(node.text) else None
    return made.kind(node)


def _is_control(node: Dom) -> bool:
    if node.name == "input":
        return node.attribute("type").casefold() in {"checkbox", "radio"}
    return node.name == "select" or node.attribute("role") in {"switch", "checkbox", "radio"}


def _within(node: Dom, outer: Dom) -> bool:
    return any(above is outer for above in node.above())


def _grown(box: Box) -> Box:
    return Box(box.x - _MARGIN, box.y - _MARGIN, box.width + 2 * _MARGIN, box.height + 2 * _MARGIN)
