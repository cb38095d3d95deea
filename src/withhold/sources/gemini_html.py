"""Items of a My Activity page of Google Takeout, one cell in memory at a time.

The page is cut at its ``outer-cell`` marks and each cell is taken apart by itself, so that a broken cell
costs no other, and nothing is ever built as a tree. Scripts and styles are passed over.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from withhold.sources.gemini_dates import Stamp, stamp_of
from withhold.sources.interface import Damaged, Entry, Limits
from withhold.sources.json_scanner import Raw, Skipped

_CHUNK = 1 << 18
_CELL = re.compile(rb"<div\s[^<>]{0,300}?\bouter-cell\b")
_KEEP = 400
"""Bytes that a cell's mark may be cut in."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)([^<>]*+)>|<![^<>]*+>")
"""Never goes back, and never looks beyond the next bracket: markup costs no more than its length."""
_CLASS = re.compile(r"""\bclass\s*=\s*["']?([^"'>]*)""")
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]*)""")
_BLOCKS = frozenset(
    ["p", "div", "ul", "ol", "li", "pre", "table", "tr", "td", "blockquote", "hr"]
    + [f"h{number}" for number in range(1, 7)]
)
_SILENT = frozenset({"script", "style"})
_HEAD = 200
"""Characters of a line that are looked at: verbs and dates are short."""
_APP = re.compile(r"gemini\.google\.com/(?:u/\d+/)?(?:app|gem/[\w-]+)/([\w-]{1,80})")


def conversation_in(link: object) -> str | None:
    """The id of a conversation in a link to it."""
    found = _APP.search(link) if isinstance(link, str) else None
    return found.group(1) if found else None


@dataclass(slots=True)
class Cell:
    """One item of a page. ``said`` is the first line, verb included; ``answer`` counts characters."""

    product: str = ""
    said: str = ""
    asked: int = 0
    answer: int = 0
    stamp: Stamp | None = None
    conversation: str | None = None
    links: list[str] = field(default_factory=list)


def cells_of(entry: Entry, limits: Limits) -> Iterator[Raw | Skipped]:
    """The cells of a page, from mark to mark, undecoded. What stands before the first is passed over."""
    buffer = bytearray()
    base, started = 0, False
    try:
        stream = entry.open()
    except Damaged as damage:
        yield Skipped(0, str(damage), rest=True)
        return
    too_long = False
    try:
        while chunk := stream.read(_CHUNK):
            fresh = max(len(buffer) - _KEEP, 1 if started else 0)
            buffer += chunk
            while found := _CELL.search(buffer, fresh):
                if started:
                    yield _cell(base, buffer[: found.start()], too_long=too_long, limits=limits)
                base += found.start()
                del buffer[: found.start()]
                started, too_long, fresh = True, False, 1
            if not started or len(buffer) > limits.item_bytes:
                too_long = started
                base += max(len(buffer) - _KEEP, 0)
                del buffer[:-_KEEP]
        if started:
            yield _cell(base, buffer, too_long=too_long, limits=limits)
    except Damaged as damage:
        if started:
            yield _cell(base, buffer, too_long=too_long, limits=limits)
        yield Skipped(base, str(damage), rest=True)
    finally:
        stream.close()


def _cell(base: int, data: bytearray, *, too_long: bool, limits: Limits) -> Raw | Skipped:
    if too_long:
        return Skipped(base, f"an item larger than {limits.item_bytes} bytes")
    return Raw(base, bytes(data))


def cell_of(data: bytes) -> Cell:
    """Take a cell apart."""
    return _taken(data.decode("utf-8", "replace"), _Taking())


def text_size(markup: str) -> int:
    """Characters of text in a piece of markup, scripts and styles left out."""
    return _taken(markup, _Taking(section="main", plain=False)).answer


def _taken(markup: str, taking: "_Taking") -> Cell:
    at = 0
    for tag in _TAG.finditer(markup):
        taking.text(markup[at : tag.start()])
        at = tag.end()
        if tag.group(2):
            taking.tag(tag.group(2).lower(), tag.group(3) or "", closing=bool(tag.group(1)))
    taking.text(markup[at:])
    return taking.finished()


class _Taking:
    """The present section of a cell and what was found so far."""

    def __init__(self, section: str = "", *, plain: bool = True) -> None:
        self._cell = Cell()
        self._section = section
        self._silent: str | None = None
        self._lines: list[str] = [""]
        self._sizes: list[int] = [0]
        self._plain = plain
        """Whether no block has begun: the date stands before the first one."""

    def tag(self, tag: str, attributes: str, *, closing: bool) -> None:
        if self._silent is not None or tag in _SILENT:
            self._silent = None if closing and tag == self._silent else (self._silent or tag)
            return
        classes = (_CLASS.search(attributes) or [""])[0] if tag == "div" and not closing else ""
        if section := _section(classes):
            self._section = section
        elif self._section == "main":
            self._in_main(tag, closing=closing)
        if tag == "a" and not closing and (link := _HREF.search(attributes)):
            self._link(html.unescape(link.group(1)))

    def _in_main(self, tag: str, *, closing: bool) -> None:
        if tag == "br" and self._plain:
            self._lines.append("")
            self._sizes.append(0)
        elif tag in _BLOCKS and not closing:
            self._plain = False

    def _link(self, link: str) -> None:
        """Only Google's own links name the conversation: in the caption, or around the title."""
        title = self._section == "main" and self._plain and len(self._lines) == 1
        if (title or self._section == "caption") and len(self._cell.links) < 20:
            self._cell.links.append(link)

    def text(self, text: str) -> None:
        if self._silent is not None or not text:
            return
        said = html.unescape(text)
        if self._section == "header":
            self._cell.product = (self._cell.product + said)[:200]
        elif self._section == "main":
            self._in_text(said)

    def _in_text(self, said: str) -> None:
        if not self._plain:
            self._cell.answer += len(said.strip())
            return
        self._sizes[-1] += len(said)
        if len(self._lines[-1]) < _HEAD:
            self._lines[-1] += said[:_HEAD]

    def finished(self) -> Cell:
        """The cell, its first lines sorted into prompt, date and answer."""
        cell = self._cell
        dates = [(index, stamp) for index, line in enumerate(self._lines) if (stamp := stamp_of(line))]
        index, cell.stamp = dates[-1] if dates else (len(self._lines), None)
        cell.said = self._lines[0].lstrip("\r\n\t ") if index else ""
        cell.asked = sum(self._sizes[:index])
        after = zip(self._lines[index + 1 :], self._sizes[index + 1 :], strict=True)
        cell.answer += sum(size for line, size in after if line.strip())
        cell.product = cell.product.strip()
        cell.conversation = next((one for link in cell.links if (one := conversation_in(link))), None)
        return cell


def _section(classes: str) -> str:
    if "header-cell" in classes:
        return "header"
    if "content-cell" not in classes:
        return ""
    if "caption" in classes:
        return "caption"
    return "main" if "body-1" in classes and "text-right" not in classes else "aside"
