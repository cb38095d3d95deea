"""A settings file is changed in one place, and every other byte stays."""

import contextlib
import json
import string
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from withhold.machine.edit import CannotEdit, Format, Scalar, edited

Case = tuple[Format, str, list[str], Scalar, str]

CASES: dict[str, Case] = {
    "value of a key": (Format.JSON, '{"a": 1, "b": true}', ["b"], False, '{"a": 1, "b": false}'),
    "comments stay": (
        Format.JSON,
        '// head\n{\n\t"a": 1, // one\n\t"b": 2 /* two */ // more\n}\n',
        ["c"],
        "x",
        '// head\n{\n\t"a": 1, // one\n\t"b": 2, /* two */ // more\n\t"c": "x"\n}\n',
    ),
    "a trailing comma stays one": (
        Format.JSON,
        '{\n  "a": 1, // one\n}\n',
        ["b"],
        True,
        '{\n  "a": 1, // one\n  "b": true,\n}\n',
    ),
    "CRLF and BOM": (
        Format.JSON,
        '\ufeff{\r\n    "a": {\r\n        "b": 1\r\n    }\r\n}\r\n',
        ["a", "c"],
        "off",
        '\ufeff{\r\n    "a": {\r\n        "b": 1,\r\n        "c": "off"\r\n    }\r\n}\r\n',
    ),
    "parents that are missing": (
        Format.JSON,
        '{\n  "a": 1\n}',
        ["x", "y", "z"],
        False,
        '{\n  "a": 1,\n  "x": {\n    "y": {\n      "z": false\n    }\n  }\n}',
    ),
    "on one line": (Format.JSON, '{"a":{"b":1}}', ["a", "c", "d"], 2, '{"a":{"b":1, "c": {"d": 2}}}'),
    "an empty object": (
        Format.JSON,
        '{\n  "a": {}\n}\n',
        ["a", "b"],
        1,
        '{\n  "a": {\n    "b": 1\n  }\n}\n',
    ),
    "a key with dots is one key": (
        Format.JSON,
        '{"telemetry.telemetryLevel": "all"}',
        ["telemetry.telemetryLevel"],
        "off",
        '{"telemetry.telemetryLevel": "off"}',
    ),
    "an empty file": (Format.JSON, "", ["a"], True, '{\n  "a": true\n}\n'),
    "TOML value": (
        Format.TOML,
        "# head\na = 1  # one\n\n[history]\npersistence = 'save-all' # keep\nmax = 3\n",
        ["history", "persistence"],
        "none",
        '# head\na = 1  # one\n\n[history]\npersistence = "none" # keep\nmax = 3\n',
    ),
    "TOML table": (
        Format.TOML,
        "a = 1\r\n\r\n[b]\r\nc = 2\r\n",
        ["feedback", "enabled"],
        False,
        "a = 1\r\n\r\n[b]\r\nc = 2\r\n\r\n[feedback]\r\nenabled = false\r\n",
    ),
    "YAML value": (
        Format.YAML,
        "# head\nanalytics: true   # on\nother:\n  - 1\n",
        ["analytics"],
        False,
        "# head\nanalytics: false   # on\nother:\n  - 1\n",
    ),
    "YAML key": (
        Format.YAML,
        "a:\n    b: 1\n    list:\n      - x\n      - y  # last\nz: 2\n",
        ["a", "c"],
        "off",
        'a:\n    b: 1\n    list:\n      - x\n      - y  # last\n    c: "off"\nz: 2\n',
    ),
    "YAML flow": (Format.YAML, "a: {b: 1}\n", ["a", "c"], True, "a: {b: 1, c: true}\n"),
    "YAML null": (Format.YAML, "a:\nb: 1\n", ["a"], False, "a: false\nb: 1\n"),
    "INI option": (
        Format.INI,
        "; head\n[one]\nx = 1\n\n[two]\nx : yes  \n",
        ["two", "x"],
        "no",
        "; head\n[one]\nx = 1\n\n[two]\nx : no  \n",
    ),
    "INI section": (Format.INI, "[one]\nx=1", ["two", "y"], False, "[one]\nx=1\n[two]\ny = false\n"),
    "INI new option": (
        Format.INI,
        "[one]\nx = 1\n\n# two\n[two]\ny = 1\n",
        ["one", "z"],
        "2",
        "[one]\nx = 1\nz = 2\n\n# two\n[two]\ny = 1\n",
    ),
    "dotenv": (Format.DOTENV, "# c\nA='x y' # no\nB=1", ["A"], "z", "# c\nA=z # no\nB=1"),
    "dotenv new": (Format.DOTENV, "A=1", ["DO_NOT_TRACK"], "1", "A=1\nDO_NOT_TRACK=1"),
    "shell": (
        Format.SHELL,
        'if true; then\n  echo "$B"\nfi\nexport DISABLE_TELEMETRY=0 # hm\n',
        ["DISABLE_TELEMETRY"],
        "1",
        'if true; then\n  echo "$B"\nfi\nexport DISABLE_TELEMETRY=1 # hm\n',
    ),
    "shell new": (Format.SHELL, "alias a=b\n", ["X_Y"], "a b", "alias a=b\nexport X_Y='a b'\n"),
    "fish": (Format.FISH, "set -gx A 1\n", ["A"], "2", "set -gx A 2\n"),
    "fish new": (Format.FISH, "", ["A"], "2", "set -gx A 2\n"),
}

