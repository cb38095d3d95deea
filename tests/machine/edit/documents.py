"""Settings files as people leave them, with the place of one value known to the byte."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from withhold.machine.edit import Format

BAIT = 'key "key": true, [t] key = 1 {}}]] */ # key: false'
"""What a comment or a text may hold: words and signs that look like a setting."""


@dataclass(frozen=True)
class Document:
    """``head + old + tail`` is the file; ``path`` leads to the value whose text is ``old``."""

    kind: Format
    path: tuple[str, ...]
    head: str
    old: str
    tail: str

    @property
    def text(self) -> str:
        return self.head + self.old + self.tail


KEYS = ("key", "a.b", 'quo"te', "ключ", "with space", "back\\slash", "[t]", "#no", "true", "Key", "-", "0")
SPACES = st.sampled_from(["", " ", "\t", "\n", "\r\n", " \t ", "\n\n\t"])
GAPS = SPACES | st.sampled_from([f"/* {BAIT[:-15]} */", f"// {BAIT}\n", f"/**/ // {BAIT}\r\n", "/*\r\n*/"])
END = st.sampled_from(["", "\n", "\r\n", "\n\n", "\t"])
Drawn = Callable[[st.SearchStrategy[str]], str]


@st.composite
def json_documents(draw: Drawn) -> Document:
    """JSON with comments, tabs, both line ends, commas at the ends and keys of any letters."""
    depth = int(draw(st.sampled_from(["1", "2", "3"])))
    path = tuple(draw(st.sampled_from(KEYS)) for _ in range(depth))
    head, tail = draw(GAPS), draw(GAPS)
    for level, key in enumerate(path):
        before, after = _members(draw, key, level), _members(draw, key, level + 10)
        gap, near, far = draw(GAPS), draw(GAPS), draw(GAPS)
        head += "{" + gap + "".join(m + "," + near for m in before)
        head += _key(draw, key) + draw(GAPS) + ":" + far
        closing = draw(st.sampled_from(["", ","])) + draw(GAPS) + "}"
        tail = draw(GAPS) + "".join("," + draw(GAPS) + m for m in after) + closing + tail
    old = draw(st.sampled_from(["true", "null", "-1.5e3", '"a \\"b\\" }"', '"//no"', '"\\u00e4"']))
    return Document(Format.JSON, path, head, old, tail + draw(END))


def _key(draw: Drawn, key: str) -> str:
    plain = json.dumps(key, ensure_ascii=draw(st.sampled_from(["", "x"])) == "")
    return draw(st.sampled_from([plain, "".join(f"\\u{ord(c):04x}" for c in key).join('""')]))


def _members(draw: Drawn, key: str, number: int) -> list[str]:
    """Neighbours: other keys, with lists, comments in lists, and texts that hold braces."""
    values = ["1", '"{"', "[1, // no ]\n 2,]", "[]", '{"key": 0}', "{/* } */}", '"\\\\"', "[[{}, [ ]]]"]
    count = int(draw(st.sampled_from(["0", "1", "2"])))
    return [
        f'"{key and "other"}{number}{n}"{draw(GAPS)}: {draw(st.sampled_from(values))}' for n in range(count)
    ]


TOML_LINES = [
    "# " + BAIT, "", "\t", "one = 1", "two = [1, # ]\n  2,\n]", 'text = """\nkey = 1\n[t]\n"""',
    "raw = '''\n[t]\nkey = 2'''", "'quoted key' = 1", '"a.b" = 2', "point = { x = 1, y = [2] }",
    "date = 1979-05-27T07:32:00Z", "dotted.name = 3", "big = 1_000", "float = inf",
]  # fmt: skip


@st.composite
def toml_documents(draw: Drawn) -> Document:
    """TOML with texts of several lines, comments in lists, dotted and quoted keys, tables in any order."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    table, own = (
        draw(st.sampled_from(["", "t", "t.u", '"x.y"', "'z z'"])),
        draw(st.sampled_from(["key", "k-1"])),
    )
    lines = _some(draw, TOML_LINES)
    head = "\n".join(
        [
            *lines,
            *([f"[ {table} ]" if draw(st.booleans().map(str)) == "True" else f"[{table}]"] if table else []),
        ]
    )
    head += ("\n" if head else "") + draw(st.sampled_from(["", "  ", "\t"])) + own
    head += draw(st.sampled_from([" = ", "=", "  =\t"]))
    old = draw(st.sampled_from(["true", "1", "'lit'", '"bas\\tic"', "0x1f", "1.0"]))
    tail = (
        draw(st.sampled_from(["", " # why", "\t#" + BAIT]))
        + "\n"
        + draw(st.sampled_from(["", "after = 1\n", "\n[[list]]\nx = 1\n\n[[list]]\nx = 2"]))
    )
    path = (*{"": (), "t": ("t",), "t.u": ("t", "u"), '"x.y"': ("x.y",), "'z z'": ("z z",)}[table], own)
    return Document(Format.TOML, path, head.replace("\n", newline), old, tail.replace("\n", newline))


