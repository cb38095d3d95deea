"""What is forgotten is gone from every file of the state, and the rest of the evidence still verifies."""

import shutil
from pathlib import Path

import pytest

from tests.backup.conftest import MakeServices
from tests.cli.tool import Tool
from withhold.app.accounts import add_account, attest_setting, list_accounts
from withhold.app.bootstrap import Services
from withhold.app.evidence.adding import add_evidence
from withhold.app.evidence.checking import check_store, verify_evidence
from withhold.app.ledger.exposure import exposure
from withhold.app.ledger.index import check_index
from withhold.app.state.forget import forget_account
from withhold.app.state.forget_all import forget_all
from withhold.evidence.layout import Layout
from withhold.support.errors import UsageProblem

LABEL = "canary-label-8841"
SAVED = "<html><title>Settings</title><body>canary-capture-5512 Help improve Claude</body></html>"


@pytest.fixture
def told(filled: Services, tmp_path: Path) -> Services:
    """A state with a second account, of which everything can be recognised."""
    page = tmp_path / "canary-page-2213.html"
    page.write_text(SAVED)
    add_account(
        filled, "anthropic", LABEL, tier="Pro", tier_from="2025-01-01", source_ids=("canary-ref-3390",)
    )
    attest_setting(filled, LABEL, "private", begins="2026-01-01", ends="2026-02-01")
    add_evidence(filled, page, account=LABEL, setting="private", at="2026-03-01T10:00:00+00:00")
    return filled


def holding(root: Path, *needles: str) -> set[str]:
    """Files below ``root`` in which one of these stands in the clear."""
    wanted = [n.encode() for n in needles]
    files = (p for p in root.rglob("*") if p.is_file())
    return {p.relative_to(root).as_posix() for p in files if any(n in p.read_bytes() for n in wanted)}


def test_nothing_of_an_account_stays(told: Services) -> None:
    """Its label, ids, records and captures stand in no file of the state any more, the database included."""
    own = next(a for a in list_accounts(told).accounts if a.label == LABEL)
    needles = (LABEL, own.id, "canary-ref-3390", "canary-capture-5512", "canary-page-2213")
    told.store.sources()
    assert holding(told.home.root, *needles)
    document = forget_account(told, LABEL)
    told.close()
    assert document.records >= 3
    assert document.artifacts == 1
    assert holding(told.home.root, *needles) == set()


def test_the_log_says_forgotten_and_not_failed(told: Services) -> None:
    """What stays verifies; each forgotten record says so, with the record that names its salted hash."""
    before = told.journal.checkpoint()
    document = forget_account(told, LABEL)
    found = check_store(told)
    assert found.sound, found.problems
    claims = {r.id: {c.name: c.result for c in r.claims} for r in verify_evidence(told).records}
    gone = [c for c in claims.values() if "forgotten" in c]
    assert len(gone) == document.records
    assert all(c["forgotten"] == "not_checkable" and c["log"] == "verified" for c in gone)
    assert all(c.result != "failed" for c in told.journal.verify([before]).kept)


def test_the_log_goes_on(told: Services, make: MakeServices) -> None:
    """Records can be added, proofs made and rows made anew after something was forgotten."""
    forget_account(told, LABEL)
    attest_setting(told, "work", "sharing", begins="2026-03-01", ends="2026-03-02")
    newest = list(told.journal.records())[-1]
    assert told.journal.proof(newest.id)
    told.close()
    layout = Layout(told.home.evidence)
    layout.hashes.unlink()
    layout.index.unlink()
    again = make(told.home.root)
    attest_setting(again, "work", "sharing", begins="2026-04-01", ends="2026-04-02")
    assert check_store(again).sound


def test_a_content_that_vanished_is_not_forgotten(told: Services) -> None:
    """Whoever takes a record's content away without a record of it is found out."""
    from withhold.evidence import merkle
    from withhold.evidence.records import forgotten

    layout = Layout(told.home.evidence)
    lines = layout.log.read_bytes().splitlines()
    lines[2] = forgotten(lines[2], merkle.leaf_hash(lines[2]))
    layout.log.write_bytes(b"\n".join(lines) + b"\n")
    problems = check_store(told).problems
    assert any(p.claim == "forgotten" for p in problems)


