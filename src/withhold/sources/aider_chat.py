"""One chat of aider's history: whose each line is.

A person's lines begin with ``####``, the program's with ``>``, the others are the model's. The first
prompt of a file tells how its prompts are marked: aider ends their lines with two spaces, which tells them
from headings of the same level in answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from withhold.model.conversation import Unrecognised
from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.interface import Damaged, Entry, Limits

_ASKING = ("/ask", "/code", "/architect", "/context", "/help")
"""Commands whose further words are sent to the model."""
_END_OF_ANSWER = "> Tokens:"
_CHUNK = 1 << 18


@dataclass(slots=True)
class Marks:
    """How the prompts of a file are marked: ``None`` until the first one."""

    two_spaces: bool | None = None

    def is_prompt(self, line: str) -> bool:
        """Whether a line is a person's."""
        if not line.startswith("#### "):
            return False
        marked = line.endswith("  ")
        if self.two_spaces is None:
            self.two_spaces = marked
        return marked or not self.two_spaces


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one author. ``words`` tells a prompt from others; no text is kept."""

    author: Author
    size: int
    words: bytes | None = None


@dataclass(slots=True)
class Chat:
    """A chat while it is read, line by line."""

    start: str
    began: When
    marks: Marks
    _parts: list[Part] = field(default_factory=list)
    _opening: list[str] = field(default_factory=list)
    _prompt: list[str] = field(default_factory=list)
    _answer: int = 0
    _tool: int = 0

    @property
    def id(self) -> str:
        """The same for the same chat in any copy of the history, though it grows."""
        return f"aider-{digest(chr(10).join([self.start, *self._opening])).hex()[:32]}"

    def add(self, line: str) -> None:
        """Take the next line."""
        if self.marks.is_prompt(line):
            if not self._prompt:
                self._flush_answer()
            self._prompt.append(line[5:].strip())
            return
        self._flush_prompt()
        if line.startswith(">"):
            self._tool += len(line)
            if not self._parts and len(self._opening) < 20:
                self._opening.append(line)
            if line.startswith(_END_OF_ANSWER):
                self._flush_answer()
        else:
            self._answer += len(line.strip())

    def unread(self) -> None:
        """Note that something could not be read here."""
        self._flush_answer()
        self._parts.append(Part(Author.OTHER, 0))

    def finished(self) -> list[Part]:
        """All parts in order."""
        self._flush_answer()
        return self._parts

    def _flush_prompt(self) -> None:
        if not self._prompt:
            return
        text = "\n".join(self._prompt)
        self._prompt = []
        if not any(part.author is Author.HUMAN for part in self._parts):
            self._opening.append(text)
        self._parts.append(Part(_author(text), len(text), digest(text)))

    def _flush_answer(self) -> None:
        self._flush_prompt()
        if self._answer:
            self._parts.append(Part(Author.MODEL, self._answer))
        if self._tool:
            self._parts.append(Part(Author.OTHER, self._tool))
        self._answer = self._tool = 0


def _author(text: str) -> Author:
    """Commands are carried out by the program, save those that ask the model something."""
    if not text.startswith(("/", "!")):
        return Author.HUMAN if text.strip() else Author.OTHER
    asking = text.startswith(_ASKING) and len(text.split()) > 1
    return Author.HUMAN if asking else Author.OTHER


def digest(text: str) -> bytes:
    """Tells texts apart, spaces at their ends aside."""
    lines = "\n".join(line.strip() for line in text.strip().split("\n"))
    return sha256(lines.encode("utf-8", "replace")).digest()


def text_lines(entry: Entry, limits: Limits) -> Iterator[str | Unrecognised]:
    """The lines of a text as they stand. One that is longer than an item may be is named and left out."""
    rest = b""
    lost = 0
    try:
        stream = entry.open()
        try:
            while chunk := stream.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line.decode("utf-8", "replace").removesuffix("\r")
                if len(rest) > limits.item_bytes:
                    lost, rest = lost + 1, b""
        finally:
            stream.close()
    except Damaged as damage:
        yield Unrecognised(entry.path, f"{damage}; everything from here on is lost")
    if rest:
        yield rest.decode("utf-8", "replace").removesuffix("\r")
    if lost:
        yield Unrecognised(entry.path, f"{lost} parts of lines larger than {limits.item_bytes} bytes")