REFUSED: dict[str, Case] = {
    "a key twice": (Format.JSON, '{"a": 1, "a": 2}', ["a"], 3, "twice"),
    "a key twice, elsewhere": (Format.JSON, '{"b": {"a": 1, "a": 2}}', ["c"], 3, "twice"),
    "broken": (Format.JSON, '{"a": 1', ["a"], 3, "broken at line 1"),
    "two commas": (Format.JSON, '{"a": 1,, "b": 2}', ["a"], 3, "broken"),
    "a parent that is no object": (Format.JSON, '{"a": 1}', ["a", "b"], 3, "a is not an object"),
    "a list at the top": (Format.JSON, "[1]", ["a"], 3, "not a JSON object"),
    "a value that is an object": (Format.JSON, '{"a": {"b": 1}}', ["a"], 3, "more than one value"),
    "too deep": (Format.JSON, '{"a":' * 200 + "1" + "}" * 200, ["b"], 3, "deeper"),
    "TOML twice": (Format.TOML, "a = 1\na = 2\n", ["a"], 3, "broken"),
    "TOML parent": (Format.TOML, "a = 1\n", ["a", "b"], 3, "not a table"),
    "TOML mixed line ends": (Format.TOML, "a = 1\r\nb = 2\n", ["a"], 3, "mixes"),
    "YAML twice": (Format.YAML, "a: 1\na: 2\n", ["a"], 3, "twice"),
    "YAML anchors": (Format.YAML, "a: &x 1\nb: *x\n", ["a"], 3, "anchors"),
    "YAML tags": (Format.YAML, "a: !!python/object:os.system x\n", ["b"], 3, "tags"),
    "YAML documents": (Format.YAML, "a: 1\n---\nb: 2\n", ["a"], 3, "several documents"),
    "YAML block text": (Format.YAML, "a: |\n  x\n  y\n", ["a"], 3, "several lines"),
    "YAML after a block text": (Format.YAML, "a: |\n  x\n", ["b"], 3, "several lines"),
    "INI twice": (Format.INI, "[a]\nx=1\nx=2\n", ["a", "x"], 3, "twice"),
    "INI no option": (Format.INI, "hello there\n", ["a", "x"], 3, "line 1"),
    "dotenv no assignment": (Format.DOTENV, "A=$(date)\n", ["B"], "1", "line 1"),
    "shell twice": (Format.SHELL, "export A=1\nexport A=2\n", ["A"], "3", "twice"),
    "shell inside a condition": (Format.SHELL, "if x; then\n  export A=1\nfi\n", ["A"], "3", "line 2"),
    "shell not exported": (Format.SHELL, "A=1\n", ["A"], "3", "line 1"),
    "shell unset": (Format.SHELL, "export A=1\nunset B\n", ["B"], "3", "line 2"),
}


@pytest.mark.parametrize("name", CASES)
def test_changed_in_one_place(name: str) -> None:
    """The result is the old text with the one change, to the byte."""
    kind, text, path, value, expected = CASES[name]
    assert edited(text.encode(), kind, path, value).decode() == expected


