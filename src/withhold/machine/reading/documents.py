"""Settings files as plain values. A file that is not surely understood is :class:`Broken`, never guessed."""

import codecs
import configparser
import json
import plistlib
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import yaml

from withhold.machine.edit.interface import CannotEdit

LARGEST = 64 << 20
"""Bytes of a settings file that is read."""

_PREF = re.compile(
    r"""\s*(?:user_pref|sticky_pref|pref)\s*\(\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*,"""
    r"""\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|true|false|[+-]?\d+)\s*(?:,\s*\w+\s*)*\)\s*;""",
)
_ASIDE = re.compile(r"\s+|//[^\n]*|#[^\n]*|/\*.*?\*/", re.DOTALL)
_RECORD = re.compile(r"^([A-Za-z0-9._-]+):([0-9.]+):([01]):(\d+)$")


class Broken(Exception):
    """The file cannot be understood for certain. Its text never quotes the file."""


def read(path: Path, form: str, *, marked: bool = True, commas: bool = True) -> Any:
    """The content of a file of this format. Raises :class:`Broken`, and nothing else for any content.

    Editors take a mark of the byte order before JSON and a comma after its last member; many programs do
    not. ``marked`` and ``commas`` say whether a file with one is understood.
    """
    return understood(content(path), form, marked=marked, commas=commas)


def content(path: Path) -> bytes:
    """The bytes of a file. Raises :class:`Broken`, for a pipe too, which would wait for a writer."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Broken("something that is no file stands in its place")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as problem:
        raise Broken(f"it cannot be read ({problem.strerror or 'no access'})") from None
    if len(data) > LARGEST:
        raise Broken("it is too large")
    return data


def understood(data: bytes, form: str, *, marked: bool = True, commas: bool = True) -> Any:
    """``data`` as a value. Raises :class:`Broken`."""
    if not marked and form in {"json", "jsonc", "toml"} and data.startswith(codecs.BOM_UTF8):
        raise Broken("it begins with a byte order mark, which this program may not take")
    try:
        if form == "plist":
            return plistlib.loads(data)
        text = data.decode("utf-8").removeprefix("\ufeff")
        return _jsonc(text, commas=commas) if form == "jsonc" else _TEXTS[form](text)
    except Broken:
        raise
    except RecursionError:
        raise Broken("it is nested too deeply") from None
    except (ValueError, ExpatError, yaml.YAMLError, configparser.Error, CannotEdit):
        raise Broken(f"it is not readable as {form}") from None
    except (KeyError, IndexError, TypeError, OverflowError, AttributeError, MemoryError):
        raise Broken(f"it is damaged ({form})") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Broken("a key stands in it twice")
    return made


def _no_number(_: str) -> Any:
    raise Broken("a number in it is none of JSON's")


def _json(text: str) -> Any:
    if not text.strip():
        return {}
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)


def _jsonc(text: str, *, commas: bool = True) -> Any:
    """JSON as editors read it: comments are allowed, and ``commas`` at the end of lists."""
    try:
        return _json(text)
    except ValueError:
        from withhold.machine.edit.json_text import JsonText

        return JsonText(trailing_commas=commas).read(text)


class _Yaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose only switches are true and false (YAML 1.2), and in which no key stands twice."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    pairs = [
        (loader.construct_object(k, deep=True), loader.construct_object(v, deep=True)) for k, v in node.value
    ]
    return _unique(pairs)


_Yaml.add_constructor("tag:yaml.org,2002:map", _mapping)
_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def _yaml(text: str) -> Any:
    found = yaml.load(text, _Yaml)  # noqa: S506 - a safe loader
    return {} if found is None else found


def _ini(text: str) -> dict[str, dict[str, str]]:
    """Sections of options. None lends its options to others, and a line that is set in continues nothing."""
    parser = configparser.RawConfigParser(
        delimiters=("=",), comment_prefixes=(";", "#"), strict=True, default_section="\0"
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string("\n".join(line.strip() for line in text.splitlines()))
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _prefs(text: str) -> dict[str, Any]:
    """Firefox's preferences: the last one of a name counts, and what stands in a comment does not."""
    found: dict[str, Any] = {}
    at = 0
    while at < len(text):
        aside = _ASIDE.match(text, at)
        match = None if aside else _PREF.match(text, at)
        if match is not None:
            found[_word(match.group(1))] = _word(match.group(2))
        elif aside is None:
            raise Broken("something in it is no preference")
        at = (aside or match).end()  # type: ignore[union-attr]
    return found


def _word(text: str) -> Any:
    """A literal of a preference: text in either kind of quotes, a switch or a number."""
    if text.startswith("'"):
        text = '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    return json.loads(text.removeprefix("+"))


def _consents(text: str) -> dict[str, int]:
    """JetBrains' consents: ``id:version:0|1:time`` parted by semicolons. The newest time counts."""
    found: dict[str, tuple[int, int]] = {}
    for record in filter(None, (part.strip() for part in text.split(";"))):
        match = _RECORD.match(record)
        if match is None:
            raise Broken("a record in it is not understood")
        name, _, answer, at = match.groups()
        if name in found and found[name][0] == int(at) and found[name][1] != int(answer):
            raise Broken("two records in it contradict each other")
        if name not in found or int(at) >= found[name][0]:
            found[name] = (int(at), int(answer))
    return {name: answer for name, (_, answer) in found.items()}


def _dotenv(text: str) -> dict[str, str]:
    from withhold.machine.reading.variables import variables

    return variables(text)


_TEXTS: Mapping[str, Callable[[str], Any]] = {
    "json": _json,
    "jsonc": _jsonc,
    "toml": tomllib.loads,
    "yaml": _yaml,
    "ini": _ini,
    "mozilla-prefs": _prefs,
    "jetbrains-consents": _consents,
    "dotenv": _dotenv,
}
