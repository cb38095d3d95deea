"""What is kept of a conversation that several sources show."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import message, minute
from withhold.index.fingerprints import Fingerprints, fingerprint
from withhold.index.kept import Messages
from withhold.index.merge import (
    merge_feedback,
    merge_incognito,
    merge_messages,
    merge_product,
    merge_shared,
)
from withhold.model.columns import Columns
from withhold.model.conversation import Feedback, Message
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author

KEY = bytes(32)


def _stored(messages: list[Message]) -> Messages:
    columns = Columns.of(messages)
    ids = Fingerprints(KEY).messages(columns.ids)
    return Messages(ids, columns.authors, columns.earliest, columns.latest, columns.sizes)


def _plain(messages: Messages) -> Messages:
    """The same with lists, so that two can be compared."""
    return Messages(
        list(messages.ids),
        messages.authors,
        list(messages.earliest),
        list(messages.latest),
        list(messages.sizes),
    )


def _merge(old: Messages, new: Messages) -> Messages:
    return _plain(merge_messages(old, new))


def _by_id(messages: Messages) -> dict[bytes, tuple[object, ...]]:
    ids, *rest = messages
    return dict(zip(ids, zip(*rest, strict=True), strict=True))


def _kept(*ids: str) -> Messages:
    return _stored([message(identity) for identity in ids])


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ("ab", "abcd", "abcd"),
        ("abcd", "ab", "abcd"),
        ("ab", "ab", "ab"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
        ("bc", "abc", "abc"),
        ("ac", "abc", "abc"),
        ("abd", "acd", "acbd"),
        ("ab", "ba", "ab"),
        ("ab", "xy", "xyab"),
        ("a", "xaxay", "xay"),
    ],
)
def test_messages_of_two_exports_are_united_in_order(old: str, new: str, merged: str) -> None:
    """An older and a newer export, a branch, a cut: every message once, after the one it follows."""
    assert _merge(_kept(*old), _kept(*new)) == _kept(*merged)


_SPANS = st.sampled_from([minute(0), minute(9), When(minute(1).earliest, minute(4).latest), ANY_TIME])
_MESSAGES = st.lists(
    st.builds(Message, st.sampled_from("abcdefgh"), st.sampled_from(Author), _SPANS, st.integers(0, 300)),
    max_size=10,
    unique_by=lambda m: m.id,
).map(_stored)


def _keys(messages: Messages) -> list[bytes]:
    return list(messages.ids)


def _within(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(key in rest for key in part)


@given(_MESSAGES, _MESSAGES)
def test_a_merge_is_the_union_and_keeps_the_order(old: Messages, new: Messages) -> None:
    """Nothing is lost or doubled; what was known keeps its order, and so does the rest where they agree."""
    merged = _keys(_merge(old, new))
    assert len(merged) == len(set(merged))
    assert set(merged) == {*_keys(old), *_keys(new)}
    assert _within(_keys(old), merged)
    common = set(_keys(old)) & set(_keys(new))
    if [key for key in _keys(old) if key in common] == [key for key in _keys(new) if key in common]:
        assert _within(_keys(new), merged)


@given(_MESSAGES, _MESSAGES, _MESSAGES)
def test_what_is_kept_of_a_message_does_not_depend_on_the_order_of_imports(
    one: Messages, two: Messages, three: Messages
) -> None:
    """Any order of three exports, any of them twice, ends in the same messages."""
    merged = _merge(_merge(one, two), three)
    other = _merge(_merge(_merge(three, two), one), two)
    assert _by_id(merged) == _by_id(other)
    for again in (one, two, three):
        assert _merge(merged, again) == merged


def test_sources_that_contradict_each_other_leave_the_cautious_reading() -> None:
    """Two times leave both open; "not incognito" and "shared" stand; no mark is lost."""
    early, late, undated = (
        _stored([replace(message("a"), at=at)]) for at in (minute(1), minute(5), ANY_TIME)
    )
    both = _merge(early, late)
    assert (both.earliest, both.latest) == (early.earliest, late.latest)
    assert _merge(early, undated) == _merge(undated, early) == early
    assert [merge_incognito(True, other) for other in (True, False, None)] == [True, False, True]
    assert [merge_shared(False, other) for other in (True, False, None)] == [True, False, False]
    assert merge_incognito(None, None) is merge_shared(None, None) is None
    up, down = Feedback(minute(1), "up"), Feedback(minute(0), "down")
    assert merge_feedback([up], [down, up]) == (down, up)


@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=300), max_size=5))
def test_fingerprints_of_many_ids_are_those_of_each(ids: list[str]) -> None:
    """The quick way over a column says the same as the plain one, lone surrogates included."""
    assert Fingerprints(KEY).messages(ids) == [fingerprint(KEY, b"message", i, size=12) for i in ids]


@given(st.lists(st.sampled_from([None, "chat", "studio", "api"]), max_size=6))
def test_a_contradiction_about_the_product_stays(told: list[str | None]) -> None:
    """Whatever is read once more, in whatever order: two products stay open, and one untold is no third."""
    merged, backwards = None, None
    for product in told:
        merged = merge_product(merged, product)
    for product in reversed((*told, *told)):
        backwards = merge_product(backwards, product)
    named = {product for product in told if product}
    assert merged == backwards == (named.pop() if len(named) == 1 else "?" if named else None)
