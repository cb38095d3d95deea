"""The accessibility tree of every frame, masked: whole as JSON, the settings region as lines for people."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from withhold.controls.capturing.dom import Dom
from withhold.controls.capturing.markup import masked_title
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.plan import Plan
from withhold.controls.lens import Node, View

_SILENT_ROLES = frozenset({"InlineTextBox", "generic", "none", "LineBreak", "ListMarker"})
_LISTED = frozenset({"InlineTextBox", "LineBreak", "ListMarker"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with its depth, its element, and whether it stands in what is kept."""

    depth: int
    node: Node
    home: tuple[Plan, Dom] | None
    inside: bool


class Outline:
    """Reads one view with the plans of its documents. ``where`` is the artifact that masks are listed for."""

    def __init__(self, view: View, plans: Sequence[tuple[object, Plan]], masker: Masker, where: str) -> None:
        self._view, self._masker, self._where = view, masker, where
        self._homes: dict[tuple[object, int | None], tuple[Plan, Dom]] = {
            (session, dom.backend_id): (made, dom)
            for session, made in plans
            for part in made.document.inner()
            for dom in part.root.walk()
        }

    def frames(self) -> bytes:
        """All frames: each a list of nodes with depth, role, masked name and state."""
        roots = [n for n in self._view.nodes if n.role == "RootWebArea"]
        told = [
            {"frame": number, "nodes": [_fields(placed, self._name(placed)) for placed in self._placed(root)]}
            for number, root in enumerate(roots)
        ]
        return json.dumps({"frames": told}, ensure_ascii=False, indent=1).encode()

    def region(self) -> bytes:
        """One YAML flow mapping a node of the settings region."""
        lines, said = [], ""
        for root in (n for n in self._view.nodes if n.role == "RootWebArea"):
            for placed in self._placed(root):
                if not placed.inside or placed.node.role in _SILENT_ROLES:
                    continue
                name = self._name(placed)
                if placed.node.role == "StaticText" and name in said:
                    continue
                said = name
                lines.append(f"- {json.dumps(_fields(placed, name), ensure_ascii=False)}")
        return ("\n".join(lines) + "\n").encode()

    def _placed(self, root: Node) -> Iterator[Placed]:
        index = {n.id: n for n in self._view.nodes if n.frame == root.frame and n.session is root.session}
        stack = [(0, root, False)]
        while stack:
            depth, node, above = stack.pop()
            home = self._homes.get((node.session, node.backend_id))
            inside = above if home is None else home[0].keeps(home[1])
            if node.role not in _LISTED and not node.ignored:
                yield Placed(depth, node, home, inside)
            below = depth if node.ignored else depth + 1
            stack.extend((below, index[c], inside) for c in reversed(node.children) if c in index)

    def _name(self, placed: Placed) -> str:
        name, home = placed.node.name, placed.home
        if home is not None and placed.node.role == "RootWebArea":
            return masked_title(name, home[0], self._masker, self._where)
        if placed.inside or (home is not None and home[0].says_nothing_new(name)):
            return self._masker.text(name, self._where)
        return self._masker.hide(home[0].kind(home[1]) if home else "outside", name, self._where)


def _fields(placed: Placed, name: str) -> dict[str, object]:
    node = placed.node
    fields: dict[str, object] = {"depth": placed.depth, "role": node.role, "name": name}
    states = {"checked": node.checked, "pressed": node.pressed, "disabled": node.disabled or None}
    return fields | {key: value for key, value in states.items() if value is not None}
