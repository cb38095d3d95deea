"""When we may click for the person, by the provider's own terms."""

from datetime import date

import pytest

from withhold.controls.stance import is_loopback, require_assist
from withhold.model.terms import StanceRule
from withhold.model.words import Confidence, Stance
from withhold.support.errors import RefusedByStance

PAGE = "https://example.org/settings"


def _stance(stance: Stance) -> StanceRule:
    return StanceRule(
        stance, "No bots.", date(2026, 8, 22), Confidence.DOCUMENTED, "https://example.org/terms"
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
