"""When we may click for the person, by the provider's own terms."""

from dataclasses import replace
from datetime import date

import pytest

from tests.controls.fakes import control
from withhold.controls.stance import is_loopback, is_page_of, require_assist
from withhold.model.terms import Provider, Source, StanceRule
from withhold.model.words import Confidence, Stance
from withhold.support.errors import RefusedByStance, UsageProblem

PAGE = "https://example.org/settings"


def _stance(stance: Stance, *, fictional: bool = False) -> Provider:
    """A pack with that stance, whose settings page is on another host than its homepage."""
    rule = StanceRule(
        stance, "No bots.", date(2026, 8, 22), Confidence.DOCUMENTED, "https://example.org/terms"
    )
    return Provider(
        id="example",
        name="Example",
        aliases=(),
        homepage=None if fictional else "https://www.example.org",
        fictional=fictional,
        stance=rule,
        products=(),
        controls=(
            replace(control("Train"), url="/settings" if fictional else "https://chat.example/privacy"),
        ),
        sources={
            "s": Source(id="s", url="https://help.example.org/x", title="Help", kind="provider"),
            "p": Source(id="p", url="https://sites.example.org/x", title="A blog", kind="press"),
        },
        kinds={},
    )


def test_permitted_passes_without_override() -> None:
    """Where the terms permit it nothing is overridden, even if the override was typed."""
    assert require_assist(_stance(Stance.PERMITTED), PAGE, override=True) is False


@pytest.mark.parametrize("stance", [Stance.PROHIBITED, Stance.RESTRICTED, Stance.UNKNOWN])
def test_all_else_is_refused_with_the_reason_and_the_way_out(stance: Stance) -> None:
    """Unknown is treated like prohibited; the refusal names the words, the source and guide mode."""
    with pytest.raises(RefusedByStance) as refused:
        require_assist(_stance(stance), PAGE, override=False)
    told = refused.value.diagnostics()
    assert all(part in told for part in ("No bots.", "https://example.org/terms", "--mode guide"))


@pytest.mark.parametrize("stance", [Stance.PROHIBITED, Stance.UNKNOWN])
def test_a_typed_override_passes_and_says_so(stance: Stance) -> None:
    """The answer tells the caller to record the override."""
    assert require_assist(_stance(stance), PAGE, override=True) is True


def test_a_page_without_a_pack_is_unknown() -> None:
    """No pack, no click, but on loopback there is nobody whose terms could forbid it."""
    with pytest.raises(RefusedByStance):
        require_assist(None, PAGE, override=False)
    assert require_assist(None, "http://127.0.0.1:8000/", override=False) is False


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1/", True),
        ("http://127.8.9.10:80/x", True),
        ("http://[::1]:8080/", True),
        ("http://localhost:1/", True),
        ("http://localhost.example.org/", False),
        ("http://127.0.0.1.example.org/", False),
        ("http://user@127.0.0.1@example.org/", False),
        ("http://10.0.0.1/", False),
        ("about:blank", False),
    ],
)
def test_loopback_is_judged_by_host_alone(url: str, loopback: bool) -> None:
    """A name that only looks like this computer is not it."""
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://chat.example/other", True),
        ("https://EXAMPLE.org./", True),
        ("https://www.example.org/", True),
        ("https://help.example.org/", True),
        ("https://sites.example.org/", False),
        ("https://www.chat.example/", False),
        ("https://badexample.org/", False),
        ("https://example.org.evil.example/", False),
        ("http://example.org/", False),
        ("http://127.0.0.1:8799/x.html", False),
        ("about:blank", False),
    ],
)
def test_a_provider_has_its_own_pages(url: str, theirs: bool) -> None:
    """Hosts of homepage and controls, and of the provider's own sources below them; all else is not."""
    assert is_page_of(_stance(Stance.UNKNOWN), url) is theirs


def test_a_fictional_provider_lives_on_this_computer() -> None:
    """No host elsewhere is a page of a provider that does not exist."""
    lab = _stance(Stance.PERMITTED, fictional=True)
    assert is_page_of(lab, "http://127.0.0.1:8000/settings/privacy")
    assert not is_page_of(lab, "https://192.0.2.2/settings/privacy")


@pytest.mark.parametrize("fictional", [True, False])
def test_a_permission_holds_on_own_pages_alone(fictional: bool) -> None:
    """What one provider permits says nothing of another host: there it is refused, or overridden."""
    provider = _stance(Stance.PERMITTED, fictional=fictional)
    with pytest.raises(RefusedByStance, match="Nothing is known"):
        require_assist(provider, "https://192.0.2.2/", override=False)
    assert require_assist(provider, "https://192.0.2.2/", override=True) is True


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.2/",
        "file:///home/robin/page.html",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://127.0.0.1/",
        "https:///settings",
        "https://me@example.org/",
        "http://192.0.2.2\\@127.0.0.1/",
        "https://example.org/\tx",
        "http://[::1/",
    ],
)
def test_only_addresses_that_can_be_judged_are_opened(url: str) -> None:
    """Other schemes, unencrypted hosts, addresses that browsers read otherwise: refused even so."""
    with pytest.raises(UsageProblem) as refused:
        require_assist(_stance(Stance.PERMITTED), url, override=True)
    assert refused.value.code == "usage"
