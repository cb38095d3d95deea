"""Files of lines: INI sections, ``.env`` files, shell profiles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from withhold.machine.edit import shell_lines
from withhold.machine.edit.interface import CannotEdit, Scalar, newline_of

_SECTION = re.compile(r"[ \t]*\[([^\]\r\n]*)\][ \t]*(?:[#;].*)?")
_OPTION = re.compile(r"([A-Za-z0-9_.-]+)([ \t]*[=:][ \t]*)(.*?)([ \t]*)")
_COMMENT = re.compile(r"[ \t]*(?:[#;].*)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SAFE = re.compile(r"[A-Za-z0-9_./:@%+,-]+")


def _word(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lines(text: str) -> list[str]:
    """Lines with their ends, cut at line feeds alone."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


class IniText:
    """INI: ``[section]`` and ``key = value``. A path is a section and a key, or a key before any section."""

    def read(self, text: str) -> object:
        """Sections with their options; options before any section stand at the top."""
        found: dict[str, object] = {}
        held = found
        for number, line in enumerate(_lines(text), 1):
            body = line.rstrip("\r\n")
            if _COMMENT.fullmatch(body):
                continue
            section, option = _SECTION.fullmatch(body), _OPTION.fullmatch(body)
            if section is not None:
                held = {}
                self._once(found, section.group(1), held, number)
            elif option is not None:
                self._once(held, option.group(1), option.group(3), number)
            else:
                raise CannotEdit(f"line {number} is neither a section nor an option")
        return found

    def put(self, text: str, path: Sequence[str], value: Scalar) -> str:
        """Replace the option's text, or add it at the end of its section."""
        if len(path) > 2 or not re.fullmatch(r"[A-Za-z0-9_.-]+", path[-1]):
            raise CannotEdit("an option of an INI file is a section and a key")
        word = _word(value)
        if word != word.strip() or "\n" in word or "\r" in word:
            raise CannotEdit("this value does not fit an INI file")
        wanted = path[0] if len(path) == 2 else None
        lines, newline = _lines(text), newline_of(text)
        held: str | None = None
        last: int | None = -1 if wanted is None else None
        for index, line in enumerate(lines):
            body = line.rstrip("\r\n")
            section, option = _SECTION.fullmatch(body), _OPTION.fullmatch(body)
            if section is not None:
                held = section.group(1)
            if held != wanted:
                continue
            if option is not None and section is None and option.group(1) == path[-1]:
                key, sign, _, tail = option.groups()
                lines[index] = f"{key}{sign}{word}{tail}{line[len(body) :]}"
                return "".join(lines)
            last = index if not _COMMENT.fullmatch(body) else last
        if last is None:
            gap = "" if not text or text.endswith("\n") else newline
            return f"{text}{gap}[{wanted}]{newline}{path[-1]} = {word}{newline}"
        if last >= 0 and not lines[last].endswith("\n"):
            lines[last] += newline
            return "".join(lines) + f"{path[-1]} = {word}"
        lines.insert(last + 1, f"{path[-1]} = {word}{newline}")
        return "".join(lines)

    @staticmethod
    def _once(held: dict[str, object], key: str, value: object, number: int) -> None:
        if key in held:
            raise CannotEdit(f"a key stands there twice (line {number})")
        held[key] = value


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a kind of file sets a variable. ``line`` has groups ``head``, ``name``, ``value``, ``tail``.

    In a profile an assignment that is indented, or not exported, is no plain one: whether it takes effect
    depends on the commands around it.
    """

    line: re.Pattern[str]
    new: str
    blocks: Mapping[str, str] | None
    """Words that open and close a block of a shell; ``None`` where every line has to be a comment or an
    assignment."""


_VALUE = r"(?P<value>'[^'\r\n]*'|\"[^\"\\$`\r\n]*\"|[A-Za-z0-9_./:@%+,-]*)"
_TAIL = r"(?P<tail>[ \t]*(?:[ \t]#.*)?)"
DOTENV = Dialect(
    re.compile(rf"(?P<head>[ \t]*(?:export[ \t]+)?)(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*{_VALUE}{_TAIL}"),
    "{name}={value}",
    blocks=None,
)
SHELL = Dialect(
    re.compile(rf"(?P<head>export[ \t]+)(?P<name>[A-Za-z_]\w*)={_VALUE}{_TAIL}"),
    "export {name}={value}",
    blocks=shell_lines.POSIX,
)
FISH = Dialect(
    re.compile(
        rf"(?P<head>set[ \t]+(?:-gx|-xg|-Ux|-xU|-x[ \t]+-g|-g[ \t]+-x)[ \t]+)"
        rf"(?P<name>[A-Za-z_]\w*)[ \t]+{_VALUE}{_TAIL}"
    ),
    "set -gx {name} {value}",
    blocks=shell_lines.FISH,
)


class Assignments:
    """Files that set variables, one a line. A path is the one name of a variable."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def read(self, text: str) -> object:
        """The variables that plain lines set, by name; a name that is set twice is an error."""
        found: dict[str, object] = {}
        alone, _ = self._alone(text)
        for number, line in enumerate(_lines(text), 1):
            body = line.rstrip("\r\n")
            match = self._dialect.line.fullmatch(body) if alone[number - 1] else None
            if match is None:
                self._require_known(body, number)
                continue
            if match["name"] in found:
                raise CannotEdit(f"a variable is set twice (line {number})")
            found[match["name"]] = _unquoted(match["value"])
        return found

    def put(self, text: str, path: Sequence[str], value: Scalar) -> str:
        """Replace the value of the line that sets the variable, or add a line at the end."""
        if len(path) != 1 or not _NAME.fullmatch(path[0]):
            raise CannotEdit("a variable has one name of letters, digits and _")
        name, word = path[0], _quoted(_word(value))
        lines, (alone, left) = _lines(text), self._alone(text)
        for index, line in enumerate(lines):
            match = self._dialect.line.fullmatch(line.rstrip("\r\n")) if alone[index] else None
            if match is not None and match["name"] == name:
                lines[index] = line[: match.start("value")] + word + line[match.end("value") :]
                return "".join(lines)
        self._require_unset(lines, name)
        if left:
            raise CannotEdit("a command in it leaves the file before its end")
        newline = newline_of(text)
        new = self._dialect.new.format(name=name, value=word)
        return text + new + newline if not text or text.endswith("\n") else text + newline + new

    def _alone(self, text: str) -> tuple[list[bool], bool]:
        """For each line whether it stands by itself, and whether the file is left before its end."""
        if self._dialect.blocks is None:
            return [True] * len(_lines(text)), False
        return shell_lines.top_level(text, self._dialect.blocks)

    def _require_known(self, body: str, number: int) -> None:
        if self._dialect.blocks is None and not _COMMENT.fullmatch(body):
            raise CannotEdit(f"line {number} is neither a comment nor a plain assignment")

    def _require_unset(self, lines: Sequence[str], name: str) -> None:
        """A line that may set the variable in another way would win or lose against a new one, unseen."""
        word = re.compile(rf"(?<![\w$]){re.escape(name)}(?!\w)")
        for number, line in enumerate(lines, 1):
            if word.search(line) and not line.lstrip().startswith("#"):
                raise CannotEdit(f"line {number} does something with {name} that is not a plain assignment")


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in {"'", '"'} else value


def _quoted(value: str) -> str:
    if _SAFE.fullmatch(value):
        return value
    if re.search(r"['\r\n\\]", value):
        raise CannotEdit("this value does not fit a line of this file")
    return f"'{value}'"
