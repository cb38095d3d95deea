"""The relay lets through who may ask, and nothing that would have the engine fetch something."""

import http.client
import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.conftest import need, talkative
from withhold.local.hosting import Hosted, hosted, relayed, threads
from withhold.local.http import events
from withhold.local.media import remote_references
from withhold.local.relay import ASKED, CSP
from withhold.local.seal.levels import Level
from withhold.support.progress import Silent

HELLO = {"messages": [{"role": "user", "content": "Once upon a time"}], "max_tokens": 8}


def ask(
    host: Hosted, path: str, body: object = None, *, method: str | None = None, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    """One request with the right token and host, unless ``headers`` say otherwise."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
    sent = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    given_ = {"Authorization": f"Bearer {host.token}", "Content-Type": "application/json", **headers}
    connection.request(method or ("GET" if sent is None else "POST"), path, sent, given_)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def test_openais_client_streams(host: Hosted) -> None:
    """The real SDK, whole and streamed, chat and responses."""
    import openai

    plain = httpx2.Client(trust_env=False)
    client = openai.OpenAI(base_url=f"{host.url}/v1", api_key=host.token, http_client=plain)
    asked: Any = {"model": "gemma", **HELLO}
    whole = client.chat.completions.create(**asked)
    assert whole.usage is not None
    assert whole.usage.completion_tokens == 8
    streamed = client.chat.completions.create(**asked, stream=True)
    assert "".join(piece.choices[0].delta.content or "" for piece in streamed if piece.choices)
    answered = client.responses.create(model="gemma", input="Hello", max_output_tokens=4, stream=True)
    kinds = [event.type for event in answered]
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    assert [model.id for model in client.models.list()] == ["gemma"]
    client.close()


def test_anthropics_client_streams(host: Hosted) -> None:
    """The real SDK: messages, streamed messages and the count of tokens."""
    import anthropic

    client = anthropic.Anthropic(
        base_url=host.url, auth_token=host.token, http_client=httpx2.Client(trust_env=False)
    )
    asked: Any = {"model": "gemma", **HELLO}
    assert client.messages.create(**asked).usage.output_tokens == 8
    with client.messages.stream(**asked) as stream:
        assert "".join(stream.text_stream)
    counted = client.messages.count_tokens(model="gemma", messages=HELLO["messages"])  # type: ignore[arg-type]
    assert counted.input_tokens > 3
    client.close()


def test_answers_keep_to_a_schema(host: Hosted) -> None:
    """Even a base model gives JSON of the shape that was asked for."""
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 99}},
        "required": ["n"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}}
    status, body, _ = ask(host, "/v1/chat/completions", {**HELLO, "max_tokens": 60, "response_format": form})
    assert status == 200
    assert isinstance(json.loads(json.loads(body)["choices"][0]["message"]["content"])["n"], int)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Authorization": "Bearer no"}, 401),
        ({"Authorization": ""}, 401),
    ],
)
def test_others_are_refused(host: Hosted, headers: dict[str, str], status: int) -> None:
    """A foreign host or origin, or a wrong token, gets nothing; no answer allows a foreign origin."""
    found, _, answered = ask(host, "/v1/chat/completions", HELLO, **headers)
    assert found == status
    assert not any(name.lower().startswith("access-control") for name in answered)


@pytest.mark.parametrize("path", ["/slots", "/props", "/metrics", "/completion", "/v1/../slots", "/models"])
def test_only_ways_of_asking_are_there(host: Hosted, path: str) -> None:
    """What shows others' prompts or changes the server cannot be reached from outside."""
    assert ask(host, path)[0] in (404, 405)


def test_a_preflight_is_not_answered(host: Hosted) -> None:
    """No other page's script may ask, whatever it announces."""
    status, _, answered = ask(host, "/v1/chat/completions", method="OPTIONS", Origin="https://evil.example")
    assert status == 403
    assert "access-control-allow-origin" not in {name.lower() for name in answered}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/x.png"}},
        {"type": "image_url", "image_url": "https://example.org/x.png"},
        {"type": "input_image", "image_url": "file:///etc/passwd"},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/x.png"}},
        {
            "type": "tool_result",
            "content": [{"type": "document", "source": {"type": "url", "url": "ftp://x/y"}}],
        },
        {"type": "input_file", "file_id": "file-123"},
    ],
)
def test_nothing_is_fetched_for_a_request(host: Hosted, part: dict[str, Any]) -> None:
    """A part that names an address is refused before the engine sees it, in the client's own form."""
    asked = {"messages": [{"role": "user", "content": [part]}], "max_tokens": 1}
    status, body, _ = ask(host, "/v1/messages", asked)
    assert status == 400
    assert json.loads(body)["error"]["code"] == "withhold_refused"