def test_another_hash_in_the_place_of_a_forgotten_record_is_found(told: Services) -> None:
    """What stays of a forgotten record cannot be exchanged: the tree's root would be another."""
    forget_account(told, LABEL)
    layout = Layout(told.home.evidence)
    data = layout.log.read_bytes()
    at = data.index(b'"leaf":"') + 8
    changed = bytes([data[at] ^ 1]) if chr(data[at] ^ 1) in "0123456789abcdef" else b"0"
    layout.log.write_bytes(data[:at] + changed + data[at + 1 :])
    assert not check_store(told).sound


def test_a_forgotten_record_is_not_handed_out(told: Services) -> None:
    """It is in no list, and there is no proof of what nobody has any more."""
    ids = {r.id for r in told.journal.records()}
    forget_account(told, LABEL)
    gone = ids - {r.id for r in told.journal.records()}
    assert gone
    for record in gone:
        with pytest.raises(UsageProblem):
            told.journal.proof(record)


def test_its_conversations_go_and_others_stay(filled: Services) -> None:
    """Its conversations are in no total any more; the index is sound, others are as before."""
    own = next(a for a in list_accounts(filled).accounts if a.provider == "anthropic")
    ids = {row.id for row in exposure(filled).conversations if row.account == own.id}
    names = [row.source_id for row in exposure(filled).conversations if row.account == own.id]
    others = {row.id for row in exposure(filled).conversations} - ids
    assert ids
    document = forget_account(filled, own.id)
    assert document.conversations == len(ids)
    assert {row.id for row in exposure(filled).conversations} == others
    assert [a.label for a in list_accounts(filled).accounts] == ["work"]
    assert not check_index(filled).problems
    filled.close()
    assert holding(filled.home.root, own.id, *names) == set()


def test_it_can_be_stopped_and_called_again(told: Services, make: MakeServices, tmp_path: Path) -> None:
    """After the evidence was forgotten and before the rest: the second call does the rest."""
    saved = tmp_path / "copy"
    told.close()
    shutil.copytree(told.home.root, saved)
    again = make(saved)
    own = next(a for a in list_accounts(again).accounts if a.label == LABEL)
    records = [r.id for r in again.journal.records() if own.id in str(r.body)]
    again.journal.forget(records, again.clock())
    forget_account(again, LABEL)
    assert check_store(again).sound
    assert LABEL not in {a.label for a in list_accounts(again).accounts}


def test_everything_goes(told: Services) -> None:
    """With ``--all`` the folder itself is gone, with keys and browser profiles."""
    (told.home.profiles / "x").mkdir(parents=True)
    document = forget_all(told)
    assert not told.home.root.exists()
    assert document.conversations > 0
    assert document.not_touched


def test_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is forgotten without a yes; with it a document says what was."""
    tool = Tool(capsys)
    assert tool("account", "add", "openai", "work", "--plan", "Plus").code == 0
    assert tool("forget", "work").code == 2
    assert tool("forget").code == 2
    assert tool.document("forget", "work", "--yes")["records"] == 1
    assert tool("evidence", "fsck").code == 0
    assert tool.document("forget", "--all", "--yes")["what"] == "all"


def test_another_profile_keeps_its_timer(capsys: pytest.CaptureFixture[str]) -> None:
    """``forget --all`` of one profile removes its own timer, and leaves the other's files and state."""
    tool = Tool(capsys)
    firm = ("--profile-name", "firm")
    assert tool("account", "add", "openai", "home", "--plan", "Plus").code == 0
    assert tool(*firm, "account", "add", "openai", "work", "--plan", "Plus").code == 0
    home_files = tool.document("watch", "install")["files"]
    firm_files = tool.document(*firm, "watch", "install")["files"]
    said = tool.document(*firm, "forget", "--all", "--yes")
    assert said["commands"]
    assert not [p for p in firm_files if Path(p).exists()]
    assert all(Path(p).exists() for p in home_files)
    assert [a["label"] for a in tool.document("account", "list")["accounts"]] == ["home"]
