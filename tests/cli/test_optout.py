"""``withhold optout`` without a browser: guidance and refusals."""

from pathlib import Path

import pytest

from tests.cli.tool import Tool, audited


def test_guidance_by_default(tool: Tool) -> None:
    """Without a mode it prints the steps; a person has to act, so the exit code is 3."""
    document = tool.document("optout", "anthropic", code=3)
    assert document["outcome"] == "needs_human"
    assert document["mode"] == "guide"
    assert document["record"] is None
    assert document["controls"] == []
    steps = " ".join(document["steps"])
    for word in ("Settings", "Privacy", "Help improve Claude", "Set it off", "screenshot"):
        assert word in steps


def test_guidance_for_people(tool: Tool) -> None:
    """The text numbers the steps and claims nothing about the result."""
    ran = tool("optout", "anthropic")
    assert ran.code == 3
    assert "  1. " in ran.out
    assert "not known" in " ".join(ran.out.split())


def test_guidance_makes_no_request(own_home: Path) -> None:
    """Guidance opens no socket and starts no program."""
    done = audited("optout", "anthropic")
    assert done.code == 3
    assert done.events == []


@pytest.mark.parametrize("more", [(), ("--headless",), ("--url", "https://claude.ai/settings")])
def test_acting_is_refused_where_the_terms_forbid_it(tool: Tool, more: tuple[str, ...]) -> None:
    """Where the provider's terms do not permit it, assist is refused with the stance's own words."""
    document = tool.document("optout", "anthropic", "--mode", "assist", *more, code=2)
    assert document["code"] == "refused_by_stance"
    assert "prohibited" in document["message"]
    assert "guide" in document["next"]


def test_refusing_starts_nothing() -> None:
    """A refusal comes before any browser or socket."""
    done = audited("optout", "anthropic", "--mode", "assist", "--json")
    assert done.code == 2
    assert done.events == []


def test_a_pack_without_an_address(tool: Tool) -> None:
    """The lab has no home of its own: without an address, acting cannot begin."""
    assert tool.document("optout", "lab", "--mode", "assist", code=2)["code"] == "usage"


def test_two_accounts_are_never_guessed_between(tool: Tool) -> None:
    """With two accounts at a provider, the call has to name one."""
    for label in ("work", "home"):
        assert tool("account", "add", "anthropic", label).code == 0
    document = tool.document("optout", "anthropic", code=2)
    assert "home" in document["next"]
    assert tool("optout", "anthropic", "--account", "home").code == 3


def test_what_is_not_built_says_so(tool: Tool) -> None:
    """Witness mode is not there yet, and says what to use instead."""
    document = tool.document("optout", "anthropic", "--mode", "witness", code=2)
    assert "guide" in document["next"]
