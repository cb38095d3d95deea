"""What may be pressed to look behind it, and how likely a control is there.

Only what is harmless: nothing that agrees, sends, pays, signs out or deletes, in any language.
"""

from collections import Counter
from collections.abc import Iterator

from withhold.controls.finder.lexicon import has
from withhold.controls.lens import Node, View
from withhold.controls.phrases import SAVE_WORDS, harmful, normal

_WORTH_A_LOOK = 2.5
"""Of what opens and closes, and by its name has to do with settings, data or training; see ``promise``."""
_OPENERS = ("tab", "button", "DisclosureTriangle", "link", "menuitem")


def openers(view: View, *, opened: bool = False) -> Iterator[tuple[str, Node]]:
    """What may be pressed to look behind it, under a key that stays over fresh loads."""
    seen: Counter[str] = Counter()
    for node in view.nodes:
        if node.ignored or node.disabled or node.backend_id is None or node.role not in _OPENERS:
            continue
        if node.state is not None or not _harmless(node):
            continue
        name = f"{node.role} {normal(node.name)!r}"
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} #{seen[name]}"
        if opened or not (node.expanded or node.selected):
            yield key, node


def parts(view: View) -> Iterator[tuple[str, Node, bool]]:
    """Parts that say whether they are open: key, opener, and whether; closed ones as far as worth a look."""
    for key, node in openers(view, opened=True):
        is_open = bool(node.expanded or node.selected)
        tells = node.role in {"tab", "DisclosureTriangle"} or node.expanded is not None
        if tells and (is_open or promises(node)):
            yield key, node, is_open


def closed(view: View) -> list[tuple[str, Node]]:
    """What a claim is to look behind: tabs, folds, and whatever promises a control; the latter first."""
    found = [(key, node) for key, node in openers(view) if promises(node) or _folds(node)]
    return sorted(found, key=lambda pair: -promise(pair[1]))


def promise(node: Node) -> float:
    """How likely a training control is behind it."""
    plain = normal(node.name)
    opens = node.expanded is False or node.role in {"tab", "DisclosureTriangle"}
    score = 1.0 if opens else 0.0
    if about_data(node.name):
        score += 3.0
    elif has("opens", plain):
        score += 1.5
    if node.role == "link":
        score -= 1.0
    return score if len(plain) < 60 else 0.0


def promises(node: Node) -> bool:
    """Whether its name says that settings, data or training are behind it."""
    return promise(node) >= _WORTH_A_LOOK


def about_data(name: str) -> bool:
    """Whether ``name`` speaks of training, of models, of privacy or of settings of data."""
    plain = normal(name)
    return (
        any(has(concept, plain) for concept in ("train", "model", "improve"))
        or (has("opens", plain) and has("data", plain))
        or "priva" in plain
    )


def _folds(node: Node) -> bool:
    return node.role in {"tab", "DisclosureTriangle"} or (node.expanded is False and not node.pops_up)


def _harmless(node: Node) -> bool:
    name = normal(node.name)
    if harmful(name) or name in SAVE_WORDS:
        return False
    return (
        node.role == "tab"
        or node.expanded is not None
        or node.role == "DisclosureTriangle"
        or not has("never_opens", name)
    )
