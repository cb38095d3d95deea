"""Every table of the state, and what forgetting an account does to it."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.backup.test_forget import holding
from tests.watch.conftest import here
from withhold.app.accounts import list_accounts
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import exposure
from withhold.app.letters import filing as letters
from withhold.app.letters.filing import Wish
from withhold.app.purge.account import purge_account
from withhold.app.purge.run import attested, choose
from withhold.app.state.forget import forget_account
from withhold.app.watch.running import watch_run
from withhold.model.evidence import Draft, Json
from withhold.store.watching import WatchPlace

ANSWER = "canary-answer-7719"

GOES = {
    "accounts", "account_refs", "plan_periods", "acceptances", "setting_evidence", "deletions", "sent_again",
    "findings", "watch_places", "purges", "purge_items", "checklist_steps", "reminders", "letters", "sources",
    "segments", "segment_files", "superseded", "bumped_keys", "retired_files",
}  # fmt: skip
"""Hold rows of an account: none of its own stays."""
IN_PART = {"watch_seen", "watch_told", "watch_changes"}
"""Rows that name the account go; what was seen of tools and packs, and local drifts, stay."""
STAYS = {
    "meta": "the state's format",
    "watch_settings": "choices of the person for all accounts",
    "terms_pages": "pages of providers",
    "terms_changes": "pages of providers",
}


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows if not name.startswith("sqlite_")}


def test_every_table_is_thought_of(filled: Services) -> None:
    """A new table has to say here what forgetting does to it."""
    filled.store.accounts()
    assert _tables(filled.home.database) == GOES | IN_PART | STAYS.keys()


def _lived(services: Services, answer: Path) -> tuple[str, tuple[str, ...]]:
    """An account with all that the watch, the deletion and letters keep; its id, and what tells of it."""
    own = next(a.id for a in list_accounts(services).accounts if a.provider == "anthropic")
    rows = [r for r in exposure(services).conversations if r.account == own and r.kind == "chat"]
    desk = choose(services, [rows[0].id], mode="guide", url=None, keep=None)
    attested(services, desk, [rows[0].id])
    today = services.clock().date()
    one = letters.write_letter(services, Wish("anthropic", "access", account=own)).id
    letters.mark_sent(services, one, today)
    answer.write_text(f"Dear customer, {ANSWER}")
    letters.mark_answered(services, one, answer, today)
    other = letters.write_letter(services, Wish("anthropic", "erasure", account=own)).id
    letters.mark_sent(services, other, today)
    purge_account(services, own, done=("delete",))
    services.store.watching.put_place(WatchPlace(own, "claude-help-improve", "https://x.test/", "/profile"))
    clock = services.clock
    services.clock = lambda: clock() + timedelta(days=90)
    watch_run(services, scanner=here)
    return own, (own, one, other, ANSWER, rows[0].source_id, f"purge-{desk.purge.id}", "No answer filed from")


def test_nothing_that_was_done_for_an_account_stays(filled: Services, tmp_path: Path) -> None:
    """Its letters, the answers to them, reminders, deletions and looks stand nowhere in the state."""
    own, needles = _lived(filled, tmp_path / "answer.txt")
    assert all(holding(filled.home.root, n) for n in needles if n != ANSWER)
    assert {r.name for r in filled.store.watching.reminders()}
    forget_account(filled, own)
    assert filled.store.watching.reminders() == ()
    assert not [r for r in filled.journal.records() if r.type.startswith(("letter.", "purge."))]
    filled.close()
    assert {n: holding(filled.home.root, n) for n in needles} == {n: set() for n in needles}


def test_files_that_were_removed_here_are_not_named(filled: Services, tmp_path: Path) -> None:
    """Tools name a transcript by its session: the record of its removal goes along, others stay."""
    own = next(a.id for a in list_accounts(filled).accounts if a.provider == "anthropic")
    session = max((s.conversation.source_id for s in filled.store.conversations(own)), key=len)
    now = filled.clock()
    for name in (f"rollout-2026-01-05-{session}.jsonl", "somebody-elses.jsonl"):
        body: dict[str, Json] = {"outcome": "1 of 1 files removed", "files": [{"name": name, "size": 7}]}
        filled.journal.append(Draft(type="purge.local", at=now, body=body))
    forget_account(filled, own)
    filled.close()
    assert holding(filled.home.root, f"{session}.jsonl") == set()
    assert holding(filled.home.root, "somebody-elses.jsonl")


def test_another_accounts_reminders_stay(filled: Services, tmp_path: Path) -> None:
    """Of two letters and two deletions, those of the other account are as before."""
    own, _ = _lived(filled, tmp_path / "answer.txt")
    work = next(a.id for a in list_accounts(filled).accounts if a.label == "work")
    letter = letters.write_letter(filled, Wish("openai", "access", account=work)).id
    letters.mark_sent(filled, letter, filled.clock().date())
    forget_account(filled, own)
    assert [r.name for r in filled.store.watching.reminders()] == [f"letter-{letter}"]
    assert [x.id for x in filled.store.letters.all()] == [letter]
