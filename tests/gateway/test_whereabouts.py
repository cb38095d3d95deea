"""A route to this machine is judged model by model: what answers on loopback can run elsewhere."""

import json
import sys
from pathlib import Path

import pytest

from tests.gateway.conftest import gateway_running
from tests.gateway.ollama import model_server
from tests.gateway.raw import Answer, post, talk
from tests.gateway.upstream import FakeUpstream
from withhold.app.gateway.auditing import list_audit
from withhold.app.gateway.checking import check_gateway

linux = pytest.mark.skipif(sys.platform != "linux", reason="who listens on a port is seen on Linux alone")


def local(upstream: str, more: str = "") -> str:
    return f"""
port = 0
[[route]]
id = "here"
upstream = "{upstream}"
terms = "local"
speaks = ["openai"]
key = "env:UPSTREAM_KEY"
{more}
[[rule]]
require = ["local-only"]
found = {{ secrets = "local", personal = "local", unread = "local" }}
"""


def asked(home: Path, upstream: str, model: str, more: str = "") -> tuple[Answer, str, object]:
    """The answer for a model, its message, and the last line's ``trains`` in the audit."""
    with gateway_running(home, local(upstream, more)) as gateway:
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
        answer = talk(gateway, post(gateway, body, target="/v1/chat/completions"))
        services = gateway.services
    row = list_audit(services, 1).requests[0]
    return answer, json.loads(answer.body).get("error", {}).get("message", ""), row.trains


@linux
def test_a_model_of_this_machine_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ollama listens, shows the model's file and names no other computer."""
    with model_server(tmp_path, monkeypatch) as url:
        answer, _, trains = asked(tmp_path / "a", url, "gemma3:1b")
        assert (answer.status, trains) == (200, "no")
        assert asked(tmp_path / "b", url + "/v1", "gemma3:1b")[0].status == 200


@linux
@pytest.mark.parametrize("more", ["", "on_my_word = true"])
@pytest.mark.parametrize("model", ["kimi-k2:cloud", "pointer:latest"])
def test_a_model_that_runs_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, more: str
) -> None:
    """By its name or by what Ollama says of it; nobody's word makes it local."""
    with model_server(tmp_path, monkeypatch) as url:
        answer, message, _ = asked(tmp_path / "state", url, model, more)
    assert (answer.status, answer.code) == (403, "withhold_policy_refused")
    assert "elsewhere" in message


@linux
@pytest.mark.parametrize("model", ["odd", "not-pulled:7b"])
def test_an_unknown_model_is_refused_and_told_as_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Where Ollama shows no file, or does not list the model, nobody knows where it would run."""
    with model_server(tmp_path, monkeypatch) as url:
        answer, message, _ = asked(tmp_path / "state", url, model)
    assert (answer.status, answer.code) == (403, "withhold_policy_refused")
    assert "not known" in message
    assert "on_my_word" in message


def test_a_word_is_told_as_a_word(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A server of no known kind may be used on the person's word; the audit says unknown, never no."""
    refused = asked(tmp_path / "a", upstream.url, "m")[0]
    assert refused.status == 403
    assert not [seen for seen in upstream.seen if seen.method == "POST"]
    answer, _, trains = asked(tmp_path / "b", upstream.url, "m", "on_my_word = true")
    assert (answer.status, trains) == (200, "unknown")


def test_stand_ins_do_not_reach_a_local_server(tmp_path: Path, upstream: FakeUpstream) -> None:
    """One model was judged, so one model is named in what is sent."""
    with gateway_running(tmp_path, local(upstream.url, "on_my_word = true")) as gateway:
        body = {"model": "m", "models": ["m2"], "messages": [{"role": "user", "content": "hi"}]}
        assert talk(gateway, post(gateway, body, target="/v1/chat/completions")).status == 200
    assert "models" not in next(seen.json for seen in upstream.seen if seen.method == "POST")


@linux
def test_withholds_own_relay_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``local serve`` listens and shows its seal to who has its token; after a leak it is unknown."""
    for name, sealed, status in (("a", True, 200), ("b", False, 403)):
        (folder := tmp_path / name).mkdir()
        state = json.dumps({"model": "gemma", "level": "full", "sealed": sealed, "seal": "sealed off"})
        with model_server(folder, monkeypatch, called="withhold", state=state) as url:
            assert asked(folder / "state", url, "gemma")[0].status == status


@linux
def test_check_asks_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``check`` tells for each local route what is known of its model."""
    with model_server(tmp_path, monkeypatch) as url:
        for number, (model, usable) in enumerate(
            (("gemma3:1b", True), ("kimi-k2:cloud", False), ("odd", False))
        ):
            with gateway_running(tmp_path / str(number), local(url, f'model = "{model}"')) as gateway:
                row = check_gateway(gateway.services, None).routes[0]
            assert (row.plain_request, row.trains == "no") == (usable, usable)
            assert row.why
