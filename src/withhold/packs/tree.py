"""YAML as a tree of strings with places.

Every scalar stays the text that stands in the file (``no`` is "no", ``2025-08-28`` is text), so nothing
is guessed. What makes a file hard to read, or slow to expand, is refused: anchors, aliases, merge keys, tags,
duplicate keys, several documents, deep nesting, NULs, and files over 2 MB.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Never, TypeAlias

from withhold.packs.problem import START, Mark, Reports

MAX_BYTES = 2_000_000
MAX_DEPTH = 24
_HALF = re.compile("[\ud800-\udfff]")
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. ``plain`` tells an unquoted ``null`` from the word in quotes."""

    value: str
    plain: bool
    mark: Mark

    @property
    def is_null(self) -> bool:
        return self.plain and self.value in NULLS


@dataclass(slots=True)
class Items:
    mark: Mark
    items: "list[Node]" = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A mapping. The mark of an entry is that of its key: that is where a reader looks."""

    mark: Mark
    entries: "dict[str, Node]" = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    waiting: Text | None = None
    """Key whose value has not been read yet."""


Node: TypeAlias = Text | Items | Table


class _Stop(Exception):
    """The rest of the file cannot be read; the reason has been reported."""


def parse(data: bytes, reports: Reports, *, pure: bool = False) -> Node | None:
    """The tree of one file; ``None`` if it is refused, with the reasons in ``reports``. Never raises.

    libyaml reads it where PyYAML was built with it, else (or if ``pure``) PyYAML itself, ten times slower.
    """
    import yaml

    text = _text(data, reports)
    if text is None:
        return None
    try:
        return _Builder(reports).build(_events(text, pure=pure))
    except _Stop:
        return None
    except (yaml.YAMLError, ValueError) as problem:  # PyYAML's own parser lets chr() of a bad escape through
        reports.add(_mark_of_error(problem, text), "yaml", _first_line(problem))
        return None


def _text(data: bytes, reports: Reports) -> str | None:
    if len(data) > MAX_BYTES:
        reports.add(START, "too_large", f"a pack has at most {MAX_BYTES} bytes; this file has {len(data)}")
        return None
    nul = data.find(b"\0")
    if nul >= 0:
        reports.add(_place(data, nul), "nul", "the file holds a NUL byte")
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        reports.add(_place(data, problem.start), "encoding", "the file is not UTF-8")
        return None


def _place(data: bytes, offset: int) -> Mark:
    before = data[:offset]
    return Mark(before.count(b"\n") + 1, offset - before.rfind(b"\n"))


def _events(text: str, *, pure: bool) -> Iterator[Any]:
    import yaml

    loader: Any = yaml.BaseLoader if pure else getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    events: Iterator[Any] = yaml.parse(text, Loader=loader)
    return events


def _mark(raw: Any) -> Mark:
    return START if raw is None else Mark(raw.line + 1, raw.column + 1)


def _mark_of_error(problem: Exception, text: str) -> Mark:
    """Where to look: what was never closed is found at its opening, at worst at the last thing written."""
    place, context = getattr(problem, "problem_mark", None), getattr(problem, "context_mark", None)
    at_end = place is not None and place.index >= len(text)
    found = _mark((context or place) if at_end else (place or context))
    written = text.rstrip()
    last = Mark(written.count("\n") + 1, len(written) - written.rfind("\n") - 1)
    return min(found, last) if at_end else found


def _first_line(problem: Exception) -> str:
    said = getattr(problem, "problem", None) or getattr(problem, "reason", None) or str(problem)
    return "not valid YAML: " + " ".join(str(said).split())


class _Builder:
    """Turns parser events into the tree, with a stack of its own instead of recursion."""

    def __init__(self, reports: Reports) -> None:
        self.reports = reports
        self.stack: list[Items | Table] = []
        self.root: Node | None = None

    def build(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            self._take(type(event).__name__, event)
        if self.root is None:
            self.reports.add(START, "empty", "the file is empty")
        return self.root

    def _take(self, name: str, event: Any) -> None:
        mark = _mark(event.start_mark)
        self._refuse_cleverness(name, event, mark)
        match name:
            case "ScalarEvent":
                self._place(self._scalar(event, mark))
            case "SequenceStartEvent":
                self._open(Items(mark))
            case "MappingStartEvent":
                self._open(Table(mark))
            case "SequenceEndEvent" | "MappingEndEvent":
                self.stack.pop()
            case "DocumentStartEvent" if self.root is not None:
                self._stop(mark, "documents", "a pack is one YAML document")

    def _refuse_cleverness(self, name: str, event: Any, mark: Mark) -> None:
        if name == "AliasEvent":
            self._stop(mark, "alias", f"aliases are not used in packs: *{event.anchor}")
        if getattr(event, "anchor", None):
            self._stop(mark, "anchor", f"anchors are not used in packs: &{event.anchor}")
        if getattr(event, "tag", None):
            self._stop(mark, "tag", f"tags are not used in packs: {event.tag}")

    def _scalar(self, event: Any, mark: Mark) -> Text:
        if not event.value.isascii() and _HALF.search(event.value):
            self._stop(mark, "encoding", "half a character cannot be written as UTF-8")
        return Text(event.value, event.style in (None, ""), mark)

    def _open(self, node: Items | Table) -> None:
        self._place(node)
        self.stack.append(node)
        if len(self.stack) > MAX_DEPTH:
            self._stop(node.mark, "too_deep", f"nested deeper than {MAX_DEPTH} levels")

    def _place(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif parent.waiting is None:
            parent.waiting = self._key(node)
        else:
            self._enter(parent, parent.waiting, node)
            parent.waiting = None

    def _key(self, node: Node) -> Text:
        if not isinstance(node, Text):
            self._stop(node.mark, "key", "a key is a plain word")
        if node.value == "<<":
            self._stop(node.mark, "merge_key", "merge keys (<<) are not used in packs")
        return node

    def _enter(self, table: Table, key: Text, node: Node) -> None:
        if key.value in table.entries:
            first = table.marks[key.value].line
            self.reports.add(key.mark, "duplicate_key", f"{key.value!r} stands already in line {first}")
            return
        table.entries[key.value] = node
        table.marks[key.value] = key.mark

    def _stop(self, mark: Mark, code: str, message: str) -> Never:
        self.reports.add(mark, code, message)
        raise _Stop
