"""A dispute bundle: one account over a period, told as far as it is known."""

import json
from pathlib import Path

import pytest

from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import packed
from withhold.app.evidence.dispute import dispute
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.packing import unpack
from withhold.support.errors import UsageProblem

EXPORT = Path(__file__).resolve().parents[1] / "samples" / "claude-export"


@pytest.fixture
def known(services: Services) -> Services:
    """One account with two words on its setting, and another account."""
    add_account(services, "anthropic", "me", tier="Pro", tier_from="2025-01-01T00:00:00Z")
    add_account(services, "anthropic", "other", tier="Max", tier_from="2025-01-01T00:00:00Z")
    attest_setting(services, "me", "sharing", begins="2025-09-02T00:00:00Z", ends="2025-10-10T00:00:00Z")
    attest_setting(services, "me", "private", begins="2025-10-12T00:00:00Z", ends="2025-11-01T00:00:00Z")
    attest_setting(services, "other", "private", begins="2025-09-02T00:00:00Z", ends="2025-11-01T00:00:00Z")
    return services


def test_it_tells_what_is_known_and_what_is_not(known: Services) -> None:
    """Stretches with how they are known, terms with sources, exposure, deletions, a declaration."""
    import_paths(known, (EXPORT,), account="me")
    what = dispute(known, "me", "2025-08-01", "2025-12-01")
    tables = {table.title: table for table in what.report.tables}
    stretches = [(row[3], row[4]) for row in tables["The setting, stretch by stretch"].rows]
    assert stretches == [
        ("unknown", "not known"),
        ("attested", "set to sharing"),
        ("unknown", "not known"),
        ("attested", "set to private"),
        ("unknown", "not known"),
    ]
    assert known.packs["anthropic"].sha256 in tables["Terms in force then"].note
    assert tables["Terms in force then"].rows
    assert tables["Sources of these terms"].rows
    assert len(tables["Exposure"].rows) == 2
    assert "Deletions" in tables
    assert any("penalty of perjury" in line for line in what.report.declaration)
    assert any("Article 41" in text for _, text in what.report.notes)


def test_it_holds_that_account_alone(known: Services) -> None:
    """Records of another account stay out; the bundle verifies and can be made again to the byte."""
    what = dispute(known, "me", "2025-08-01", "2025-12-01")
    me = next(a.id for a in known.store.accounts() if a.label == "me")
    assert {one.record.body["account"] for one in what.held} == {me}
    assert [one.record.type for one in what.held] == ["attestation.plan", *["attestation.setting"] * 2]
    data = packed(what)
    assert data == packed(dispute(known, "me", "2025-08-01", "2025-12-01"))
    key = known.journal.public_key.fingerprint
    assert check_bundle(data, Trust(frozenset({key}))).sound
    assert "data/dispute/declaration.txt" in unpack(data)[0]


def test_a_period_without_records_is_refused(known: Services) -> None:
    """Nothing on record must not look like a clean period."""
    with pytest.raises(UsageProblem, match="nothing is on record"):
        dispute(known, "me", "2024-01-01", "2024-02-01")
    with pytest.raises(UsageProblem, match="--from"):
        dispute(known, "me", "2025-12-01", "2025-01-01")


def test_it_hands_out_no_title_no_folder_and_no_name(services: Services) -> None:
    """The ledger in the bundle names conversations by their ids, and the account masked, as records do."""
    add_account(
        services, "anthropic", "kim.canary@mail.example", tier="Pro", tier_from="2025-01-01T00:00:00Z"
    )
    who = "kim.canary@mail.example"
    attest_setting(services, who, "sharing", begins="2025-09-02T00:00:00Z", ends="2025-10-10T00:00:00Z")
    import_paths(services, (EXPORT,), account=who, keep_titles=True)
    shown = exposure(services).conversations
    told = {text for row in shown for text in (row.title, row.project) if text}
    assert told
    what = dispute(services, who, "2020-01-01", None)
    handed = dict(what.beside)["dispute/exposure.json"].decode()
    assert not [text for text in told if text in handed]
    rows = json.loads(handed)["conversations"]
    assert {(row["title"], row["project"]) for row in rows} == {(None, None)}
    assert "canary" not in handed
    assert all("canary" not in str(table.rows) for table in what.report.tables)
