"""Who is let in, from where, and what every answer carries."""

from urllib.parse import urlsplit

import pytest

from tests.web.conftest import Visitor
from withhold.app.accounts import list_accounts
from withhold.app.bootstrap import Services
from withhold.web.serve import Running


def test_the_address_lets_one_browser_in_once(served: Running) -> None:
    """The token is exchanged for a cookie; whoever brings it again is refused, and so is any other token."""
    wrong = Visitor(served)
    assert wrong.get(f"{served.gate.base}/enter?token=guess").status == 403
    first = Visitor(served)
    answer = first.get(served.gate.entrance)
    assert (answer.status, answer.headers["location"]) == (303, f"{served.gate.base}/")
    assert first.get("/").status == 200


def test_the_token_is_spent(served: Running) -> None:
    """An address that was used and is found later, in a history or a log, opens nothing."""
    address = served.gate.entrance
    Visitor(served).get(address)
    late = Visitor(served)
    assert late.get(address).status == 403
    assert late.get("/").status == 403


def test_the_cookie_is_for_these_pages_alone(served: Running) -> None:
    """No script reads it, no other site sends it, and no other program on this machine is sent it."""
    cookie = Visitor(served).get(served.gate.entrance).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert f"Path={served.gate.base}" in cookie


@pytest.mark.parametrize(
    "path", ["/", "/exposure", "/evidence", "/add", "/guide/anthropic", "/static/withhold.css"]
)
def test_without_the_cookie_there_is_nothing(served: Running, path: str) -> None:
    """Every page and file is refused to whoever was not let in, and the refusal names no account."""
    answer = Visitor(served).get(path)
    assert answer.status == 403
    assert b"work" not in answer.body


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_name_is_refused(served: Running, host: str) -> None:
    """A name that resolves to this machine (DNS rebinding), or another port's, gets no page."""
    visitor = Visitor(served).entered()
    assert visitor.get("/", host=host).status == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_causes_is_refused(served: Running, site: str) -> None:
    """A link, picture or form of another site, or of another port on this machine, gets nothing."""
    visitor = Visitor(served).entered()
    assert visitor.get("/", **{"Sec-Fetch-Site": site}).status == 403


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://127.0.0.1:1", "http://localhost"]
)
def test_only_its_own_forms_change_something(served: Running, filled: Services, origin: str | None) -> None:
    """A POST from elsewhere, or from nowhere, is refused even with the cookie, and nothing changes."""
    visitor = Visitor(served).entered()
    more = {} if origin is None else {"Origin": origin}
    answer = visitor.post("/account", {"provider": "openai", "label": "planted"}, origin=None, **more)
    assert answer.status == 403
    assert "planted" not in {account.label for account in list_accounts(filled).accounts}


def test_every_answer_forbids_all_that_it_does_not_need(served: Running) -> None:
    """Nothing runs, nothing is loaded from elsewhere, nobody frames it, and nothing is kept."""
    visitor = Visitor(served)
    answers = [visitor.get("/nothing"), visitor.get(served.gate.entrance)]
    answers += [visitor.get(path) for path in ("/", "/static/withhold.css", "/static/nothing", "/exposure")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_it_listens_on_loopback_alone(served: Running) -> None:
    """No other machine can reach it."""
    assert urlsplit(served.origin).hostname == "127.0.0.1"


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"])
def test_no_other_file_is_given_out(served: Running, path: str) -> None:
    """A path that leads out of the static files finds nothing."""
    assert Visitor(served).entered().get(path).status == 404


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "evil"])
def test_a_form_leads_to_no_other_site(served: Running, back: str) -> None:
    """Where a form says to go on to stays within the page."""
    answer = Visitor(served).entered().post("/evidence/check", {"back": back})
    assert answer.headers["location"] == f"{served.gate.base}/evidence"


def test_a_request_that_is_too_large_is_refused(served: Running) -> None:
    """More fields than a form of the page has are an error, not a crash."""
    visitor = Visitor(served).entered()
    assert visitor.post("/word", {f"f{n}": "x" for n in range(200)}).status == 400
    assert visitor.get("/").status == 200


def test_another_method_finds_nothing(served: Running) -> None:
    """What changes something is no link, and what is looked at takes no form."""
    visitor = Visitor(served).entered()
    assert visitor.get("/evidence/check").status in (404, 405)
    assert visitor.post("/exposure", {}).status == 405
