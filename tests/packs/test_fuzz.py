"""Whatever bytes stand in a file, the linter answers with problems and never fails."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.packs.small import SMALL
from withhold.packs.emit import section
from withhold.packs.lint import Severity, check, lint
from withhold.packs.problem import Reports
from withhold.packs.tree import Items, Node, Table, Text, parse
from withhold.packs.values import provider

SIGNS = [
    "[]",
    "{}",
    "'",
    '"',
    ":",
    "- ",
    "&a",
    "*a",
    "<<: ",
    "--- ",
    "? ",
    "| ",
    "> ",
    "# ",
    "[",
    "{",
    "]",
    "}",
]
BREAKS = ["\t", "\n", "\r\n", "\u2028", "\x7f", "é", "\ud7ff", "%YAML 1.1"]
DATES = ["9999-12-31", "0000-00-00", "1970-01-01", "2025-08-28"]
INSTANTS = ["9999-01-01T00:00:00+14:00", "1970-01-01T00:00:00-23:59", "2025-08-28T00:00:00Z"]
PIECES = [*SIGNS, *BREAKS, *DATES, *INSTANTS, "null", "~", "unknown", "no", "true", "P0D"]
LINES = SMALL.splitlines()
VALUES = st.recursive(
    st.text(st.characters(codec="utf-8"), max_size=120) | st.booleans() | st.sampled_from(PIECES),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc-_.:#?'\" ", max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The small pack after some edits: lines dropped, doubled, swapped, values put in place of others."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        piece = draw(st.sampled_from(PIECES))
        key, _, _ = lines[at].partition(":")
        cut = draw(st.integers(0, len(lines[at])))
        lines[at : at + 1] = draw(
            st.sampled_from(
                [
                    [],
                    [lines[at], lines[at]],
                    [lines[other]],
                    [f"{key}: {piece}"],
                    [lines[at][:cut] + piece + lines[at][cut:]],
                    ["  " + lines[at]],
                ]
            )
        ) or ["# gone"]
    return "\n".join(lines).encode("utf-8")


def assert_answers(data: bytes) -> None:
    """Every problem has a place in the file; what has no errors loads; the slower parser survives too."""
    parse(data, Reports("fuzz.yaml"), pure=True)
    pack, problems = check(data, "fuzz.yaml")
    lines = data.count(b"\n") + data.count(b"\r") + data.decode("utf-8", "replace").count("\u2028") + 2
    assert all(1 <= p.line <= lines and p.column >= 1 and p.message for p in problems)
    if not any(p.severity is Severity.ERROR for p in problems):
        assert pack is not None
        assert provider(pack, "").id == pack.id


@given(st.binary(max_size=400))
def test_any_bytes_give_problems(data: bytes) -> None:
    """No bytes make the linter fail, and none of these is a pack."""
    assert lint(data) != []
    assert_answers(data)


@given(st.text("[]{}-:#'\"&*!|>?%@, \n\tab0", max_size=200))
def test_any_text_of_yamls_own_signs_gives_problems(text: str) -> None:
    """Nor does text made of the signs that mean something in YAML."""
    assert_answers(text.encode())


@given(mutated())
def test_damaged_packs_give_problems_or_load(data: bytes) -> None:
    """A pack changed at random is either refused with places, or loads."""
    assert_answers(data)


@given(st.dictionaries(st.text("abc-_.", min_size=1, max_size=8), VALUES, min_size=1, max_size=3))
def test_what_the_converter_writes_reads_back(value: dict[str, Any]) -> None:
    """The writer quotes and folds so that the reader finds the same text."""
    for key, item in value.items():
        reports = Reports("written.yaml")
        node = parse(section(key, item).encode(), reports)
        assert reports.found == []
        assert node is not None
        assert back(node) == {key: as_text(item)}


def back(node: Node) -> Any:
    match node:
        case Text():
            assert not node.is_null
            return node.value
        case Items():
            return [back(item) for item in node.items]
        case Table():
            return {key: back(item) for key, item in node.entries.items()}


def as_text(value: Any) -> Any:
    """The value with booleans as the words that stand in the file."""
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return [as_text(v) for v in value]
        case dict():
            return {k: as_text(v) for k, v in value.items()}
    return value
