"""Pack files are read as text with places, and nothing in them is guessed or expanded."""

import pytest

from withhold.packs.problem import Mark, Reports
from withhold.packs.tree import MAX_BYTES, MAX_DEPTH, Items, Node, Table, Text, parse

BOTH = pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])


def read(text: str | bytes, *, pure: bool = False) -> tuple[Node | None, list[tuple[int, int, str]]]:
    reports = Reports("t.yaml")
    node = parse(text if isinstance(text, bytes) else text.encode(), reports, pure=pure)
    return node, [(p.line, p.column, p.code) for p in reports.found]


@pytest.mark.parametrize(
    "word", ["no", "NO", "off", "yes", "1e3", "0o17", "2025-08-28", "1:30", "1.10", "null", "~"]
)
def test_every_scalar_stays_text(word: str) -> None:
    """Nothing becomes a boolean, a number or a date: Norway stays "NO"."""
    node, found = read(f"key: {word}")
    assert isinstance(node, Table)
    value = node.entries["key"]
    assert isinstance(value, Text)
    assert (value.value, found) == (word, [])


def test_quotes_tell_the_word_null_from_nothing() -> None:
    """A quoted null is a word."""
    node, _ = read("[null, ~, 'null', \"~\", '']")
    assert isinstance(node, Items)
    assert [n.is_null for n in node.items if isinstance(n, Text)] == [True, True, False, False, False]


def test_marks_count_from_one_and_sit_on_keys() -> None:
    """An entry is found at its key, an item at its start."""
    node, _ = read("a:\n  bc: [x,\n    y]\n")
    assert isinstance(node, Table)
    inner = node.entries["a"]
    assert isinstance(inner, Table)
    assert inner.marks["bc"] == Mark(2, 3)
    items = inner.entries["bc"]
    assert isinstance(items, Items)
    assert [i.mark for i in items.items] == [Mark(2, 8), Mark(3, 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: &x 2", (2, 4, "anchor")),
        ("a: 1\nb: *x", (2, 4, "alias")),
        ("a: 1\n<<: {b: 2}", (2, 1, "merge_key")),
        ("a: 1\n? [b]\n: 2", (2, 3, "key")),
        ("a: 1\nb: !!int 2", (2, 4, "tag")),
        ("a: 1\n--- \nb: 1", (2, 1, "documents")),
        ("a: 1\na: 2", (2, 1, "duplicate_key")),
        (b"a: 1\nb: \0", (2, 4, "nul")),
        (b"a: 1\nb: \xff", (2, 4, "encoding")),
        ("a: 1\nb: [", (2, 4, "yaml")),
        ("a: 1\nb: 'c\n\n\n", (2, 4, "yaml")),
        ("a: 1\n\tb: 2", (2, 1, "yaml")),
        ("", (1, 1, "empty")),
        ("# nothing\n", (1, 1, "empty")),
    ],
)
@BOTH
def test_cleverness_and_damage_are_refused_in_place(
    text: str | bytes, expected: tuple[int, int, str], *, pure: bool
) -> None:
    """What a reader could stumble over, or a machine could blow up on, is refused with its place."""
    _, found = read(text, pure=pure)
    assert found == [expected]


@pytest.mark.parametrize("text", [r'a: "\U00110000"', r'a: "\ud800"'])
@BOTH
def test_escapes_that_are_no_characters_are_refused(text: str, *, pure: bool) -> None:
    """An escape cannot smuggle in what no file can hold."""
    _, [(line, _, code)] = read(text, pure=pure)
    assert (line, code in {"yaml", "encoding"}) == (1, True)


def test_depth_is_bounded() -> None:
    """A file of brackets stops early instead of eating the stack."""
    _, found = read("[" * 100_000)
    assert found == [(1, MAX_DEPTH + 1, "too_deep")]


def test_size_is_bounded() -> None:
    """A file over the limit is not even parsed."""
    _, found = read(b"#" * (MAX_BYTES + 1))
    assert found == [(1, 1, "too_large")]
    assert read(b"a: 1\n" + b"#" * (MAX_BYTES - 5))[1] == []
