"""Damages a good posture in ways that no tool honours: what comes out must not be called good."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.machine.planting import rendered
from withhold.packs.tools import Place

Mutant = tuple[str, bytes]
"""What was done, and the whole file after it."""


def keys(place: Place) -> tuple[str, ...]:
    return place.key if isinstance(place.key, tuple) else (str(place.key),)


def nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    held = value
    for part in reversed(path):
        held = {part: held}
    return dict(held)


def other_types(value: Any, place: Place) -> Iterator[tuple[str, Any]]:
    """Values that look like ``value`` and are of another type, or of another spelling."""
    yield "null", None
    yield "list", [value]
    yield "table", {"value": value}
    yield "fraction", 0.5
    if isinstance(value, bool):
        yield "text", str(value).lower()
        yield "capital text", str(value)
        yield "yes or no", "yes" if value else "no"
        yield "on or off", "on" if value else "off"
        yield "number", int(value)
        yield "number as text", str(int(value))
        yield "fraction that is equal", float(value)
    elif isinstance(value, int):
        yield "text", str(value)
        yield "switch", bool(value)
        yield "fraction that is equal", float(value)
    elif isinstance(value, str):
        yield "spaces", f" {value} "
        yield "line end", f"{value}\n"
        yield "other case", value.swapcase()
        yield "quotes", f'"{value}"'
        yield "cut", value[:-1]
        yield "reference", f"${{SOME:-{value}}}"


def wrong_places(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The value under keys that the program does not look at."""
    yield "one level down", {"other": nested(path, value)}
    yield "in a list", {"settings": [nested(path, value)]}
    yield "other case", nested([*path[:-1], path[-1].swapcase()], value)
    yield "space behind", nested([*path[:-1], path[-1] + " "], value)
    yield "longer", nested([*path[:-1], path[-1] + "X"], value)
    yield "commented name", nested([*path[:-1], "//" + path[-1]], value)
    yield "for one language", {"[python]": nested(path, value)}
    if len(path) > 1:
        yield "last key alone", {path[-1]: value}
        yield "joined by dots", {".".join(path): value}
        yield "list on the way", {path[0]: [nested(path[1:], value)]}
        yield "text on the way", {path[0]: json.dumps(nested(path[1:], value))}
    elif "." in path[0]:
        yield "split at dots", nested(path[0].split("."), value)


def by_content(place: Place, value: Any) -> Iterator[Mutant]:
    """Files of the place's own format that hold something else."""
    odd = [(f"type: {name}", nested(keys(place), each)) for name, each in other_types(value, place)]
    moved = [(f"place: {name}", each) for name, each in wrong_places(keys(place), value)]
    for name, content in (*odd, *moved):
        text = written(place, content)
        if text is not None:
            yield name, text.encode()


def written(place: Place, content: dict[str, Any]) -> str | None:
    """A file of the place's format with this content; ``None`` where the format cannot hold it."""
    import tomlkit
    import yaml

    try:
        match place.format:
            case "json" | "jsonc":
                return json.dumps(content, indent=2)
            case "yaml":
                return str(yaml.safe_dump(content))
            case "toml":
                return tomlkit.dumps(content)
    except (TypeError, ValueError):
        pass
    return None


def by_bytes(place: Place, value: Any) -> Iterator[Mutant]:
    """The good file itself, spoilt: signs of order, coding, comments, ends."""
    text = rendered(place, value)
    yield "UTF-16", text.encode("utf-16")
    yield "UTF-16 without a mark", text.encode("utf-16-le")
    yield "UTF-32", text.encode("utf-32")
    yield "a zero byte", text.encode() + b"\0"
    if place.format in {"json", "jsonc", "toml"}:
        yield "a mark before it", text.encode("utf-8-sig")
    yield "not UTF-8", text.encode() + b"\xff"
    mark = {"yaml": "#", "toml": "#", "ini": ";", "json": "//", "jsonc": "//", "mozilla-prefs": "//"}
    sign = mark.get(place.format or "")
    if sign is None:
        return
    lines = text.splitlines()
    yield "every line a comment", "\n".join(f"{sign} {line}" for line in lines).encode()
    if place.format in {"json", "jsonc", "mozilla-prefs"}:
        yield "in a block comment", f"/* {text} */".encode()
    if place.format in {"json", "jsonc"}:
        yield "member in a comment", f"{{ /* {text[1:-1]} */ }}".encode()
        yield "cut off", text[:-1].encode()
        yield "twice", f"{text[:-1]}, {text[1:]}".encode()
        yield "two documents", f"{text}\n{text}".encode()
        yield "single quotes", text.replace('"', "'").encode()
        yield "a word without quotes", f"{text[:-1]}, other: 1}}".encode()
        yield "in a list", f"[{text}]".encode()
    if place.format == "json":
        yield "a comment", f"{text} // mine".encode()
        yield "comma at the end", f"{text[:-1]},}}".encode()
    if place.format == "yaml":
        yield "set in by tabs", ("other:\n\t" + text).encode()
        yield "two documents", f"{text}---\nother: 1\n".encode()
        yield "twice", f"{text}{text}".encode()
    if place.format in {"toml", "ini"}:
        yield "twice", f"{text}\n{text}".encode()


def of_variable(place: Place, value: Any) -> Iterator[tuple[str, str]]:
    """Texts of a variable that are nearly the private one. Which of them counts hangs on the semantics."""
    text = str(value)
    yield "empty", ""
    yield "quotes", f'"{text}"'
    yield "reference", f"${{{place.word}:-{text}}}"
    yield "command", f"$(echo {text})"
    if place.value_semantics in {"presence", "true-words"}:
        return
    yield "spaces", f" {text} "
    yield "comment", f"{text} # mine"
    yield "line end", f"{text}\r"
    yield "letters", f"{text}x"
