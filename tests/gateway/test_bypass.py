"""Ways round the rules. Each must end with nothing sent upstream."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import RULES, Running, gateway_running, private_key, routes
from tests.gateway.raw import post, talk
from tests.gateway.upstream import FakeUpstream

CARD = "4000001234567899"


def plain(**more: Any) -> dict[str, Any]:
    return {"model": "claude-x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}], **more}


def said(content: Any) -> dict[str, Any]:
    return plain(messages=[{"role": "user", "content": content}])


def test_the_plain_request_passes(gateway: Running, upstream: FakeUpstream) -> None:
    """What all others here differ from in one thing does go through."""
    assert talk(gateway, post(gateway, plain())).status == 200
    assert len(upstream.seen) == 1


@pytest.mark.parametrize(
    "target",
    [
        "/v1/messages?model=other",
        "/v1/messages?beta=true&beta=false",
        "/v1/messages?x=jane@clinic.example.org",
        "/v1/messages?beta=%74rue",
        "/v1//messages",
        "/v1/./messages",
        "/v1/x/../messages",
        "/v1/messages/",
        "/v1/Messages",
        "/v1/%6dessages",
        "/v1/messages;a=b",
        "/v1/messages#x",
        "/v1/files",
        "/v1/messages/batches",
        "/v1/complete",
        "/v1/models/../messages",
        "http://127.0.0.1/v1/messages",
        "https://api.anthropic.com/v1/messages",
        "//evil.example/v1/messages",
        "*",
    ],
)
def test_other_ways_to_write_the_address(gateway: Running, upstream: FakeUpstream, target: str) -> None:
    """Only the providers' own paths count, written as they write them; nothing is decoded on the way."""
    assert talk(gateway, post(gateway, plain(), target=target)).status in {400, 404}
    assert upstream.seen == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"claude-x","model":"claude-x","messages":[]}',
        b'{"model":"claude-x","messages":[{"role":"user","content":"a","content":"b"}]}',
        b'{"model":"claude-x","mess\\u0061ges":[],"messages":[]}',
        b'{"model":"claude-x","n":NaN,"messages":[]}',
        b'{"model":"claude-x","messages":[{"role":"user","content":"\xff\xfe"}]}',
        '{"model":"claude-x","messages":[]}'.encode("utf-16"),
        b'\xef\xbb\xbf{"model":"claude-x","messages":[]}',
        b'{"model":"claude-x","messages":["\\ud800"]}',
        b'{"model":"claude-x","messages":[]} {"model":"x"}',
        b'[{"model":"claude-x"}]',
        b'{"model":"claude-x","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"model":"claude-x","messages":' + b"[" * 300 + b"]" * 300 + b"}",
        b"model=claude-x",
        b"",
    ],
)
def test_bodies_that_two_parsers_could_read_differently(
    gateway: Running, upstream: FakeUpstream, body: bytes
) -> None:
    """Keys twice, other encodings, half surrogates, trailing values and depth are refused."""
    answer = talk(gateway, post(gateway, body))
    assert (answer.status, answer.code) == (400, "withhold_request_unclear")
    assert upstream.seen == []


@pytest.mark.parametrize(
    "model",
    [
        "gpt-x",
        "claude",
        "CLAUDE-X",
        " claude-x",
        "claude-x\n",
        "claude-x ",
        "",
        None,
        7,
        ["claude-x"],
        "claude-x\u200b",
    ],
)
def test_model_aliases(tmp_path: Path, upstream: FakeUpstream, model: Any) -> None:
    """A name that the route does not list exactly is not served, whatever the provider would take it for."""
    config = routes(upstream.url).replace(
        'speaks = ["anthropic"]', 'speaks = ["anthropic"]\nmodels = ["claude-*"]'
    )
    with gateway_running(tmp_path, config + RULES) as gateway:
        answer = talk(gateway, post(gateway, plain(model=model)))
        assert answer.status in {400, 403}
        stand_in = talk(gateway, post(gateway, plain(models=["claude-y", "deepseek"])))
        assert stand_in.status == 403
    assert upstream.seen == []


