"""What of a page is kept and what is masked: one decision for the picture, the outline and the saved page.

Outside the settings region every text is masked unless it is a name that the pack publishes. Inside it, and
on a full page that the person asked for, places that show who is signed in or list conversations are masked,
and in the rest e-mail addresses, token-like strings and everything personal that was found elsewhere.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files

from withhold.controls.capturing.dom import ELEMENT, TEXT, Document, Dom
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.styles import says_something
from withhold.controls.mask import EMAIL, IDENTIFIER
from withhold.controls.phrases import OFF_WORDS, ON_WORDS, SAVE_WORDS, SIGN_IN_WORDS, normal

_DATA: dict[str, list[str]] = tomllib.loads(
    files("withhold.controls.capturing").joinpath("personal.toml").read_text(encoding="utf-8")
)
_WORDS = {key: tuple(normal(word) for word in words) for key, words in _DATA.items()}
UI_WORDS = ON_WORDS | OFF_WORDS | SAVE_WORDS | SIGN_IN_WORDS
_LANDMARKS = frozenset({"nav", "aside", "header", "footer"})
_LANDMARK_ROLES = frozenset({"navigation", "complementary", "banner", "contentinfo", "menu", "menubar"})
_LISTS = frozenset({"ul", "ol"})
_LIST_ROLES = frozenset({"list", "listbox", "tree", "feed"})
_NAMING = ("aria-label", "alt", "title", "data-testid", "id")
_SECTIONS = frozenset({"section", "article", "fieldset", "dialog", "form", "nav", "aside", "main"})
_SECTION_ROLES = frozenset({"region", "dialog", "alertdialog", "tabpanel", "group", "form", "main"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "legend"})
_CHOICES = frozenset({"option", "optgroup", "label", "legend"})
_HIDING = re.compile(r"(?:^|;)(?:display:none|visibility:hidden)")
_NO_TEXT = frozenset({"checkbox", "radio", "submit", "button", "reset", "range", "image"})
_LOWEST = 80
"""CSS px. A section lower than this is a row, not a region (as the finder has it)."""
_MANY = 3
_LONGEST_NAME = 60
_BLOCK_LEVELS = 4


@dataclass(slots=True)
class Plan:
    """Decisions over one document and its frames. ``region`` is ``None`` where no section was found."""

    document: Document
    region: Dom | None
    whole: bool
    """The person asked for the full page: the region is everything."""
    public: frozenset[str]
    inside: set[Dom] = field(default_factory=set)
    personal: dict[Dom, str] = field(default_factory=dict)
    """Elements that are masked whole, with the kind; all below them is masked too."""

    def keeps(self, node: Dom) -> bool:
        """Whether a text, or an element's own names, stay but for personal patterns."""
        return node in self.inside and node not in self.personal

    def says_nothing_new(self, text: str) -> bool:
        """Whether a text outside the region is published anyway: a name of the pack, or on, off, save."""
        return normal(text) in self.public or normal(text) in UI_WORDS

    def kind(self, node: Dom) -> str:
        return self.personal.get(node, "outside")


def plan(document: Document, control: Dom | None, *, whole: bool, public: Iterable[str]) -> Plan:
    """Decide for ``document``. ``control`` is the element that the run is about, if it was found."""
    region = None if control is None else region_of(control)
    made = Plan(document, region, whole, frozenset(normal(text) for text in public) - {""})
    roots = [d.root for d in document.inner()] if whole else [region] if region else []
    for root in roots:
        made.inside.update(_entered(root))
    lineage = set() if control is None else {control, *control.above()}
    for part in document.inner():
        for node in part.root.walk():
            kind = _personal_kind(node)
            if kind is not None and node not in lineage and node not in made.personal:
                made.personal.update(dict.fromkeys(_entered(node), kind))
            made.personal.update(dict.fromkeys(_split_address(node), "e-mail"))
        for node in _unseen(part, lineage):
            if node in made.inside:
                made.personal.setdefault(node, "unseen")
    return made


def _unseen(part: Document, lineage: Collection[Dom]) -> Iterator[Dom]:
    """What the page holds and does not show, but for choices and names of other things. Where nothing is laid
    out, as in a page that was only read, that is what says so itself."""
    nodes = list(part.root.walk())
    if not any(node.box for node in nodes):
        for node in nodes:
            if node not in lineage and _says_hidden(node):
                yield from (inner for inner in node.walk() if inner not in lineage)
        return
    seen: set[Dom] = set(lineage)
    for node in reversed(nodes):
        drawn = bool(node.drawn) if node.kind == TEXT else node.box is not None
        if (drawn and not _invisible(node)) or any(child in seen for child in node.children):
            seen.add(node)
    naming = {name for node in nodes for name in node.attribute("aria-labelledby").split()}
    for node in nodes:
        if node not in seen and not _names_others(node, naming):
            yield node


def _names_others(node: Dom, naming: Collection[str]) -> bool:
    return any(n.name in _CHOICES or n.attribute("id") in naming for n in (node, *node.above()))


def _says_hidden(node: Dom) -> bool:
    style = node.attribute("style").replace(" ", "").casefold()
    return node.name == "template" or "hidden" in node.attributes or _HIDING.search(style) is not None


def _invisible(node: Dom) -> bool:
    return node.hidden or (node.kind == TEXT and node.parent is not None and node.parent.hidden)


def region_of(control: Dom) -> Dom | None:
    """The section that holds a control: the nearest one with a heading, else ``main``."""
    for node in control.above():
        if node.kind != ELEMENT or not _is_section(node):
            continue
        if node.name == "main" or node.attribute("role") == "main":
            return node
        tall = node.box is None or node.box.height >= _LOWEST
        if tall and any(n.name in _HEADINGS or n.attribute("role") == "heading" for n in node.walk()):
            return node
    return None


