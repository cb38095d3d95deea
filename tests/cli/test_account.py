"""``withhold account``: what a person tells, kept as their word."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.tool import Tool


def only(document: Any) -> Any:
    (account,) = document["accounts"]
    return account


def test_nothing_is_known_at_first(tool: Tool) -> None:
    """An empty state has no accounts, and the text says how to add one."""
    assert tool.document("account")["accounts"] == []
    assert "withhold account add" in tool("account").out


def test_add_plan_acceptance_setting(tool: Tool) -> None:
    """Plan, acceptance and setting are kept as told, with their uncertainty, each on record."""
    account = only(tool.document("account", "add", "anthropic", "home", "--plan", "pro"))
    assert (account["provider"], account["label"]) == ("anthropic", "home")
    assert [p["tier"] for p in account["plans"]] == ["Pro"]
    id_ = account["id"]
    account = only(tool.document("account", "plan", id_, "Max", "--from", "2026-02-01"))
    assert [p["tier"] for p in account["plans"]] == ["Pro", "Max"]
    account = only(tool.document("account", "accepted", id_, "2025-09-28..2025-10-10"))
    (accepted,) = account["acceptances"]
    assert accepted["known"] == "attested"
    assert accepted["when"] == {"earliest": "2025-09-27T10:00:00Z", "latest": "2025-10-11T12:00:00Z"}
    account = only(
        tool.document(
            "account", "setting", "home", "private", "--from", "2025-11-01", "--until", "2026-01-31"
        )
    )
    (setting,) = account["settings"]
    assert (setting["setting"], setting["known"]) == ("private", "attested")
    assert (setting["begins"], setting["ends"]) == ("2025-11-01T12:00:00Z", "2026-01-31T10:00:00Z")
    records = tool.document("evidence", "list")["records"]
    assert setting["record"] in {r["id"] for r in records}
    assert {r["type"] for r in records} == {
        "attestation.plan",
        "attestation.acceptance",
        "attestation.setting",
    }
    assert tool("evidence", "verify").code == 0


def test_the_word_of_a_person_covers_only_what_is_certain(tool: Tool) -> None:
    """Two days that may lie side by side hold no certain instant, so the word is not taken."""
    tool("account", "add", "anthropic", "home")
    ran = tool("account", "setting", "home", "private", "--from", "2025-11-02", "--until", "2025-11-01")
    assert ran.code == 2
    assert only(tool.document("account"))["settings"] == []


def test_an_account_by_the_start_of_its_id(tool: Tool) -> None:
    """An account is named by its label or by the start of its id, never by an empty word."""
    id_ = only(tool.document("account", "add", "anthropic", "home"))["id"]
    assert tool("account", "accepted", id_[:6], "2025-10-01").code == 0
    assert tool("account", "accepted", "", "2025-10-01").code == 2


def test_an_unknown_plan_is_refused_with_those_there_are(tool: Tool) -> None:
    """A plan that the pack does not know is refused, and the ones it knows are named."""
    document = tool.document("account", "add", "anthropic", "home", "--plan", "Platinum", code=2)
    assert "Pro" in document["next"]
    assert tool.document("account")["accounts"] == []


@pytest.mark.parametrize("bad", ["2025-13-01", "soon", "2025-10-01T09:00:00", ""])
def test_a_refused_acceptance_leaves_no_account(tool: Tool, bad: str) -> None:
    """If one thing told with a new account cannot be understood, the account is not made by half."""
    assert tool("account", "add", "anthropic", "home", "--accepted", bad).code == 2
    assert tool.document("account")["accounts"] == []


def test_status_follows_what_was_told(tool: Tool) -> None:
    """Nobody looked: unknown. Private by the person's word until now: private, and how that is known."""
    tool("account", "add", "anthropic", "home", "--plan", "Pro")
    (row,) = tool.document("status")["posture"]
    assert (row["setting"], row["known"]) == ("unknown", "unknown")
    tool("account", "setting", "home", "private", "--from", "2025-11-01")
    (row,) = tool.document("status")["posture"]
    assert (row["setting"], row["known"]) == ("private", "attested")
    assert "home" in tool("status").out


@pytest.mark.parametrize("label", ["", "  ", "home"])
def test_a_label_names_one_account(tool: Tool, label: str) -> None:
    """A label that is empty, or that another account at this provider has, could never be used: refused."""
    tool("account", "add", "anthropic", "home")
    assert tool("account", "add", "anthropic", label).code == 2
    assert len(tool.document("account")["accounts"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "home", "Pro", "--from", "2026-05-01", "--until", "2026-01-01"),
        ("accepted", "home", "2999-01-01"),
    ],
)
def test_what_cannot_be_is_not_noted(tool: Tool, words: tuple[str, ...]) -> None:
    """A plan that ends before it begins, or an acceptance that lies ahead, is a slip and is said so."""
    tool("account", "add", "anthropic", "home")
    assert tool("account", *words).code == 2
    assert tool.document("evidence", "list")["records"] == []


def test_a_command_lets_go_of_the_state(tool: Tool) -> None:
    """When a command is through, the state is closed: its log is folded in, and nothing holds the file."""
    assert tool("account", "add", "anthropic", "home").code == 0
    assert tool("account", "add", "anthropic", "home").code == 2
    names = {p.name for p in Path(os.environ["WITHHOLD_HOME"]).iterdir()}
    assert "state.sqlite" in names
    assert not {n for n in names if n.endswith(("-wal", "-shm"))}
