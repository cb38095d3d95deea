"""A masked document as HTML, built anew from the tree: nothing of the page's own text is copied unseen.

Scripts, handlers and comments are left out; shadow roots become declarative ones; what a form field shows
becomes its attribute.
"""

import html
import re
from collections.abc import Callable, Iterator

from withhold.controls.capturing.dom import COMMENT, DOCTYPE, DOCUMENT, ELEMENT, TEXT, Document, Dom
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.plan import Plan, is_field
from withhold.controls.capturing.styles import masked_style
from withhold.controls.capturing.tables import SPOKEN, STRUCTURE, VOID

_LEFT_OUT = frozenset({"script", "noscript", "object", "embed", "applet", "portal", "base"})
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "poster", "cite", "data", "xlink:href", "background"}
)
_STATE = re.compile(r"[a-z0-9]{0,20}(?:[-_][a-z0-9]{1,20})?")
_PIXELS = re.compile(r"data:image/(?!svg)", re.IGNORECASE)
_SECRET_NAMES = ("csrf", "xsrf", "token", "nonce", "auth", "secret", "session", "password", "key")
_SEPARATORS = "·|•»-–—"
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    'img-src data:">'
)

FrameAddress = Callable[[Document], str]


class Markup:
    """Writes one planned document. ``where`` is the name of the artifact, for the list of masks."""

    def __init__(
        self,
        made: Plan,
        masker: Masker,
        where: str,
        frame_address: FrameAddress | None = None,
        *,
        fetches: bool = False,
    ) -> None:
        self._plan, self._masker, self._where = made, masker, where
        self._policy = "" if fetches or frame_address else _POLICY
        self._frame_address = frame_address
        self.addresses: set[str] = set()
        """Addresses of pictures and styles that the written page refers to, as the page gave them."""

    def page(self, document: Document | None = None) -> str:
        """The whole document. Unless it ``fetches`` its styles, as in an archive, it stands alone."""
        document = document or self._plan.document
        return f"<!doctype html>\n<!-- masked copy -->\n{self._policy}{''.join(self._node(document.root))}\n"

    def _node(self, node: Dom) -> Iterator[str]:
        if node.kind == DOCUMENT:
            for child in node.children:
                yield from self._node(child)
        elif node.kind == TEXT:
            yield self._text(node)
        elif node.kind == ELEMENT and not node.pseudo:
            yield from self._element(node)
        elif node.kind == COMMENT:
            self._masker.count("comment", self._where)
        elif node.kind not in {DOCTYPE, ELEMENT}:
            self._masker.count("unknown node", self._where)

    def _element(self, node: Dom) -> Iterator[str]:
        if node.name in _LEFT_OUT:
            self._masker.count(f"{node.name} left out", self._where)
            return
        yield f"<{node.name}{''.join(self._attributes(node))}>"
        if node.name in VOID:
            return
        if node.name == "style":
            yield self._style("".join(child.text for child in node.children))
        elif node.name == "textarea":
            yield html.escape(self._field(node, node.value or ""))
        elif node.frame is None:
            yield from self._children(node)
        yield f"</{node.name}>"

    def _children(self, node: Dom) -> Iterator[str]:
        shadow = [c for c in node.children if c.shadow and c.shadow != node.shadow]
        if shadow:
            yield f'<template shadowrootmode="{shadow[0].shadow}">'
            for child in shadow:
                yield from self._node(child)
            yield "</template>"
        for child in node.children:
            if child not in shadow:
                yield from self._node(child)

    def _text(self, node: Dom) -> str:
        if not node.text.strip():
            return node.text
        if node.parent is not None and node.parent.name == "title":
            return html.escape(masked_title(node.text, self._plan, self._masker, self._where), quote=False)
        return html.escape(masked_text(node, self._plan, self._masker, self._where), quote=False)

    def _style(self, text: str) -> str:
        return masked_style(text, self._masker, self._where).replace("</", "<\\/")

    def _attributes(self, node: Dom) -> Iterator[str]:
        for name, value in self._live(node).items():
            kept = self._attribute(node, name, value)
            if kept is not None:
                yield f' {name}="{html.escape(kept)}"' if kept else f" {name}"
        if node.frame is not None:
            yield from self._frame(node.frame)

    def _live(self, node: Dom) -> dict[str, str]:
        """The attributes as the page stands now, not as it was sent."""
        told = {k: v for k, v in node.attributes.items() if _writable(k)}
        if node.name == "input" and node.checked is not None:
            told.pop("checked", None)
            told |= {"checked": ""} if node.checked else {}
        if node.name == "option" and node.checked is not None:
            told.pop("selected", None)
            told |= {"selected": ""} if node.checked else {}
        if node.value is not None and node.name == "input":
            told["value"] = node.value
        if node.name in {"iframe", "frame"}:
            for unseen in ("src", "srcdoc", "name"):
                told.pop(unseen, None)
        return told

    def _attribute(self, node: Dom, name: str, value: str) -> str | None:
        if name == "content" or name == "value":
            return self._content(node, name, value)
        if name in _ADDRESSES:
            return self._address(node, name, value)
        if name == "srcset":
            return None
        if name in SPOKEN:
            return self._spoken(node, value)
        if name == "style":
            return masked_style(value, self._masker, self._where)
        if name in STRUCTURE or name.startswith("aria-"):
            return self._masker.text(value, self._where)
        return self._state(value) if self._plan.keeps(node) else None

    def _state(self, value: str) -> str | None:
        """An attribute of the page's own: a word may be a state, and all else is for scripts."""
        if _STATE.fullmatch(value) and not self._masker.touches(value):
            return value
        self._masker.count("attribute left out", self._where)
        return None

    def _spoken(self, node: Dom, value: str) -> str:
        if self._plan.keeps(node) or self._plan.says_nothing_new(value):
            return self._masker.text(value, self._where)
        return self._masker.hide(self._plan.kind(node), value, self._where)

    def _content(self, node: Dom, name: str, value: str) -> str | None:
        if node.name == "meta":
            told = node.attribute("name") or node.attribute("property") or node.attribute("http-equiv")
            plain = told.casefold() in {"viewport", "robots", "color-scheme", "theme-color", "content-type"}
            return value if plain else self._masker.hide(_meta_kind(told), value, self._where)
        if node.name == "input":
            return self._field(node, value)
        if self._plan.keeps(node):
            return self._masker.text(value, self._where)
        return self._masker.hide(self._plan.kind(node), value, self._where) if name == "value" else None

    def _field(self, node: Dom, value: str) -> str:
        if is_field(node):
            kind = node.attribute("type") if node.attribute("type") in {"hidden", "password"} else "field"
            return self._masker.hide(kind, value, self._where)
        return self._masker.text(value, self._where)

    def _address(self, node: Dom, name: str, value: str) -> str | None:
        if node.name == "link" or (node.name in {"img", "image", "use"} and self._plan.keeps(node)):
            if value.startswith("#") or (_PIXELS.match(value) and self._plan.keeps(node)):
                return value
            self.addresses.add(value)
            return self._masker.url(value, self._where) if node.name != "link" else self._stylesheet(value)
        if value.startswith("#"):
            return f"#{self._masker.place(value[1:], self._where)}"
        if self._plan.keeps(node):
            return self._masker.url(value, self._where)
        self._masker.count("address left out", self._where)
        return None if name != "href" else "#"

    def _stylesheet(self, value: str) -> str:
        return value if value.startswith("cid:") else self._masker.url(value, self._where)

    def _frame(self, frame: Document) -> Iterator[str]:
        if self._frame_address is not None:
            yield f' src="{html.escape(self._frame_address(frame))}"'
            return
        inner = "".join(self._node(frame.root))
        yield f' srcdoc="{html.escape(self._policy + inner)}"'


