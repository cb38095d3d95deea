"""A dispute bundle: one account over a period, told as far as it is known."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from withhold.app.accounts import add_account, attest_setting
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import packed
from withhold.app.evidence.dispute import dispute
from withhold.app.evidence.period import period_of
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure
from withhold.app.terms.page import VERSION
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.packing import unpack
from withhold.model.evidence import Draft
from withhold.report.evidence.page import report_page
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
        ("not known", "not known"),
        ("attested", "set to sharing"),
        ("not known", "not known"),
        ("attested", "set to private"),
        ("not known", "not known"),
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


def test_the_period_is_the_one_asked_for(known: Services) -> None:
    """Days are whole and in UTC, and the report says so; no day before or after them is in it."""
    what = dispute(known, "me", "2025-09-01", "2025-10-31")
    assert "from 2025-09-01 00:00:00 UTC until 2025-10-31 24:00:00 UTC" in what.report.subtitle
    rows = next(t for t in what.report.tables if t.title == "The setting, stretch by stretch").rows
    assert (rows[0][1], rows[-1][2]) == ("2025-09-01 00:00:00", "2025-11-01 00:00:00")
    drawn = what.report.drawing or ""
    assert "2025-09-01 00:00 UTC" in drawn
    assert "2025-11-01 00:00 UTC" in drawn


@pytest.mark.parametrize(
    ("begins", "ends", "first", "last", "said"),
    [
        ("2025-08-01", "2025-08-01", "2025-08-01T00:00:00", "2025-08-02T00:00:00", "2025-08-01 24:00:00 UTC"),
        (
            "2025-08-01T00:00:00-07:00",
            "2025-08-02T00:00:00-07:00",
            "2025-08-01T07:00:00",
            "2025-08-02T07:00:00",
            "2025-08-01 00:00:00 -0700 until 2025-08-02 00:00:00 -0700",
        ),
        ("2026-01-01", None, "2026-01-01T00:00:00", "2026-02-03T04:05:06", "until 2026-02-03 04:05:06 UTC"),
        ("2026-01-01", "2026-12-31", "2026-01-01T00:00:00", "2026-02-03T04:05:06", "24:00:00 UTC lies ahead"),
    ],
)
def test_days_and_instants(begins: str, ends: str | None, first: str, last: str, said: str) -> None:
    """A day is one in UTC, its end included; an instant keeps its zone in the words; no future is in it."""
    period = period_of(begins, ends, datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert period.first == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert period.last == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert said in period.said


@pytest.mark.parametrize("text", ["2025-08-01..2025-08-05", "yesterday", "2025-08-01T10:00", "2025-13-01"])
def test_what_is_no_day_and_no_instant_is_refused(text: str) -> None:
    """A range or an instant without a zone would make the period another one than was meant."""
    with pytest.raises(UsageProblem):
        period_of(text, None, datetime(2026, 2, 3, tzinfo=UTC))


def test_terms_stand_with_the_days_of_the_pack(known: Services) -> None:
    """The pack's day is printed, not the one before it, on which that day begins somewhere on Earth."""
    what = dispute(known, "me", "2025-08-01", "2025-12-01")
    terms = next(t for t in what.report.tables if t.title == "Terms in force then").rows
    stretches = [row[1] for row in terms if row[0] == "Claude, Claude consumer plans"]
    assert stretches == ["until 2025-08-28", "2025-08-28 to 2025-10-08", "2025-10-08 to 2026-01-12"]


def kept(services: Services, provider: str, url: str, at: str, mark: str) -> str:
    """A version of a page of terms, as the watch of the terms keeps it."""
    text = hashlib.sha256(mark.encode()).hexdigest()
    body = {"provider": provider, "url": url, "text_sha256": text, "page_sha256": text[::-1]}
    services.journal.append(Draft(VERSION, datetime.fromisoformat(at), body))
    return text


def test_texts_of_the_terms_are_named_by_their_hashes(known: Services) -> None:
    """Those of the period and the last one before it, page by page; of other providers and times none."""
    page, other = "https://provider.example/terms", "https://provider.example/privacy"
    kept(known, "anthropic", page, "2025-06-01T00:00:00Z", "too old")
    before = kept(known, "anthropic", page, "2025-07-01T00:00:00Z", "before")
    within = kept(known, "anthropic", page, "2025-09-05T00:00:00Z", "within")
    kept(known, "anthropic", other, "2026-01-01T00:00:00Z", "after")
    kept(known, "openai", page, "2025-09-05T00:00:00Z", "another's")
    what = dispute(known, "me", "2025-08-01", "2025-12-01")
    table = next(t for t in what.report.tables if t.title == "Texts of the terms that were kept")
    assert [(row[0], row[2]) for row in table.rows] == [(page, before), (page, within)]
    assert before.encode() in report_page(what.report)


def test_no_kept_text_is_said(known: Services) -> None:
    """Without a text that was kept the report says that only the pack's hash is there."""
    what = dispute(known, "me", "2025-08-01", "2025-12-01")
    table = next(t for t in what.report.tables if t.title == "Texts of the terms that were kept")
    assert table.rows == ()
    assert "No text of the provider's terms from then was kept" in table.note