def _some(draw: Drawn, lines: list[str]) -> list[str]:
    count = int(draw(st.sampled_from(["0", "1", "3", "6"])))
    return list(dict.fromkeys(draw(st.sampled_from(lines)) for _ in range(count)))


YAML_LINES = [
    "# " + BAIT, "", "one: 1", "list:\n  - key: 1 # no\n  - x", "flow: [a, {key: 1}, # no\n  b]",
    "text: |\n  key: 1\n  other", "folded: >-\n  key: 2\n\n  x", "'quoted key': 1", '"a.b": 2',
    "long: this goes\n  on here", "empty:", "date: 2001-12-14", "colon: 'a: b # c'",
]  # fmt: skip


@st.composite
def yaml_documents(draw: Drawn) -> Document:
    """YAML with block texts, flows over lines, comments anywhere, quoted keys and both line ends."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    path = draw(st.sampled_from(["key", "top/key", "top/sub/key"])).split("/")
    lines = _some(draw, YAML_LINES)
    step = draw(st.sampled_from(["  ", "    ", " "]))
    for depth, part in enumerate(path[:-1]):
        lines += [
            step * depth
            + draw(st.sampled_from([part, f'"{part}"', f"'{part}'"]))
            + ":"
            + draw(st.sampled_from(["", " # " + BAIT]))
        ]
    indent = step * (len(path) - 1)
    head = "\n".join([*lines, indent + "key:" + draw(st.sampled_from([" ", "   "]))])
    old = draw(st.sampled_from(["true", "1", "word", "'quoted # no'", '"dou\\"ble"', "~", "two words"]))
    tail = draw(st.sampled_from(["", " # why", "   #" + BAIT])) + draw(
        st.sampled_from(["", "\n", f"\n{indent}later: 1\n", "\n\n# end"])
    )
    return Document(Format.YAML, tuple(path), head.replace("\n", newline), old, tail.replace("\n", newline))


INI_LINES = ["; " + BAIT, "# x", "", "one = 1", "two : 2", "sp ace=1", "\t; in", "dotted.name=3"]


@st.composite
def ini_documents(draw: Drawn) -> Document:
    """INI with sections, both signs, comments and options of the same name in other sections."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [*_some(draw, INI_LINES), "[other]", "key = 0", "[t]", *_some(draw, INI_LINES)]
    head = "\n".join([*lines, "key" + draw(st.sampled_from(["=", " = ", "\t:  "]))])
    old = draw(st.sampled_from(["true", "a b", "", "'x'", "100%"]))
    tail = draw(st.sampled_from(["", "\n", "  \n" if old else "\n", "\n[last]\nkey=1"]))
    return Document(Format.INI, ("t", "key"), head.replace("\n", newline), old, tail.replace("\n", newline))


SHELL_LINES = [
    "# export KEY=0", "", 'echo "$OTHER"', "if true; then\n  echo yes\nfi", "alias k='x y'", "export ONE=1",
    ". ~/.profile", "PATH=$PATH:/opt", "f() {\n  return 0\n}",
]  # fmt: skip


@st.composite
def shell_documents(draw: Drawn) -> Document:
    """Profiles of a shell: commands, conditions, functions and comments around the assignment."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    head = "\n".join([*_some(draw, SHELL_LINES), "export KEY="])
    old = draw(st.sampled_from(["1", "'a b'", '"x"', "", "/opt/x"]))
    tail = draw(st.sampled_from(["", "\n", "  # why", " #KEY\n", "\nexport LATER=1\n"]))
    return Document(Format.SHELL, ("KEY",), head.replace("\n", newline), old, tail.replace("\n", newline))


DOCUMENTS = st.one_of(
    json_documents(), toml_documents(), yaml_documents(), ini_documents(), shell_documents()
)