def test_what_a_tool_was_called_with_is_text() -> None:
    """An agent may have looked at an address: that is in the text and is not fetched."""
    body = {
        "messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": {"url": "https://x"}}]}]
    }
    assert remote_references(body) == ()
    data = {
        "messages": [{"content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}]
    }
    assert remote_references(data) == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON, _JSON)
def test_an_address_is_found_however_deep(around: Any, beside: Any) -> None:
    """Whatever stands around it, an image's address is found."""
    image = {"type": "image_url", "image_url": {"url": "http://x"}, "beside": beside}
    assert remote_references({"messages": [around, [[image]]]}) != ()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(host: Hosted, body: bytes) -> None:
    """The engine gets only what was understood here."""
    assert ask(host, "/v1/chat/completions", body)[0] == 400


def test_a_request_beyond_the_limit_is_refused(host: Hosted) -> None:
    """33 MiB are too much."""
    assert ask(host, "/v1/chat/completions", b" " * (33 << 20))[0] == 413


def test_the_page_loads_nothing_from_elsewhere(host: Hosted) -> None:
    """Page, script and style come from here under a policy that allows nothing else, and name no other
    place.
    """
    for path in ("/", "/chat.js", "/chat.css"):
        status, body, headers = ask(host, path, Authorization="")
        assert status == 200
        assert headers["content-security-policy"] == CSP
        assert b"http" not in body
        assert host.token.encode() not in body


def test_the_state_says_model_and_seal(host: Hosted) -> None:
    """What the page shows, and only with the token."""
    state = json.loads(ask(host, "/withhold/state")[1])
    assert (state["model"], state["level"], state["sealed"]) == ("gemma", "kernel-netns", True)
    assert ask(host, "/withhold/state", Authorization="")[0] == 401


def test_leaving_stops_the_engine(host: Hosted) -> None:
    """A client that goes away frees the engine: the next answer does not wait for the old one."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
    body = {**HELLO, "max_tokens": 1500, "stream": True, "ignore_eos": True}
    connection.request(
        "POST", "/v1/chat/completions", json.dumps(body), {"Authorization": f"Bearer {host.token}"}
    )
    answer = connection.getresponse()
    next(iter(events(answer)))
    answer.close()
    connection.close()
    began = time.monotonic()
    assert ask(host, "/v1/chat/completions", HELLO)[0] == 200
    assert time.monotonic() - began < 10


def test_several_ask_at_once(host: Hosted) -> None:
    """Requests at the same time are all answered."""
    found: list[int] = []
    asking = [
        threading.Thread(target=lambda: found.append(ask(host, "/v1/chat/completions", HELLO)[0]))
        for _ in range(4)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert found == [200] * 4


def test_an_engine_that_is_gone_is_said(tmp_path: Path) -> None:
    """The relay answers 502 in the client's form, and the page no longer says sealed."""
    need(Level.LSM)
    with hosted(talkative(), Level.LSM, Silent()) as made, relayed(made):
        made.sealed.close()
        for path in ASKED:
            status, body, _ = ask(made, path, HELLO)
            assert status == 502
            assert "error" in json.loads(body)
        assert json.loads(ask(made, "/withhold/state")[1])["sealed"] is False


def test_threads_are_at_least_one() -> None:
    """However busy the machine is."""
    assert threads() >= 1
