"""Forgetting one account takes what is that account's, and leaves what is another's."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backup.conftest import EXPORT, SAMPLES
from tests.backup.test_forget import holding
from withhold.app.accounts import add_account, attest_setting, list_accounts
from withhold.app.bootstrap import Services
from withhold.app.evidence.checking import check_store
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure
from withhold.app.machine.findings import findings
from withhold.app.state.forget import forget_account
from withhold.model.evidence import Artifact, Draft
from withhold.support.errors import StateBusy

MAIL = "robin.canary@example.invalid"
MASKED = "r•••@e•••.invalid"


def _id(services: Services, provider: str, label: str) -> str:
    return next(a.id for a in list_accounts(services).accounts if (a.provider, a.label) == (provider, label))


def _attempt(services: Services, provider: str, content: str) -> str:
    """The record of a look that settled nothing: it names the account by its masked label alone."""
    body = {"provider": provider, "account": MASKED, "outcome": "no_control", "mode": "witness"}
    picture = Artifact("page.html", "text/html", content.encode())
    return services.journal.append(
        Draft(type="control.check", at=services.clock(), body=dict(body), artifacts=(picture,))
    ).id


@pytest.mark.parametrize("label", ["private", "openai", "attested", "chatgpt-improve-model", "Plus"])
def test_a_label_that_is_a_word_of_the_records(filled: Services, label: str) -> None:
    """An account that is called as a state, a provider or a plan is: the others' evidence stays."""
    add_account(filled, "anthropic", label, tier="Pro", tier_from="2025-01-01")
    attest_setting(filled, label, "sharing", begins="2026-01-01", ends="2026-02-01")
    before = {r.id for r in filled.journal.records() if r.body.get("provider") == "openai"}
    assert len(before) == 2
    assert forget_account(filled, label).records == 2
    assert before <= {r.id for r in filled.journal.records()}
    assert check_store(filled).sound


def test_one_mail_address_at_two_providers(filled: Services) -> None:
    """Looks at one provider go with their pictures, those at the other stay."""
    for provider in ("anthropic", "openai"):
        add_account(filled, provider, MAIL)
        attest_setting(filled, _id(filled, provider, MAIL), "private", begins="2026-01-01", ends="2026-01-02")
    gone = _attempt(filled, "anthropic", "canary-look-4401")
    stays = _attempt(filled, "openai", "canary-look-4402")
    forget_account(filled, _id(filled, "anthropic", MAIL))
    left = {r.id for r in filled.journal.records()}
    assert gone not in left
    assert stays in left
    filled.close()
    assert holding(filled.home.root, "canary-look-4401") == set()
    assert holding(filled.home.root, "canary-look-4402")
    assert check_store(filled).sound


def test_what_another_accounts_setting_rests_on_stays(filled: Services) -> None:
    """Two addresses that look alike once masked: the evidence of the other's setting is not taken for it."""
    from withhold.model.account import SettingEvidence
    from withhold.model.words import Known, Setting

    for mail in (MAIL, "rita@elsewhere.invalid"):
        add_account(filled, "anthropic", mail)
    record = _attempt(filled, "anthropic", "canary-look-4403")
    now = filled.clock()
    seen = SettingEvidence("e1", "claude-help-improve", now, now, Setting.PRIVATE, Known.OBSERVED, record)
    filled.store.add_setting_evidence(_id(filled, "anthropic", "rita@elsewhere.invalid"), seen)
    forget_account(filled, MAIL)
    assert record in {r.id for r in filled.journal.records()}
    assert check_store(filled).sound


def test_a_conversation_that_two_accounts_hold(filled: Services, tmp_path: Path) -> None:
    """Transcripts that were first imported for the wrong account: forgetting that one changes no verdict,
    finding or repeat of the right one."""
    for label in ("wrong", "right"):
        add_account(filled, "anthropic", label, tier="Pro", tier_from="2025-01-01")
    import_paths(filled, [SAMPLES / "claude-code" / ".claude"], account="wrong")
    import_paths(filled, [SAMPLES / "claude-code" / ".claude"], account="right")
    own = _id(filled, "anthropic", "right")

    def told() -> list[tuple[object, ...]]:
        rows = [r for r in exposure(filled).conversations if r.account == own]
        return [(r.id, r.past_exposure, r.future_eligibility, r.sensitivity) for r in rows]

    before, repeats = told(), filled.store.facts.sent_again()
    assert before
    assert repeats
    forget_account(filled, "wrong")
    assert told() == before
    assert filled.store.facts.sent_again() == repeats
    assert check_store(filled).sound


def test_findings_in_its_exports_go_with_it(filled: Services, tmp_path: Path) -> None:
    """What was found in a file of its export, in no conversation, names a folder of the person's."""
    export = tmp_path / "canary-export-5520"
    export.mkdir()
    for path in EXPORT.glob("*.json"):
        (export / path.name).write_bytes(path.read_bytes())
    secret = "AKIA" + "IOSFODNN7QXAMPLE"
    users = (export / "users.json").read_text().replace('"full_name"', f'"note": "{secret}", "full_name"')
    (export / "users.json").write_text(users)
    import_paths(filled, [export])
    assert findings(filled, [export]).findings
    assert holding(filled.home.root, "canary-export-5520")
    account = next(a for a in list_accounts(filled).accounts if a.provider == "anthropic")
    forget_account(filled, account.id)
    filled.close()
    assert holding(filled.home.root, "canary-export-5520") == set()


def test_a_source_of_two_accounts(filled: Services, tmp_path: Path) -> None:
    """Of an export that shows two people's chats, the remarks on one's are blotted out, the other's stay."""
    export = tmp_path / "export"
    export.mkdir()
    chats = json.loads((EXPORT / "conversations.json").read_text())
    for number, chat in enumerate(chats[:2]):
        chat["uuid"] = f"canary-chat-99{number}0"
        chat["account"] = {"uuid": f"aaaaaaaa-0000-4000-8000-99000000000{number}"}
        if chat["chat_messages"]:
            chat["chat_messages"][0]["sender"] = "nobody we know"
    (export / "conversations.json").write_text(json.dumps(chats[:2]))
    import_paths(filled, [export])
    told = [a for a in list_accounts(filled).accounts if a.label.startswith("account aaaaaaaa")]
    gone = next(c.account for c in exposure(filled).conversations if c.source_id == "canary-chat-9900")
    assert {a.id for a in told} == {
        c.account for c in exposure(filled).conversations if "canary" in c.source_id
    }
    assert gone is not None
    said = [f"chats/canary-chat-99{n}0.jsonl: the last line is not finished" for n in range(2)]
    filled.store.put_source(replace(filled.store.sources()[-1], warnings=tuple(said)))
    forget_account(filled, gone)
    assert holding(filled.home.root, "canary-chat-9900") == set()
    assert [s.warnings for s in filled.store.sources()][-1] == ("(forgotten)", said[1])


def test_a_reader_that_holds_the_state_as_it_was(filled: Services) -> None:
    """While another process reads the state of before, nothing is said to be forgotten; then all of it is."""
    own = next(a.id for a in list_accounts(filled).accounts if a.label == "work")
    filled.store.sources()
    with closing(sqlite3.connect(filled.home.database)) as reader:
        filled.store._database.run("PRAGMA busy_timeout = 50")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM accounts").fetchone()
        with pytest.raises(StateBusy):
            forget_account(filled, own)
    assert forget_account(filled, own).what == "account"
    filled.close()
    assert holding(filled.home.root, own) == set()
