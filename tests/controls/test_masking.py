"""Masking without a browser: laws of the masker, of bodies and of headers."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.controls.capturing.bodies import masked_body, saved_keys
from withhold.controls.capturing.headers import masked_headers
from withhold.controls.capturing.masker import MARKER, Masker
from withhold.controls.capturing.styles import masked_style

WORDS = st.text(st.characters(categories=("L", "N", "Zs", "P", "S")), max_size=60)
CANARY = "Zebulon Quartermain"


@given(before=WORDS, after=WORDS)
def test_what_is_known_is_found_in_any_text(before: str, after: str) -> None:
    """A name is masked whatever stands around it, in any case, with any white space in it."""
    masker = Masker([("name", CANARY)])
    for written in (CANARY, CANARY.upper(), "Zebulon \n Quartermain"):
        assert "quartermain" not in masker.text(f"{before} {written}, {after}", "x").casefold()


@given(text=WORDS)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    """Markers are left alone, so that a text may pass through twice."""
    masker = Masker([("name", CANARY)])
    once = masker.text(f"{text} jo@example.org {CANARY}", "x")
    assert masker.text(once, "x") == once


def test_a_marker_tells_equality_within_one_record_only() -> None:
    """Two maskers give two markers for one value; one masker gives one, whatever the case."""
    one, other = Masker(), Masker()
    assert one.hide("cookie", "abc def", "x") == one.hide("cookie", "ABC  def", "y")
    assert one.hide("cookie", "abc", "x") != other.hide("cookie", "abc", "x")
    assert MARKER.fullmatch(one.hide("cookie", "abc", "x"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


@given(value=VALUES)
def test_no_text_of_an_answer_stays_but_on_and_off(value: object) -> None:
    """In JSON of any shape a canary stays nowhere, as value, as key or deep inside; switches stay."""
    told = {"training": False, "inner": [value, {"title": CANARY, CANARY: 1}], "note": f"of {CANARY}"}
    kept = masked_body(json.dumps(told).encode(), "application/json", Masker(), "x").data
    assert kept is not None
    assert CANARY not in kept.decode()
    assert json.loads(kept)["training"] is False


def test_a_short_word_stays_only_where_it_was_set() -> None:
    """``mode: opt_out`` can be read if a change was sent under that key, and never under a personal one."""
    sent = b'{"mode": "opt_out", "title": "divorce", "on": true}'
    keys = saved_keys(sent, "application/json")
    kept = json.loads(masked_body(sent, "application/json", Masker(), "x", keys).data or b"")
    assert kept["mode"] == "opt_out"
    assert kept["on"] is True
    assert kept["title"].startswith("[masked:value:")
    unsaved = json.loads(masked_body(sent, "application/json", Masker(), "x").data or b"")
    assert unsaved["mode"].startswith("[masked:value:")


def test_a_body_that_cannot_be_masked_is_left_out_with_a_reason() -> None:
    """Protocol buffers, streams and the like are not kept."""
    body = masked_body(b"\x08\x96\x01", "application/x-protobuf", Masker(), "x")
    assert body.data is None
    assert body.left_out is not None
    assert "application/x-protobuf" in body.left_out


@given(name=st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True))
def test_a_header_that_is_not_known_to_be_harmless_is_masked(name: str) -> None:
    """Whatever a header is called: a canary in it is gone."""
    headers = masked_headers({f"X-{name}": CANARY, "Cookie": f"a={CANARY}"}, Masker(), "x")
    assert CANARY not in str(headers)


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        (".a { color: red } /* Jo Doe */", ".a { color: red } "),
        ('.a::after { content: "\\201c" }', '.a::after { content: "\\201c" }'),
        ('.a { font-family: "Open Sans", serif }', '.a { font-family: "Open Sans", serif }'),
        ('[data-state="checked"] { left: 0 }', '[data-state="checked"] { left: 0 }'),
        ('[type="checkbox"] { left: 0 }', '[type="checkbox"] { left: 0 }'),
        (".a { background: url(#shade) }", '.a { background: url("#shade") }'),
        ('@charset "utf-8"; .a { width: calc(1px) }', '@charset "utf-8"; .a { width: calc(1px) }'),
    ],
)
def test_how_a_page_looks_stays(style: str, kept: str) -> None:
    """Signs, fonts, states and numbers are no words of anybody."""
    assert masked_style(style, Masker(), "page.html") == kept


@pytest.mark.parametrize(
    "style",
    [
        '.a::after { content: "Jo Doe" }',
        """.a::after { content: 'Jo " Doe' }""",
        '.a::after { content: "\\4a o\\20 Doe" }',
        '[title="Jo Doe"] { left: 0 }',
        ':root { --who: "Jo Doe" }',
        ".a { background: url(/people/Jo%20Doe.png) }",
        ".a { background: url('data:image/svg+xml,<text>Jo Doe</text>') }",
        '@import "/chat/about-the-jo-doe-affair.css";',
        '.a::after { content: "Jo Doe',
        "/* Jo Doe",
    ],
)
def test_words_in_styles_are_masked(style: str) -> None:
    """Wherever a style sheet holds a text or an address, and however it is written or broken off."""
    kept = masked_style(style, Masker(), "page.html")
    assert not re.search(r"jo\W*doe|4a o", kept, re.IGNORECASE)
    assert masked_style(kept, Masker(), "page.html") == kept, "a marker is not masked again"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/settings/data-privacy-controls", True),
        ("https://a.example/settings/privacy", True),
        ("https://a.example/api/organizations/settings", True),
        ("https://a.example/chat/my-divorce-and-the-house", False),
        ("https://a.example/chat/divorce", False),
        ("https://a.example/u/jodoe", False),
        ("https://a.example/@jodoe", False),
        ("https://a.example/a/Jo%20Doe", False),
        ("https://a.example/a#/chat/my-divorce-plans", False),
    ],
)
def test_titles_and_names_in_addresses_are_masked(url: str, kept: bool) -> None:
    """What addresses of settings say stays; titles, names and what stands behind an owner do not."""
    assert (Masker().url(url, "record") == url) is kept


def test_the_address_that_was_asked_for_stays() -> None:
    """The person or the pack named it; secrets in it are masked all the same."""
    masker = Masker()
    masker.allow("https://a.example/tools/how-we-use-things?token=s3cret#/my-own-place")
    asked = masker.url("https://a.example/tools/how-we-use-things?token=s3cret#/my-own-place", "record")
    assert asked.startswith("https://a.example/tools/how-we-use-things?token=masked:query:")
    assert asked.endswith("#/my-own-place")