@pytest.mark.parametrize("name", CASES)
def test_a_second_time_changes_nothing(name: str) -> None:
    """What is set already is left alone, byte for byte."""
    kind, _, path, value, expected = CASES[name]
    assert edited(expected.encode(), kind, path, value) == expected.encode()


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_reason(name: str) -> None:
    """A file whose meaning is in doubt is not touched, and the reason says where."""
    kind, text, path, value, reason = REFUSED[name]
    with pytest.raises(CannotEdit, match=reason):
        edited(text.encode(), kind, path, value)


@pytest.mark.parametrize("data", [b"\xff\xfe{\x00}\x00", b'{"a": "\xe4"}', b'{"a": 1}\0'])
def test_other_encodings_are_refused(data: bytes) -> None:
    """A file that is not plain UTF-8 would not survive a round trip."""
    with pytest.raises(CannotEdit):
        edited(data, Format.JSON, ["a"], 2)


KEYS = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=8).filter(
    lambda k: (
        not k[0].isdigit()
        and k[0] != "-"
        and k.lower() not in {"true", "false", "null", "y", "n", "yes", "no", "on", "off"}
    )
)
SCALARS = (
    st.booleans() | st.integers(-(10**9), 10**9) | st.text(string.printable.strip() + " äß漢", max_size=12)
)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
    max_size=5,
)


def _jsonc(document: Any, draw: Callable[[list[str]], str]) -> str:
    """JSON as people leave it: any indentation, comments, trailing commas, either line end."""
    text = json.dumps(document, indent=draw(["\t", "  ", "    ", ""]) or None, ensure_ascii=False)
    if draw(["", "comment"]):
        text = "// made by hand\n" + text + "\n/* end */"
    return text.replace("\n", draw(["\n", "\r\n"]))


FORMS: dict[Format, tuple[Callable[..., str], Callable[[str], Any]]] = {
    Format.JSON: (
        _jsonc,
        lambda text: json.loads(text.replace("// made by hand", "").replace("/* end */", "")),
    ),
    Format.YAML: (
        lambda d, draw: yaml.safe_dump(d, default_flow_style=draw(["", "flow"]) == "flow", width=10_000),
        yaml.safe_load,
    ),
}


@given(st.data(), DOCUMENTS, st.sampled_from(sorted(FORMS)))
def test_only_what_was_asked_for(data: st.DataObject, document: dict[str, Any], kind: Format) -> None:
    """Whatever the document: the change is there, nothing else is, and the old lines are still there, or the
    file is refused. The reading back here is another parser's.
    """
    write, read = FORMS[kind]
    text = write(document, lambda choices: data.draw(st.sampled_from(choices)))
    path = data.draw(st.lists(KEYS, min_size=1, max_size=3))
    value = data.draw(SCALARS)
    try:
        after = edited(text.encode(), kind, path, value).decode()
    except CannotEdit:
        return
    expected = json.loads(json.dumps(document))
    held = expected
    for key in path[:-1]:
        held = held.setdefault(key, {})
    held[path[-1]] = value
    assert read(after) == expected
    kept = set(text.splitlines()) - set(after.splitlines())
    assert len(kept) <= 1


@given(
    st.lists(st.sampled_from(["a = 1", "[t]", "x = 'y'", "# c", "", "[t.u]", "z = [1, 2]"]), max_size=8),
    KEYS,
    SCALARS,
)
def test_toml_keeps_the_rest(lines: list[str], key: str, value: Scalar) -> None:
    """TOML of any order of tables and comments: the change alone, or refused."""
    text = "\n".join(lines) + "\n"
    try:
        after = edited(text.encode(), Format.TOML, ["t", key], value).decode()
    except CannotEdit:
        return
    assert tomllib.loads(after)["t"][key] == value
    remaining = iter(after.splitlines())
    changed = [line for line in text.splitlines() if line not in remaining]
    assert len(changed) <= 1


@given(st.binary(max_size=60), st.sampled_from(list(Format)))
def test_any_bytes_are_edited_or_refused(data: bytes, kind: Format) -> None:
    """No file makes an editor fail in another way than by refusing."""
    with contextlib.suppress(CannotEdit):
        assert edited(data, kind, ["A"], "1")
