"""Controls in a saved page, as far as its text tells them: no script ran, and nothing was looked at."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from withhold.controls.capturing.dom import Document, Dom
from withhold.controls.phrases import normal

_ROLES = frozenset({"switch", "checkbox", "radio"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A switch with its label; ``on`` is ``None`` where the text does not tell."""

    label: str
    on: bool | None
    element: Dom


def switches_in(document: Document) -> Iterator[Shown]:
    """Every switch, checkbox and radio button of a page."""
    for node in document.root.walk():
        if node.attribute("role") in _ROLES or (
            node.name == "input" and node.attribute("type").casefold() in {"checkbox", "radio"}
        ):
            yield Shown(_label(node, document.root), _on(node), node)


def called(shown: Collection[Shown], labels: Collection[str]) -> list[Shown]:
    """Those whose label is one of ``labels``."""
    wanted = {normal(label) for label in labels}
    return [one for one in shown if normal(one.label) in wanted]


def _on(node: Dom) -> bool | None:
    told = node.attribute("aria-checked") or node.attribute("aria-pressed")
    if told in {"true", "false"}:
        return told == "true"
    return node.checked if node.name == "input" else None


def _label(node: Dom, root: Dom) -> str:
    if node.attribute("aria-label"):
        return node.attribute("aria-label")
    ids = node.attribute("aria-labelledby").split()
    named = [n for n in root.walk() if ids and n.attribute("id") in ids]
    own = node.attribute("id")
    named = named or [n for n in root.walk() if n.name == "label" and own and n.attribute("for") == own]
    named = named or [n for n in node.above() if n.name == "label"][:1]
    return " ".join(_text(n) for n in named) or _text(node)


def _text(node: Dom) -> str:
    return " ".join(" ".join(text.text.split()) for text in node.texts())