def learn(made: Plan, masker: Masker, protected: Collection[str]) -> None:
    """Tell ``masker`` the names, addresses and titles that the page shows, to mask them everywhere.

    ``protected`` are texts that stay readable: labels of the control itself.
    """
    kept = {normal(text) for text in protected} | made.public | UI_WORDS
    for kind, value in _found(made):
        plain = normal(value)
        if kind == "e-mail" or (plain not in kept and not any(plain in label for label in kept)):
            masker.know(kind, value)


def _found(made: Plan) -> Iterator[tuple[str, str]]:
    shown = " ".join(normal(node.text) for node in made.inside if node.kind == TEXT and made.keeps(node))
    for part in made.document.inner():
        for node in part.root.walk():
            if node.pseudo and says_something(node.text) and normal(node.text) not in shown:
                yield "style-text", node.text
            yield from (("e-mail", address) for address in _addresses(node))
        yield from _names_and_titles(part, made)


def _names_and_titles(part: Document, made: Plan) -> Iterator[tuple[str, str]]:
    previous = ""
    for text in part.root.texts():
        if EMAIL.search(text.text) and text not in made.inside:
            yield from (("name", name) for name in _beside(text))
        if normal(previous) in _WORDS["name"]:
            yield "name", text.text
        previous = text.text
        if made.personal.get(text) == "account" and _name_like(text.text):
            yield "name", text.text
        if _is_title(text, made):
            yield "title", text.text


def _addresses(node: Dom) -> Iterator[str]:
    """E-mail addresses in a text, in attributes and scripts too, and in the texts of one element together."""
    together = "".join(child.text for child in node.children if child.kind == TEXT)
    for told in (node.text, node.value or "", together, *node.attributes.values()):
        if "@" in told:
            yield from (found.group() for found in EMAIL.finditer(told))


def _beside(address: Dom) -> Iterator[str]:
    """Texts in the smallest block that shows an address and something before it: mostly the name."""
    for level, block in enumerate(address.above()):
        texts = list(block.texts())
        if level >= _BLOCK_LEVELS or len(texts) > 2 * _BLOCK_LEVELS:
            return
        before = texts[: texts.index(address)]
        if before:
            yield from (text.text for text in before if _name_like(text.text))
            return


def _name_like(text: str) -> bool:
    plain = " ".join(text.split())
    spoken = normal(plain)
    return (
        1 < len(plain) <= _LONGEST_NAME
        and len(plain.split()) <= _BLOCK_LEVELS
        and any(c.isalpha() for c in plain)
        and not plain[0].islower()
        and not any(word in spoken for word in _WORDS["account"])
    )


def _is_title(text: Dom, made: Plan) -> bool:
    """A text in a link to something with an id, or in a list of links outside the region."""
    link = next((n for n in text.above() if n.name == "a"), None)
    if link is None or text in made.inside or len(text.text.strip()) <= _MANY:
        return False
    return _leads_to_an_id(link) or made.personal.get(text) == "titles"


def _leads_to_an_id(link: Dom) -> bool:
    path = link.attribute("href").partition("?")[0].partition("#")[0]
    return any(
        IDENTIFIER.match(part) or (len(part) >= 6 and any(c.isdigit() for c in part))
        for part in path.split("/")
    )


def _entered(root: Dom) -> Iterator[Dom]:
    """``root`` and all below it, frames included."""
    for node in root.walk():
        yield node
        if node.frame is not None:
            yield from _entered(node.frame.root)


def _split_address(node: Dom) -> Iterator[Dom]:
    """Texts of one element that are an e-mail address only together (``jo<wbr>@example.org``)."""
    texts = [child for child in node.children if child.kind == TEXT]
    if len(texts) < 2 or not any("@" in text.text for text in texts):
        return
    at, whole = 0, "".join(text.text for text in texts)
    spans = [found.span() for found in EMAIL.finditer(whole)]
    for text in texts:
        begin, at = at, at + len(text.text)
        if any(first < at and begin < last for first, last in spans):
            yield text


def _personal_kind(node: Dom) -> str | None:
    if node.kind != ELEMENT:
        return None
    role = node.attribute("role")
    if is_field(node):
        return "field"
    if _about_the_person(node):
        return "account"
    if node.name in _LANDMARKS or role in _LANDMARK_ROLES:
        return "navigation"
    if (node.name in _LISTS or role in _LIST_ROLES) and _lists_conversations(node):
        return "titles"
    if _is_section(node) and any(word in normal(node.attribute("aria-label")) for word in _WORDS["history"]):
        return "titles"
    return None


def _about_the_person(node: Dom) -> bool:
    if node.name not in {"img", "button", "a", "summary", "svg", "picture"} and not node.attribute("role"):
        return False
    if _is_section(node):
        return False
    named = normal(" ".join(node.attribute(key) for key in _NAMING).replace("-", " ").replace("_", " "))
    return any(word in named for word in _WORDS["account"])


def _lists_conversations(node: Dom) -> bool:
    links = [n for n in node.walk() if n.name == "a"]
    return bool(links) and (len(links) >= _MANY or any(map(_leads_to_an_id, links)))


def _is_section(node: Dom) -> bool:
    return node.name in _SECTIONS or node.attribute("role") in _SECTION_ROLES


def is_field(node: Dom) -> bool:
    """A field whose content the person wrote; boxes, buttons and lists of choices are none."""
    if node.name == "textarea" or node.attributes.get("contenteditable") in {"", "true"}:
        return True
    return node.name == "input" and node.attribute("type").casefold() not in _NO_TEXT
