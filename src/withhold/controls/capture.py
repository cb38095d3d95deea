"""Pictures and accessibility outlines of the settings section, with personal text masked.

No cookies, headers, HAR or traces are kept. What could not be taken is listed with its reason.
"""

import json
from dataclasses import replace

from withhold.controls.driver import BrowserError, ElementHandle, Locator, Page
from withhold.controls.lens import Lens, Node, View
from withhold.controls.mask import EMAIL, SECRET, mask_text
from withhold.model.evidence import Artifact

_TALLEST = 3000
"""CSS px. A section higher than this is shown as far as the window does."""
_LIMIT_MS = 8000
_FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=submit]):not([type=button]), textarea"
_SILENT_ROLES = frozenset({"InlineTextBox", "generic", "none", "LineBreak", "ListMarker"})


class Camera:
    """Collects the captures of one run. ``notes`` says where a picture shows something else than asked."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._page: Page = lens.page
        self.artifacts: list[Artifact] = []
        self.missing: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def take(self, stage: str, view: View, control: Node | None) -> None:
        """``<stage>.png`` and ``<stage>.aria.yml`` of the section around ``control``, else of the window."""
        try:
            self._keep(f"{stage}.png", "image/png", self._picture(stage, control))
        except BrowserError as problem:
            self.missing.append((f"{stage}.png", _reason(problem)))
        try:
            self._keep(f"{stage}.aria.yml", "text/yaml", self._outline(view, control))
        except BrowserError as problem:
            self.missing.append((f"{stage}.aria.yml", _reason(problem)))

    def without(self, stage: str, reason: str) -> None:
        """Say that a stage was due and could not be captured."""
        self.missing += [(f"{stage}.png", reason), (f"{stage}.aria.yml", reason)]

    def rename(self, stage: str, new: str) -> None:
        """Give the captures of a stage another name: it turned out to be another one."""
        self.artifacts = [_renamed(a, stage, new) for a in self.artifacts]
        self.missing = [
            (f"{new}{name.removeprefix(stage)}" if name.startswith(f"{stage}.") else name, why)
            for name, why in self.missing
        ]
        self.notes = [
            f"{new}{note.removeprefix(stage)}" if note.startswith(f"{stage}.") else note
            for note in self.notes
        ]

    def _keep(self, name: str, media_type: str, data: bytes) -> None:
        self.artifacts.append(Artifact(name, media_type, data))

    def _picture(self, stage: str, control: Node | None) -> bytes:
        masks = _personal(self._page)
        section = self._section_element(control)
        if section is not None:
            return section.screenshot(mask=masks, animations="disabled", timeout=_LIMIT_MS)
        if control is not None:
            self._lens.call(control, "reveal")
        self.notes.append(f"{stage}.png shows the window: no section of fitting size around the control")
        return self._page.screenshot(mask=masks, animations="disabled", timeout=_LIMIT_MS)

    def _section_element(self, control: Node | None) -> ElementHandle | None:
        element = self._lens.handle(control, "sectionOf") if control else None
        box = element.bounding_box() if element else None
        return element if box and 0 < box["height"] <= _TALLEST and box["width"] > 0 else None

    def _outline(self, view: View, control: Node | None) -> bytes:
        section = self._lens.related(view, control, "sectionOf") if control else None
        root = section or next((n for n in view.nodes if n.role == "RootWebArea"), None)
        lines = _lines(view, root) if root else []
        return ("\n".join(lines) + "\n").encode()


def _renamed(artifact: Artifact, stage: str, new: str) -> Artifact:
    head, dot, tail = artifact.name.partition(".")
    return replace(artifact, name=f"{new}{dot}{tail}") if head == stage else artifact


def _lines(view: View, root: Node) -> list[str]:
    """One YAML flow mapping a node: depth, role, name, and state where it has one."""
    said, lines = "", []
    for depth, node in view.inside(root):
        text = node.role == "StaticText"
        if node.ignored or node.role in _SILENT_ROLES or (text and node.name in said):
            continue
        said = node.name
        fields: dict[str, object] = {"depth": depth, "role": node.role, "name": mask_text(node.name)}
        states = {"checked": node.checked, "pressed": node.pressed, "disabled": node.disabled or None}
        fields.update({key: value for key, value in states.items() if value is not None})
        lines.append(f"- {json.dumps(fields, ensure_ascii=False)}")
    return lines


def _personal(page: Page) -> list[Locator]:
    """What is painted over in pictures: elements with an e-mail address or a secret, and text fields."""
    return [
        locator
        for frame in page.frames
        for locator in (frame.get_by_text(EMAIL), frame.get_by_text(SECRET), frame.locator(_FIELDS))
    ]


def _reason(problem: BrowserError) -> str:
    return mask_text(problem.message.splitlines()[0])[:200]
