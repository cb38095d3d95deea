"""Which terms let a request go: from the packs, and unknown is the worst."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from tests.gateway.conftest import HOSTS, RULES, Running, gateway_running, private_key, routes
from tests.gateway.raw import post, talk
from tests.gateway.test_bypass import plain, said
from tests.gateway.upstream import FakeUpstream
from withhold.app.gateway.auditing import list_audit
from withhold.app.gateway.checking import check_gateway
from withhold.app.gateway.running import route_line
from withhold.gateway.config import Config, RouteConfig, read_config
from withhold.gateway.hosts import known_hosts
from withhold.gateway.requirements import Requirement
from withhold.gateway.standing import local_standing, standing
from withhold.packs.loader import load_all
from withhold.report.text import gateway as shown
from withhold.support.errors import UsageProblem

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def route(terms: str, upstream: str = "https://api.anthropic.com", **more: object) -> RouteConfig:
    return RouteConfig(id="r", upstream=upstream, terms=terms, speaks=("anthropic",), **more)  # type: ignore[arg-type]


def stands(given: RouteConfig, now: datetime = NOW, age: int = 90):
    return standing(given, load_all(()), known_hosts(), now=now, max_age_days=age)


def test_terms_come_from_the_packs() -> None:
    """The API of Anthropic: nobody trains, a contract, up to 30 days, flagged content longer."""
    found = stands(route("anthropic/claude-api-direct"))
    assert (found.trains, found.contract, found.retention_days) == ("no", True, 30)
    assert found.flagged_days is not None
    assert found.flagged_days > 365
    assert found.sources
    assert found.version.startswith("anthropic@")


@pytest.mark.parametrize(
    ("terms", "upstream"),
    [
        ("anthropic/claude-api-direct", "https://api.anthropic.com.evil.example"),
        ("anthropic/claude-api-direct", "https://api.deepseek.com"),
        ("openai/openai-api-paid", "https://api.anthropic.com"),
        ("google/gemini-api-unpaid", "https://generativelanguage.googleapis.com"),
        ("deepseek/deepseek-api", "https://api.deepseek.com"),
        ("anthropic/claude-pro", "https://api.anthropic.com"),
    ],
)
def test_what_is_not_known_does_not_meet_no_training(terms: str, upstream: str) -> None:
    """Another host than the plan's, a free plan, a plan whose terms are unknown: refused."""
    try:
        found = stands(route(terms, upstream))
    except UsageProblem:
        return
    assert Requirement.parse("no-training").unmet(found, frozenset()) is not None


def test_old_terms_weaken() -> None:
    """Terms that nobody compared with their source for 90 days are unknown."""
    given = route("anthropic/claude-api-direct")
    assert stands(given, NOW + timedelta(days=80)).trains == "no"
    old = stands(given, NOW + timedelta(days=95))
    assert (old.trains, old.retention_days, old.contract) == ("unknown", None, False)
    assert stands(given, NOW + timedelta(days=95), age=180).trains == "no"
    assert stands(given, NOW + timedelta(days=200), age=180).trains != "no"


def test_a_clock_that_was_set_back_weakens() -> None:
    """Terms from the future cannot have been compared: the clock is wrong, and their age is unknown."""
    given = route("anthropic/claude-api-direct")
    assert stands(given, NOW - timedelta(days=1)).trains == "no"
    back = stands(given, NOW - timedelta(days=60))
    assert (back.trains, back.retention_days, back.contract) == ("unknown", None, False)
    assert "clock" in back.why


def test_requirements() -> None:
    """Each requirement by itself; a local model meets them all."""
    good = stands(route("anthropic/claude-api-direct"))
    assert Requirement.parse("retention <= 30d").unmet(good, frozenset()) is None
    assert Requirement.parse("retention <= 29d").unmet(good, frozenset()) is not None
    assert Requirement.parse("flagged retention <= 30d").unmet(good, frozenset()) is not None
    assert Requirement.parse("local-only for secrets").unmet(good, frozenset()) is None
    assert Requirement.parse("local-only for secrets").unmet(good, frozenset({"secrets"})) is not None
    unknown = replace(good, retention_days=None, trains="unknown")
    assert Requirement.parse("retention <= 9999d").unmet(unknown, frozenset()) is not None
    for text in ("no-training", "contract", "retention <= 1d", "flagged retention <= 1d", "local-only"):
        assert Requirement.parse(text).unmet(local_standing("l"), frozenset({"secrets"})) is None
    with pytest.raises(ValueError, match="no requirement"):
        Requirement.parse("no training")


