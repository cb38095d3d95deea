"""The providers' own SDKs need nothing but another base URL and a token of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.gateway.conftest import Running, private_key
from tests.gateway.upstream import ODD_ERROR, FakeUpstream

if TYPE_CHECKING:  # seconds of loading, which only the worker that runs them should spend
    import anthropic
    import openai

SAID = [{"role": "user", "content": "Write to jane.roe@clinic.example.org about 4000001234567899."}]
REAL = "Write to jane.roe@clinic.example.org about"


@pytest.fixture
def claude(gateway: Running) -> Iterator[anthropic.Anthropic]:
    import anthropic

    with anthropic.Anthropic(base_url=gateway.url, auth_token=gateway.token, max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(gateway: Running) -> Iterator[openai.OpenAI]:
    import openai

    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=gateway.token, max_retries=0) as client:
        yield client


def test_anthropic_message(claude: anthropic.Anthropic, upstream: FakeUpstream) -> None:
    """A message goes through with our key, without the client's token, and the answer has its values back."""
    answer = claude.messages.create(model="claude-x", max_tokens=9, messages=SAID)  # type: ignore[arg-type]
    assert REAL in answer.content[0].text  # type: ignore[union-attr]
    sent = upstream.seen[-1]
    headers = {n.lower(): v for n, v in sent.headers}
    assert headers["x-api-key"] == "upstream-secret"
    assert "authorization" not in headers
    assert headers["anthropic-version"]
    assert b"jane.roe" not in sent.body
    assert b"[[email-address-" in sent.body


def test_anthropic_stream(claude: anthropic.Anthropic, upstream: FakeUpstream) -> None:
    """A streamed answer, cut at every character, has its values back; nothing of them went upstream."""
    with claude.messages.stream(model="claude-x", max_tokens=9, messages=SAID) as stream:  # type: ignore[arg-type]
        text = "".join(stream.text_stream)
    assert REAL in text
    assert "[[" not in text
    assert b"jane.roe" not in upstream.seen[-1].body


def test_anthropic_count_tokens_and_models(claude: anthropic.Anthropic, upstream: FakeUpstream) -> None:
    """Counting tokens and listing models work."""
    counted = claude.messages.count_tokens(model="claude-x", messages=[{"role": "user", "content": "hi"}])
    assert counted.input_tokens == 7
    assert upstream.seen[-1].path == "/v1/messages/count_tokens"
    claude.models.list()
    assert upstream.seen[-1].path.startswith("/v1/models")


def test_openai_chat(gpt: openai.OpenAI, upstream: FakeUpstream) -> None:
    """Chat completions, whole and streamed."""
    answer = gpt.chat.completions.create(model="gpt-x", messages=SAID)  # type: ignore[arg-type]
    assert REAL in str(answer.choices[0].message.content)
    stream = gpt.chat.completions.create(model="gpt-x", messages=SAID, stream=True)  # type: ignore[call-overload]
    assert REAL in "".join(c.choices[0].delta.content or "" for c in stream)
    assert ("Authorization", "Bearer upstream-secret") in upstream.seen[-1].headers
    assert b"jane.roe" not in upstream.seen[-1].body


def test_openai_responses_and_embeddings(gpt: openai.OpenAI, upstream: FakeUpstream) -> None:
    """Responses, whole and streamed, and embeddings."""
    said = SAID[0]["content"]
    assert REAL in gpt.responses.create(model="gpt-x", input=said).output_text
    text, done = "", ""
    for event in gpt.responses.create(model="gpt-x", input=said, stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.output_text.done":
            done = event.text
    assert text == done
    assert REAL in text
    vectors = gpt.embeddings.create(model="gpt-x", input="hello", encoding_format="float")
    assert vectors.data[0].embedding == [0.5, 1.5]
    gpt.models.list()
    assert upstream.seen[-1].path == "/v1/models"


def test_provider_errors_pass_unchanged(gpt: openai.OpenAI, upstream: FakeUpstream) -> None:
    """A 429 of the provider arrives byte for byte, with its headers: clients match on the wording."""
    import openai

    with pytest.raises(openai.RateLimitError) as caught:
        gpt.chat.completions.create(model="busy", messages=[{"role": "user", "content": "hi"}])
    assert caught.value.response.content == ODD_ERROR
    assert caught.value.response.headers["retry-after"] == "7"
    assert len(upstream.seen) == 1


def test_refusals_are_in_the_clients_format(
    claude: anthropic.Anthropic, gpt: openai.OpenAI, upstream: FakeUpstream
) -> None:
    """A secret is refused before a byte leaves; the SDKs read why, and what would allow it."""
    import anthropic
    import openai

    secret = [{"role": "user", "content": private_key()}]
    with pytest.raises(anthropic.PermissionDeniedError) as one:
        claude.messages.create(model="claude-x", max_tokens=9, messages=secret)  # type: ignore[arg-type]
    assert one.value.body["error"]["code"] == "withhold_policy_refused"  # type: ignore[index,call-overload]
    with pytest.raises(openai.PermissionDeniedError) as two:
        gpt.chat.completions.create(model="gpt-x", messages=secret)  # type: ignore[arg-type]
    assert two.value.code == "withhold_policy_refused"
    assert "secrets" in two.value.message
    assert upstream.seen == []


def test_open_lists(gateway: Running, upstream: FakeUpstream) -> None:
    """New headers and fields pass; a body in which nothing is found passes byte for byte."""
    import httpx

    said = b'"messages":[{"role":"user","content":"h\\u00e9"}] }'
    body = b'{"model" :"claude-x", "new_field": {"z":1.50,"a":[1e3]},\n' + said
    answer = httpx.post(
        gateway.url + "/v1/messages?beta=true",
        content=body,
        headers={
            "x-api-key": gateway.token,
            "anthropic-beta": "future-1,b",
            "X-New": "yes",
            "content-type": "application/json",
        },
    )
    sent = upstream.seen[-1]
    assert sent.body == body
    assert sent.path == "/v1/messages?beta=true"
    assert ("anthropic-beta", "future-1,b") in sent.headers
    assert ("X-New", "yes") in sent.headers
    assert answer.headers["x-future-header"] == "kept"
    assert json.loads(answer.content)["content"][0]["text"] == "hé"