@pytest.mark.parametrize(
    "headers",
    [
        ("Origin: https://evil.example",),
        ("Origin: null",),
        ("Sec-Fetch-Site: cross-site",),
        ("Content-Encoding: gzip",),
        ("Content-Encoding: br",),
        ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA", "Sec-WebSocket-Version: 13"),
        ("Upgrade: h2c",),
        ("Content-Type: text/plain",),
        ("Content-Type: application/json", "Content-Type: text/plain"),
        ("X-Api-Key: another",),
        ("Authorization: Bearer another",),
        ("Host: evil.example",),
    ],
)
def test_header_tricks(gateway: Running, upstream: FakeUpstream, headers: tuple[str, ...]) -> None:
    """Pages, upgrades, compression, second values of what counts once: refused."""
    assert talk(gateway, post(gateway, plain(), *headers)).status in {400, 401}
    assert upstream.seen == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost", "127.0.0.1.nip.example:80", ""])
def test_dns_rebinding(gateway: Running, upstream: FakeUpstream, host: str) -> None:
    """A name of somebody else's that leads here is not this gateway, and nor is it with another port."""
    assert talk(gateway, post(gateway, plain(), host=host or "x")).status == 400
    assert upstream.seen == []


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "CONNECT", "DELETE", "HEAD", "TRACE", "PATCH"])
def test_methods(gateway: Running, upstream: FakeUpstream, method: str) -> None:
    """Only POST, and GET for models, is passed on."""
    assert talk(gateway, post(gateway, plain(), method=method)).status >= 400
    assert upstream.seen == []


def test_who_asks(gateway: Running, upstream: FakeUpstream) -> None:
    """Without a token of ours, or with the provider's key instead, nothing is sent."""
    for header in (
        (),
        ("x-api-key: wh-wrong",),
        ("x-api-key: upstream-secret",),
        ("Authorization: Basic eA==",),
    ):
        answer = talk(gateway, post(gateway, plain(), *header, token=False))
        assert (answer.status, answer.code) == (401, "withhold_token_unknown")
    assert upstream.seen == []