def masked_text(node: Dom, made: Plan, masker: Masker, where: str) -> str:
    """What stands for a text of the page."""
    if made.keeps(node) or made.says_nothing_new(node.text):
        return masker.text(node.text, where)
    return masker.hide(made.kind(node), node.text, where)


def masked_title(title: str, made: Plan, masker: Masker, where: str) -> str:
    """The title of a page: the parts that the region or the pack says too; any other part may name a chat."""
    said = (
        set() if made.region is None else {w for t in made.region.texts() for w in t.text.casefold().split()}
    )
    parts = []
    for part in _split_title(title):
        words = set(part.casefold().split())
        known = part in _SEPARATORS or made.says_nothing_new(part) or (words and words <= said)
        parts.append(masker.text(part, where) if known else masker.hide("title", part, where))
    return "".join(parts)


def _split_title(title: str) -> Iterator[str]:
    """The parts of a title and what separates them, in order."""
    part = ""
    for i, character in enumerate(title):
        dash = character in "-–—" and title[i - 1 : i] == " " and title[i + 1 : i + 2] == " "
        if character in _SEPARATORS or dash:
            yield from (part, character)
            part = ""
        else:
            part += character
    yield part


def _meta_kind(name: str) -> str:
    plain = name.casefold()
    return "token" if any(word in plain for word in _SECRET_NAMES) else "meta"


def _writable(name: str) -> bool:
    """An attribute that HTML can hold, that is no handler and that reveals no secret by its purpose."""
    plain = name.replace("-", "").replace("_", "").replace(":", "").replace(".", "")
    return plain.isalnum() and not name.startswith("on") and name not in {"nonce", "integrity", "ping"}
