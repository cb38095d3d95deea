"""Which lines of a shell's profile stand by themselves: in no text, here-document, condition or function.

No shell is imitated: quotes, here-documents, joined lines and the words that open and close a block are
followed, and a file in which they do not come out even is not understood.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from withhold.machine.edit.interface import CannotEdit

_HEREDOC = re.compile(r"<<(?P<dash>-?)[ \t]*(?P<quote>['\"]?)(?P<word>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)")
_WORD = re.compile(r"[^\s;&|()<>\"'\\`$#{}]+")
_LEAVES = re.compile(r"(?:return|exit|exec)\b")
_OPENS_A_COMMAND = frozenset({"then", "do", "else", "elif", "if", "while", "until", "!", "time"})

POSIX: Mapping[str, str] = {
    "if": "fi",
    "case": "esac",
    "for": "done",
    "while": "done",
    "until": "done",
    "select": "done",
    "foreach": "end",
}
FISH: Mapping[str, str] = dict.fromkeys(("if", "while", "for", "switch", "function", "begin"), "end")


@dataclass
class _Reader:
    """Reads a text from its beginning. ``open`` are the words or signs that have still to come."""

    text: str
    blocks: Mapping[str, str]
    at: int = 0
    open: list[str] = field(default_factory=list)
    waiting: list[tuple[str, bool]] = field(default_factory=list)
    command: bool = True
    """Whether the next word is a command."""
    left: bool = False
    """Whether a command that leaves the file stood by itself."""

    def step(self) -> None:
        """Take the next piece."""
        sign = self.text[self.at]
        if sign == "\n":
            self.new_line()
        elif sign in "'\"":
            self.quoted(sign)
        elif sign == "\\":
            self.escaped()
        elif sign == "#" and self.begins_word():
            self.at = _until(self.text, "\n", self.at)
        elif self.blocks is POSIX and (found := _HEREDOC.match(self.text, self.at)) is not None:
            self.waiting.append((found["word"], bool(found["dash"])))
            self.at = found.end()
        elif self.text.startswith("((", self.at):
            self.at = self.behind("))", self.at + 2)
        elif self.text.startswith("${", self.at):
            self.at = self.behind("}", self.at + 2)
        elif sign in "(){}":
            self.bracket(sign)
        else:
            self.word(sign)

    def new_line(self) -> None:
        self.at += 1
        self.command = True
        for word, indented in self.waiting:
            self.skip_document(word, indented=indented)
        self.waiting.clear()

    def skip_document(self, word: str, *, indented: bool) -> None:
        while self.at < len(self.text):
            end = _until(self.text, "\n", self.at)
            body = self.text[self.at : end].rstrip("\r")
            self.at = min(end + 1, len(self.text))
            if (body.lstrip("\t") if indented else body) == word:
                return
        raise CannotEdit("a here-document in it does not end")

    def quoted(self, sign: str) -> None:
        """To the end of a text. Only in double quotes (and fish's single ones) a backslash keeps the next."""
        self.at += 1
        escapes = sign == '"' or self.blocks is FISH or self.text[self.at - 2 : self.at - 1] == "$"
        while self.at < len(self.text) and self.text[self.at] != sign:
            self.at += 2 if escapes and self.text[self.at] == "\\" else 1
        if self.at >= len(self.text):
            raise CannotEdit("a text in it does not end")
        self.at += 1
        self.command = False

    def escaped(self) -> None:
        """A sign that means itself, or a line that goes on."""
        rest = self.text[self.at + 1 :]
        if not rest.strip("\r\n") and len(rest) < 3:
            raise CannotEdit("its last line goes on")
        self.at += 3 if rest.startswith("\r\n") else 2

    def begins_word(self) -> bool:
        return self.at == 0 or self.text[self.at - 1] in " \t\n;&|("

    def behind(self, end: str, at: int) -> int:
        found = self.text.find(end, at)
        if found < 0:
            raise CannotEdit("a bracket in it does not close")
        return found + len(end)

    def bracket(self, sign: str) -> None:
        self.at += 1
        closing = {"(": ")", "{": "}"}.get(sign)
        if closing is not None and (sign == "(" or self.blocks is POSIX):
            self.open.append(closing)
        elif self.open and self.open[-1] == sign:
            self.open.pop()
        elif not (sign == ")" and "esac" in self.open) and self.blocks is POSIX:
            raise CannotEdit("a bracket in it closes nothing")
        self.command = True

    def word(self, sign: str) -> None:
        found = _WORD.match(self.text, self.at)
        if found is None:
            self.at += 1
            self.command = self.command if sign in " \t\r" else sign in ";&|`"
            return
        self.at = found.end()
        word, first = found.group(), self.command
        self.command = first and word in _OPENS_A_COMMAND
        if first and word in self.blocks:
            self.open.append(self.blocks[word])
        elif first and self.open and word == self.open[-1]:
            self.open.pop()
        elif first and _LEAVES.match(word) and not self.open:
            self.left = True


def top_level(text: str, blocks: Mapping[str, str]) -> tuple[list[bool], bool]:
    """For each line of ``text`` whether it stands by itself, and whether the file is left before its end.

    A line that goes on from the one before counts as standing within it. Raises :class:`CannotEdit`.
    """
    reader = _Reader(text, blocks)
    found: list[bool] = []
    starts = list(_starts(text))
    for start in starts:
        while reader.at < start:
            reader.step()
        found.append(reader.at == start and not reader.open and not _joined(text, start))
    while reader.at < len(text):
        reader.step()
    if reader.open or reader.waiting:
        raise CannotEdit("something that was opened in it is not closed before its end")
    return found, reader.left


def _starts(text: str) -> Iterator[int]:
    at = 0
    while at < len(text):
        yield at
        at = _until(text, "\n", at) + 1


def _joined(text: str, start: int) -> bool:
    before = text[:start].removesuffix("\n").removesuffix("\r")
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _until(text: str, sign: str, at: int) -> int:
    found = text.find(sign, at)
    return len(text) if found < 0 else found