def test_smuggling(gateway: Running, upstream: FakeUpstream) -> None:
    """What says its length twice is not answered, and a hidden second request never arrives."""
    hidden = b"POST /v1/messages HTTP/1.1\r\nHost: evil\r\n\r\n"
    body = json.dumps(plain()).encode()
    chunked = f"{len(body):x}".encode() + b"\r\n" + body + b"\r\n0\r\n\r\n"
    tricks = [
        post(gateway, b"0\r\n\r\n" + hidden, "Transfer-Encoding: chunked", "Content-Length: 5"),
        post(gateway, chunked + hidden, "Transfer-Encoding: chunked", "Content-Length: 4"),
        post(gateway, chunked, "Transfer-Encoding: xchunked"),
        post(gateway, chunked, "Transfer-Encoding: chunked, identity"),
        post(gateway, chunked, "Transfer-Encoding: identity, chunked"),
        post(gateway, body, "Content-Length: 4", f"Content-Length: {len(body)}"),
        post(gateway, body, "Content-Length: +5"),
        post(gateway, b"5;\n\nxx\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        post(gateway, body, "X: y\r\n z"),
        post(gateway, body, "X : y"),
    ]
    for trick in tricks:
        assert talk(gateway, trick).status in {0, 400}, trick
    assert upstream.seen == []


def test_chunked_is_sent_on_with_a_length(gateway: Running, upstream: FakeUpstream) -> None:
    """A chunked request is read whole and leaves with one length; all of its framing is gone."""
    body = json.dumps(plain()).encode()
    half = len(body) // 2
    chunks = b"".join(f"{len(p):x}".encode() + b"\r\n" + p + b"\r\n" for p in (body[:half], body[half:]))
    trick = post(
        gateway,
        chunks + b"0\r\nX-Trailer: 1\r\n\r\n",
        "Transfer-Encoding: chunked",
        "Connection: X-Secret",
        "X-Secret: 1",
    )
    assert talk(gateway, trick).status == 200
    names = {n.lower() for n, _ in upstream.seen[0].headers}
    assert upstream.seen[0].body == body
    assert not names & {"transfer-encoding", "x-secret", "x-trailer", "connection"}


def test_redirects(gateway: Running, upstream: FakeUpstream) -> None:
    """A redirect is neither followed nor handed to the client, who would follow it past the gateway."""
    answer = talk(gateway, post(gateway, plain(model="redirect")))
    assert (answer.status, answer.code) == (502, "withhold_upstream_failed")
    assert b"Location" not in answer.head
    assert len(upstream.seen) == 1


def test_no_second_route(gateway: Running, upstream: FakeUpstream) -> None:
    """An answer that breaks off ends with an error event; it is not asked for again, whole or elsewhere."""
    answer = talk(gateway, post(gateway, plain(model="broken", stream=True)))
    assert answer.status in {200, 502}
    assert len(upstream.seen) == 1


def test_streaming_fallback_is_judged_again(gateway: Running, upstream: FakeUpstream) -> None:
    """The same content is refused streamed and whole: there is no way that skips the rules."""
    for stream in (True, False):
        answer = talk(gateway, post(gateway, {**said(private_key()), "stream": stream}))
        assert (answer.status, answer.code) == (403, "withhold_policy_refused")
    assert upstream.seen == []


def test_values_in_odd_places(gateway: Running, upstream: FakeUpstream) -> None:
    """A card number as a number, in a key, an id, a header, or escaped within JSON within a string."""
    inner = json.dumps({"to": "jane@clinic.example.org"}).replace("@", "\\u0040")
    for body in (said([{"type": "text", "text": "x", "n": int(CARD)}]), said([{"type": "text", CARD: "x"}])):
        assert talk(gateway, post(gateway, body)).code == "withhold_policy_refused"
    assert talk(gateway, post(gateway, plain(), f"X-Note: {CARD}")).code == "withhold_policy_refused"
    assert upstream.seen == []
    assert talk(gateway, post(gateway, said(inner))).status == 200
    sent = upstream.seen[0].json["messages"][0]["content"]
    assert "clinic" not in json.dumps(json.loads(sent))


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_json_in_json_in_json(gateway: Running, upstream: FakeUpstream, depth: int) -> None:
    """A tool's result may hold a file that holds JSON: an escaped value is found however deep it lies."""
    inner = json.dumps({"to": "jane@clinic.example.org"}).replace("@", "\\u0040")
    for _ in range(depth - 1):
        inner = json.dumps({"file": inner})
    assert talk(gateway, post(gateway, said(inner))).status == 200
    sent = upstream.seen[0].json["messages"][0]["content"]
    for _ in range(depth - 1):
        sent = json.loads(sent)["file"]
    assert json.loads(sent)["to"] != "jane@clinic.example.org"


def test_a_value_in_the_place_of_a_model_is_neither_sent_nor_written(
    gateway: Running, upstream: FakeUpstream, tmp_path: Path
) -> None:
    """A card number as the model, in a body or in the address: refused, and in no file of the state."""
    for request in (
        post(gateway, plain(model=CARD)),
        post(gateway, b"", "anthropic-version: 2023-06-01", target=f"/v1/models/{CARD}", method="GET"),
    ):
        answer = talk(gateway, request)
        assert (answer.status, answer.code) == (403, "withhold_policy_refused")
    assert upstream.seen == []
    held = [path for path in tmp_path.rglob("*") if path.is_file() and CARD.encode() in path.read_bytes()]
    assert held == []


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}],
        [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
        [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
        [{"type": "input_file", "file_data": base64.b64encode(gzip.compress(b"x")).decode()}],
        list(range(1000, 1040)),
    ],
)
def test_what_no_finder_reads(gateway: Running, upstream: FakeUpstream, content: Any) -> None:
    """Pictures, sound, files and token numbers are a sort of their own; here the rule refuses them."""
    answer = talk(gateway, post(gateway, said(content)))
    assert answer.code == "withhold_policy_refused"
    assert upstream.seen == []


def test_a_value_without_its_context(gateway: Running, upstream: FakeUpstream) -> None:
    """What was replaced once is replaced wherever it comes again, also where no finder would see it."""
    first = said("my phone: 030 1234567 thanks")
    assert talk(gateway, post(gateway, first)).status == 200
    assert b"030 1234567" not in upstream.seen[0].body
    assert talk(gateway, post(gateway, said("Call 030 1234567."))).status == 200
    assert b"030 1234567" not in upstream.seen[1].body


def test_too_long(gateway: Running, upstream: FakeUpstream) -> None:
    """A body over the limit is refused before it is read."""
    data = post(gateway, b"", f"Content-Length: {64 << 20}")
    assert talk(gateway, data).status == 400
    assert upstream.seen == []