def test_zero_retention_is_the_persons_word() -> None:
    """A signed contract counts where the pack says that there is such a thing, and is named as their word."""
    found = stands(route("anthropic/claude-api-direct", zero_retention=True))
    assert found.retention_days == 0
    assert any("zero retention" in word for word in found.word)


@pytest.mark.parametrize(
    "wrong",
    [
        "rout = 1\n",
        '[[route]]\nid="a"\nupstream="http://api.anthropic.com"\nterms="anthropic/x"\nspeaks=["anthropic"]\n[[rule]]\n',
        '[[route]]\nid="a"\nupstream="https://x.example"\nterms="local"\nspeaks=["openai"]\n[[rule]]\n',
        '[[route]]\nid="a"\nupstream="https://x.example"\nterms="a/b"\nspeaks=["openai"]\nkey="sk-123"\n[[rule]]\n',
        '[[route]]\nid="a"\nupstream="https://x.example"\nterms="a/b"\nspeaks=["openai"]\n[[rule]]\nrequire=["x"]\n',
        '[[route]]\nid="a"\nupstream="https://x.example"\nterms="a/b"\nspeaks=["openai"]\n[[rule]]\nrequires=[]\n',
        '[[route]]\nid="a"\nupstream="https://x.example"\nterms="a/b"\nspeaks=["openai"]\n',
    ],
)
def test_wrong_configurations_do_not_start(tmp_path: Path, wrong: str) -> None:
    """A misspelt key, a plain-text upstream, a local route elsewhere, a key in the file: all are errors."""
    path = tmp_path / "gateway.toml"
    path.write_text(wrong if "[[rule]]" in wrong else wrong + "rule = []\n" if "[[" not in wrong else wrong)
    with pytest.raises(UsageProblem):
        read_config(path)


def test_unknown_terms_refuse_and_say_why(tmp_path: Path, upstream: FakeUpstream) -> None:
    """An upstream that no pack knows is unknown: refused before a byte leaves, with what would allow it."""
    with gateway_running(tmp_path, routes(upstream.url) + RULES, hosts="[]") as gateway:
        answer = talk(gateway, post(gateway, plain()))
    message = json.loads(answer.body)["error"]["message"]
    assert answer.status == 403
    assert "nothing in the packs says" in message
    assert "would go with a route whose terms say that nobody trains" in message
    assert upstream.seen == []


def test_secrets_go_to_the_local_model(tmp_path: Path, upstream: FakeUpstream) -> None:
    """With ``secrets = local`` the request goes to the model on this machine, under that model's name."""
    local = f"""
[[route]]
id = "here"
upstream = "{upstream.url}"
terms = "local"
speaks = ["openai", "anthropic"]
model = "gemma"
key = "none"
on_my_word = true
[[rule]]
require = ["no-training", "local-only for secrets"]
found = {{ secrets = "local", personal = "redact", unread = "refuse" }}
"""
    system = [
        {"type": "text", "text": "x-anthropic-billing-header: cch=1"},
        {"type": "text", "text": "be kind"},
    ]
    with gateway_running(tmp_path, routes(upstream.url) + local) as gateway:
        answer = talk(gateway, post(gateway, {**said(private_key()), "system": system}))
        assert answer.status == 200
        assert b"x-withhold-route: here" in answer.head
        sent = next(seen for seen in upstream.seen if seen.method == "POST")
        assert sent.json["model"] == "gemma"
        assert sent.json["system"] == system[1:]
        assert not {"x-api-key", "authorization"} & {n.lower() for n, _ in sent.headers}
        assert b"x-withhold-route: claude" in talk(gateway, post(gateway, plain())).head


