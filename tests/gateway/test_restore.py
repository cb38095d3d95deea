"""Values come back whole however a stream is cut, and what holds none passes byte for byte."""

import json
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.upstream import anthropic_stream, stream_of
from tests.sizes import SIZES, TIER
from withhold.gateway.restore import LONGEST_EVENT, StreamRestorer, TooLong, restore_whole
from withhold.gateway.vault import Session, restored

PATHS = ("/v1/messages", "/v1/chat/completions", "/v1/responses")
VALUES = st.text(min_size=5, max_size=30).filter(lambda v: "[[" not in v and v.isprintable())


def texts(path: str, stream: bytes) -> str:
    """What a client reads from a stream."""
    said = []
    for raw in stream.split(b"\n\n"):
        data = next((line[6:] for line in raw.split(b"\n") if line.startswith(b"data: ")), b"")
        if not data.startswith(b"{"):
            continue
        event: dict[str, Any] = json.loads(data)
        if "messages" in path and event["type"] == "content_block_delta":
            said.append(event["delta"].get("text", "") + event["delta"].get("partial_json", ""))
        elif "chat" in path:
            said.append(event["choices"][0]["delta"].get("content", ""))
        elif event["type"] == "response.output_text.delta":
            said.append(event["delta"])
    return "".join(said)


@settings(max_examples=SIZES.gateway.splits)
@given(
    path=st.sampled_from(PATHS),
    values=st.lists(VALUES, min_size=1, max_size=3, unique=True),
    around=st.lists(st.text(st.sampled_from('ab[]-é😀"\\\n '), max_size=8), min_size=4, max_size=4),
    cuts=st.sets(st.integers(1, 4000), max_size=30),
)
def test_every_cut(path: str, values: list[str], around: list[str], cuts: set[int]) -> None:
    """Whatever surrounds a placeholder and wherever the bytes are cut, the client reads the value."""
    session = Session(0.0)
    marks = [session.placeholder("email-address", value) for value in values]
    said = "".join(f"{before}{mark}" for before, mark in zip(around, marks, strict=False)) + around[3]
    wanted = restored(said, session.values)
    stream = b"".join(stream_of(path, "m", said))
    places = sorted({0, len(stream), *(cut % len(stream) for cut in cuts)})
    restorer = StreamRestorer(session.values)
    got = b"".join(restorer.feed(stream[a:b]) for a, b in pairwise(places)) + restorer.end()
    assert texts(path, got) == wanted
    if path.endswith("responses"):
        assert f'"text": {json.dumps(said)}'.encode() not in got
        assert json.dumps(wanted).encode() in got


def test_every_single_cut_of_one_stream() -> None:
    """A stream cut in two at each of its bytes (at every third in the quickest tier) reads the same."""
    session = Session(0.0)
    said = f"a {session.placeholder('iban', 'DE89370400440532013000')} b"
    stream = b"".join(anthropic_stream("m", said))
    for cut in range(0, len(stream), 1 if TIER != "check" else 3):
        restorer = StreamRestorer(session.values)
        got = restorer.feed(stream[:cut]) + restorer.feed(stream[cut:]) + restorer.end()
        assert texts("/v1/messages", got) == "a DE89370400440532013000 b"


@settings(max_examples=SIZES.gateway.splits)
@given(path=st.sampled_from(PATHS), said=st.text(max_size=40), cut=st.integers(0, 100_000))
def test_without_placeholders_every_byte_passes(path: str, said: str, cut: int) -> None:
    """Where nothing is put back, no byte differs."""
    said = said.replace("[", "(")
    stream = b"".join(stream_of(path, "m", said))
    restorer = StreamRestorer(Session(0.0).values)
    cut %= len(stream)
    assert restorer.feed(stream[:cut]) + restorer.feed(stream[cut:]) + restorer.end() == stream


def test_json_inside_a_string_stays_json() -> None:
    """In tool arguments the value is escaped once more, so that quotes and line ends do not break them."""
    session = Session(0.0)
    value = 'a"b\\c\nd'
    mark = session.placeholder("secret", value)
    arguments = json.dumps({"to": mark})
    whole = restore_whole({"function": {"arguments": arguments}}, session.values)
    assert json.loads(whole["function"]["arguments"]) == {"to": value}
    events = [
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": c}}
        for c in arguments
    ]
    restorer = StreamRestorer(session.values)
    stream = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
    got = restorer.feed(stream) + restorer.end()
    assert json.loads(texts("/v1/messages", got)) == {"to": value}


def test_channels_do_not_mix() -> None:
    """Two choices whose pieces take turns are restored each for itself."""
    session = Session(0.0)
    marks = [session.placeholder("email-address", v) for v in ("one@a.example", "two@b.example")]
    events = [
        {"choices": [{"index": n, "delta": {"content": marks[n][at]}, "finish_reason": None}]}
        for at in range(min(map(len, marks)))
        for n in (0, 1)
    ]
    events.append({"choices": [{"index": n, "delta": {}, "finish_reason": "stop"} for n in (0, 1)]})
    restorer = StreamRestorer(session.values)
    stream = b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
    got = [json.loads(p[6:]) for p in (restorer.feed(stream) + restorer.end()).split(b"\n\n") if p]
    said = {0: "", 1: ""}
    for event in got:
        for choice in event["choices"]:
            said[choice["index"]] += choice["delta"].get("content", "")
    assert said == {0: "one@a.example", 1: "two@b.example"}


def test_an_end_in_the_middle_of_a_placeholder() -> None:
    """What was held back when the stream ends goes out as it came."""
    restorer = StreamRestorer(Session(0.0).values)
    event = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x [[ema"}}
    got = restorer.feed(b"data: " + json.dumps(event).encode() + b"\n\n") + restorer.end()
    assert texts("/v1/messages", got) == "x [[ema"


def test_an_event_that_never_ends() -> None:
    """An upstream that ends no event does not fill the memory, and its parts are looked through once."""
    restorer = StreamRestorer({"[[secret-abcdefghijkl]]": "value"})
    part = b"data: " + b"x" * (1 << 20)
    began = time.process_time()
    assert {restorer.feed(part) for _ in range(LONGEST_EVENT // len(part))} == {b""}
    with pytest.raises(TooLong):
        restorer.feed(part)
    assert time.process_time() - began < 5
    assert restorer.end() == b""
