"""HTML text as the same tree that a browser's snapshot gives, as well as a parser without a browser can."""

from html.parser import HTMLParser

from withhold.controls.capturing.dom import COMMENT, DOCUMENT, ELEMENT, TEXT, Document, Dom
from withhold.controls.capturing.tables import VOID

_CLOSES_ITSELF = {
    "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "p": {"p"}, "option": {"option"},
    "tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"},
}  # fmt: skip
_DEEPEST = 150
"""Levels. What lies deeper hangs from the last one: a tree of any depth must not exhaust the stack."""


def parse_html(text: str, url: str = "") -> Document:
    """The tree of ``text``. Never raises for what a page may hold; forms' state is that of the attributes."""
    parser = _Builder()
    parser.feed(text)
    parser.close()
    titles = [n for n in parser.root.walk() if n.name == "title"]
    title = "".join(t.text for t in titles[0].children).strip() if titles else ""
    return Document(root=parser.root, url=url, title=title)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Dom(DOCUMENT, "#document")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open[-1].name in _CLOSES_ITSELF.get(tag, ()):
            self._open.pop()
        node = self._open[-1].add(
            Dom(ELEMENT, tag, attributes={k.casefold(): v or "" for k, v in reversed(attrs)})
        )
        if tag == "input":
            node.checked = "checked" in node.attributes
        if tag == "option":
            node.checked = "selected" in node.attributes
        if tag not in VOID and len(self._open) < _DEEPEST:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if any(node.name == tag for node in self._open[1:]):
            while self._open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].add(Dom(TEXT, "#text", data))

    def handle_comment(self, data: str) -> None:
        self._open[-1].add(Dom(COMMENT, "#comment", data))