def test_rules_by_client_and_project(tmp_path: Path, upstream: FakeUpstream) -> None:
    """The project stands in the token; a header cannot say another one."""
    rules = """
[[rule]]
clients = ["laptop"]
projects = ["clinic"]
require = ["no-training"]
found = { personal = "redact" }
"""
    with gateway_running(tmp_path, routes(upstream.url) + rules) as gateway:
        refused = talk(gateway, post(gateway, plain(), "X-Project: clinic"))
        assert refused.code == "withhold_policy_refused"
        token = gateway.gateway.tokens.file.make("laptop", "clinic", now=NOW)  # type: ignore[attr-defined]
        assert talk(gateway, post(gateway, plain(), f"x-api-key: {token}", token=False)).status == 200
        assert len(upstream.seen) == 1


OPENROUTER = """
  demand: {provider.data_collection: deny, provider.zdr: true}
  refuse_fields: [plugins, preset]
  refuse_model_endings: [':online', ':free', '@preset']
  tool_types: [function, custom]
"""
DENIED = {"data_collection": "deny", "zdr": True}


@pytest.fixture
def openrouter(tmp_path: Path, upstream: FakeUpstream) -> Iterator[Running]:
    """A gateway whose provider counts as OpenRouter, with a client for each of its two formats."""
    hosts = HOSTS.replace(
        "claude-api-direct, openai", "claude-api-direct, openrouter/openrouter-user, openai"
    )
    config = routes(upstream.url, terms="openrouter/openrouter-user")
    config = config.replace("openai/openai-api-paid", "openrouter/openrouter-user")
    config = config.replace("key =", 'setting = "private"\nkey =') + RULES
    with gateway_running(tmp_path, config, hosts=hosts.rstrip() + OPENROUTER) as gateway:
        yield gateway


CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


@pytest.mark.parametrize("target", [CHAT, "/v1/responses", "/v1/embeddings", MESSAGES])
@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({}, DENIED),
        ({"provider": {"data_collection": "allow", "order": ["x"]}}, {**DENIED, "order": ["x"]}),
        ({"provider": {"zdr": False}}, DENIED),
        ({"provider": {"zdr": 1, "data_collection": "DENY"}}, DENIED),
        ({"provider": None}, DENIED),
    ],
)
def test_openrouter_is_told_to_deny(
    openrouter: Running, upstream: FakeUpstream, target: str, said: dict[str, object], sent: object
) -> None:
    """``data_collection: deny`` and ``zdr`` are in every request, whatever the client says of them."""
    body = plain(**said, input="hi")
    assert talk(openrouter, post(openrouter, body, target=target)).status == 200
    assert json.dumps(upstream.seen[0].json["provider"], sort_keys=True) == json.dumps(sent, sort_keys=True)


@pytest.mark.parametrize("target", [CHAT, MESSAGES])
@pytest.mark.parametrize(
    "more",
    [
        {"provider": "allow"},
        {"provider": ["allow"]},
        {"Provider": {"data_collection": "allow"}},
        {"plugins": [{"id": "web"}]},
        {"preset": "mine"},
        {"model": "@preset/mine"},
        {"model": "a/b@preset/mine"},
        {"model": "a/b:free"},
        {"model": "a/b:online"},
        {"model": "a/b:Online"},
        {"model": "a/b:online:nitro"},
        {"models": ["a/b:online"]},
        {"models": ["a/b", "a/b@preset/mine"]},
        {"tools": [{"type": "openrouter:web_search"}]},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"tools": [{"type": ["function"]}]},
        {"tools": {"type": "openrouter:web_search"}},
    ],
)
def test_what_openrouters_promise_does_not_cover(
    openrouter: Running, upstream: FakeUpstream, target: str, more: dict[str, object]
) -> None:
    """Presets, which hold settings of their own, plug-ins, web search and free models are refused."""
    assert talk(openrouter, post(openrouter, plain(**more), target=target)).status in {400, 403}
    assert upstream.seen == []


def test_openrouter_bodies_that_say_it_twice(openrouter: Running, upstream: FakeUpstream) -> None:
    """A second ``provider``, or a second word within it, is refused as every key that is there twice."""
    for twice in (
        b'"provider":{"zdr":true},"provider":{"zdr":false}',
        b'"provider":{"data_collection":"deny","data_collection":"allow"}',
    ):
        body = b'{"model":"m","messages":[],' + twice + b"}"
        assert talk(openrouter, post(openrouter, body, target=CHAT)).status == 400
    assert upstream.seen == []


def test_tools_of_the_client_pass(openrouter: Running, upstream: FakeUpstream) -> None:
    """Functions that the client itself carries out leave nothing with others."""
    tools = [{"type": "function", "function": {"name": "f"}}, {"name": "g", "input_schema": {}}]
    assert talk(openrouter, post(openrouter, plain(tools=tools), target=CHAT)).status == 200
    assert upstream.seen[0].json["tools"] == tools


def test_built_in_demands_of_openrouter() -> None:
    """The packs hold what is demanded of OpenRouter."""
    host = known_hosts()["openrouter.ai"]
    assert host.demand == {"provider.data_collection": "deny", "provider.zdr": True}
    assert {"plugins", "preset"} <= set(host.refuse_fields)
    assert {":online", ":free", "@preset"} <= set(host.refuse_model_endings)
    assert host.tool_types == ("function", "custom")


def test_no_finder_no_request(gateway: Running, upstream: FakeUpstream) -> None:
    """If a finder fails, nobody knows what a request holds: refused."""
    assert talk(gateway, post(gateway, plain())).status == 200
    upstream.seen.clear()

    def broken(_text: bytes) -> list[object]:
        raise RuntimeError("the finder is gone")

    gateway.gateway.judge.sight._finders = [broken]  # type: ignore[list-item]
    answer = talk(gateway, post(gateway, said("not seen before")))
    assert (answer.status, answer.code) == (503, "withhold_unavailable")
    assert upstream.seen == []


def test_verdicts_are_kept_by_block(gateway: Running) -> None:
    """An agent that sends the whole conversation again has only the new block looked at."""
    talk(gateway, post(gateway, said("one " * 500)))
    before = gateway.gateway.judge.sight.looked
    talk(
        gateway,
        post(
            gateway,
            plain(messages=[{"role": "user", "content": "one " * 500}, {"role": "user", "content": "new"}]),
        ),
    )
    assert gateway.gateway.judge.sight.looked == before + 1


def test_config_needs_no_default_rule() -> None:
    """A configuration without rules sends nothing."""
    from withhold.gateway.decide import Asked, decide

    given = Config(route=(route("anthropic/claude-api-direct"),), rule=())
    assert decide(given, {}, Asked("c", "p", "anthropic", ("m",), frozenset())).route is None


def test_what_a_pack_does_not_say_of_flagged_content_is_unknown() -> None:
    """Nothing said of flagged content is not the same as nothing kept."""
    given = route("openrouter/openrouter-user", "https://openrouter.ai/api/v1", setting="private")
    found = stands(given)
    assert (found.retention_days, found.flagged_days) == (0, None)
    assert Requirement.parse("flagged retention <= 365d").unmet(found, frozenset()) is not None


def test_what_trains_in_spite_is_named(tmp_path: Path, upstream: FakeUpstream) -> None:
    """Where terms say no and except something, every sentence that says no names it."""
    found = stands(route("anthropic/claude-api-direct"))
    assert (found.trains, found.apart_from) == ("no", ("feedback",))
    assert "apart from feedback" in route_line(found)
    with gateway_running(tmp_path, routes(upstream.url) + RULES) as gateway:
        talk(gateway, post(gateway, plain()))
        services = gateway.services
    assert list_audit(services, 1).requests[0].apart_from == ("feedback",)
    console = Console(width=80, record=True, file=io.StringIO())
    shown.check(console, check_gateway(services, None))
    assert "training: no, apart from feedback" in console.export_text()


def test_nothing_is_said_of_what_a_local_server_keeps(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A model on this machine sends nothing to others; what its server writes is not known."""
    local = f"""
[[route]]
id = "here"
upstream = "{upstream.url}"
terms = "local"
speaks = ["openai"]
model = "gemma"
key = "none"
on_my_word = true
"""
    with gateway_running(tmp_path, routes(upstream.url, more=local) + RULES) as gateway:
        document = check_gateway(gateway.services, None)
    row = document.routes[-1]
    assert (row.trains, row.retention_days) == ("unknown", None)
    console = Console(width=80, record=True, file=io.StringIO())
    shown.check(console, document)
    assert "what its server writes is not known here" in " ".join(console.export_text().split())
    assert "on this machine" in route_line(local_standing("here"))
