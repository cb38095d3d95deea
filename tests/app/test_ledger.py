"""Which account's evidence a conversation is judged by, and which look stands for now."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from withhold.app.accounts import add_account, attest_deletion, attest_feedback, attest_setting, link_account
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import explain, exposure
from withhold.report.documents import ConversationRow
from withhold.support.errors import UsageProblem

MADE = datetime(2026, 10, 1, tzinfo=UTC)
"""When the small export was made, as its file tells."""

REF = "00000000-0000-4000-8000-00000000000a"


def export(folder: Path, *chats: tuple[str, str], ref: str = REF) -> Path:
    """A small Claude.ai export: (id, instant) of one message each."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversations.json").write_text(
        json.dumps(
            [
                {
                    "uuid": id_,
                    "name": f"Title of {id_}",
                    "created_at": at,
                    "updated_at": at,
                    "account": {"uuid": ref},
                    "chat_messages": [
                        {
                            "uuid": f"m-{id_}",
                            "sender": "human",
                            "text": "hello",
                            "content": [{"type": "text", "text": "hello"}],
                            "created_at": at,
                            "updated_at": at,
                            "attachments": [],
                            "files": [],
                        }
                    ],
                }
                for id_, at in chats
            ]
        )
    )
    os.utime(folder / "conversations.json", (MADE.timestamp(), MADE.timestamp()))
    return folder


def by_id(services: Services) -> dict[str, ConversationRow]:
    return {r.source_id: r for r in exposure(services).conversations}


def known_account(services: Services, ref: str = REF) -> None:
    add_account(
        services,
        "anthropic",
        "mine",
        source_ids=(ref,),
        tier="Pro",
        tier_from="2025-01-01",
        accepted="2025-09-10",
    )


def test_without_evidence_of_the_setting_nothing_is_assured(services: Services, tmp_path: Path) -> None:
    """An imported chat of a consumer account is unknown both ways until somebody says or sees something."""
    known_account(services)
    import_paths(services, [export(tmp_path / "e", ("late", "2026-03-01T10:00:00Z"))])
    row = by_id(services)["late"]
    assert (row.past_exposure, row.future_eligibility) == ("unknown", "unknown")
    assert "safety_flagged" in {c.kind for c in row.carve_outs}


def test_the_persons_word_settles_it(services: Services, tmp_path: Path) -> None:
    """Sharing in winter, private since spring: the winter chat is exposed for ever, the summer one is not."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11", ends="2026-03-01")
    attest_setting(services, "mine", "private", begins="2026-03-03")
    chats = (("winter", "2026-01-01T10:00:00Z"), ("summer", "2026-07-20T10:00:00Z"))
    import_paths(services, [export(tmp_path / "e", *chats)])
    rows = by_id(services)
    assert (rows["winter"].past_exposure, rows["winter"].future_eligibility) == ("exposed", "not_eligible")
    assert (rows["summer"].past_exposure, rows["summer"].future_eligibility) == (
        "not_exposed",
        "not_eligible",
    )


def test_a_look_stands_for_now_thirty_days_and_no_longer(
    services: Services, clock: Clock, tmp_path: Path
) -> None:
    """An old look at the setting no longer says that later runs leave a conversation out."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11", ends="2026-03-01")
    attest_setting(services, "mine", "private", begins="2026-03-03")
    import_paths(services, [export(tmp_path / "e", ("winter", "2026-01-01T10:00:00Z"))])
    clock.move(days=29)
    assert by_id(services)["winter"].future_eligibility == "not_eligible"
    clock.move(days=2)
    assert by_id(services)["winter"].future_eligibility == "unknown"
    assert by_id(services)["winter"].past_exposure == "exposed"


def test_evidence_of_one_account_never_clears_another(services: Services, tmp_path: Path) -> None:
    """A chat of an account that nobody spoke of stays unknown, whatever is known of the other."""
    known_account(services)
    attest_setting(services, "mine", "private", begins="2025-09-11")
    other = export(tmp_path / "e", ("theirs", "2026-03-01T10:00:00Z"), ref="somebody-else")
    import_paths(services, [other])
    assert by_id(services)["theirs"].past_exposure == "unknown"


def test_remembered_feedback_counts_whatever_the_setting(services: Services, tmp_path: Path) -> None:
    """A thumbs-up that the person remembers makes a private chat exposed and eligible, with its clock."""
    known_account(services)
    attest_setting(services, "mine", "private", begins="2025-09-11")
    import_paths(services, [export(tmp_path / "e", ("rated", "2026-03-01T10:00:00Z"))])
    attest_feedback(services, by_id(services)["rated"].id, "2026-03-02")
    row = by_id(services)["rated"]
    assert (row.past_exposure, row.future_eligibility) == ("exposed", "eligible")
    assert row.human == 1
    assert "feedback" in {c.basis for c in row.clocks}


def test_deleting_ends_eligibility_and_not_exposure(services: Services, tmp_path: Path) -> None:
    """The person deleted a shared chat: later runs leave it out, the past stays."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11")
    folder = export(tmp_path / "e", ("gone", "2026-03-01T10:00:00Z"))
    made = datetime(2026, 4, 1, tzinfo=UTC).timestamp()
    os.utime(folder / "conversations.json", (made, made))
    import_paths(services, [folder])
    row = by_id(services)["gone"]
    assert (row.past_exposure, row.future_eligibility) == ("exposed", "eligible")
    attest_deletion(services, row.id, "2026-05-01")
    row = by_id(services)["gone"]
    assert (row.past_exposure, row.future_eligibility, row.deleted) == ("exposed", "not_eligible", True)


def test_an_explanation_names_rules_and_sources(services: Services, tmp_path: Path) -> None:
    """Each link of the chain has its rule; the decisive one has the provider's source and the evidence."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11")
    import_paths(services, [export(tmp_path / "e", ("c", "2026-03-01T10:00:00Z"))])
    document = explain(services, by_id(services)["c"].id)
    rules = {r.rule: r for r in document.reasons}
    assert rules["setting.sharing"].source is not None
    assert rules["setting.sharing"].source.url.startswith("https://")
    record = rules["setting.sharing"].observation
    assert record is not None
    assert services.journal.get(record.record or "").type == "attestation.setting"


def test_importing_twice_changes_nothing(services: Services, tmp_path: Path) -> None:
    """The same export again gives the same rows."""
    known_account(services)
    folder = export(tmp_path / "e", ("a", "2026-03-01T10:00:00Z"), ("b", "2025-08-01T10:00:00Z"))
    import_paths(services, [folder])
    now = services.clock()
    before = exposure(services, as_of=now).conversations
    document = import_paths(services, [folder])
    assert exposure(services, as_of=now).conversations == before
    assert document.sources[0].new_conversations == document.sources[0].new_messages == 0


def test_an_export_of_another_account_is_not_taken_for_the_named_one(
    services: Services, tmp_path: Path
) -> None:
    """An id that is another account's already is refused with ``--account``; nothing is lost."""
    known_account(services)
    add_account(services, "anthropic", "other")
    with pytest.raises(UsageProblem, match="belongs to the account 'mine'"):
        import_paths(services, [export(tmp_path / "e", ("a", "2026-03-01T10:00:00Z"))], account="other")


def test_an_account_never_judges_another_providers_conversations(services: Services, tmp_path: Path) -> None:
    """A Claude export imported for an account at another provider is refused whole; linking does not help."""
    add_account(services, "openai", "chats", tier="Team")
    folder = export(tmp_path / "e", ("a", "2026-03-01T10:00:00Z"))
    with pytest.raises(UsageProblem, match="is of anthropic"):
        import_paths(services, [folder], account="chats")
    assert exposure(services).conversations == ()
    link_account(services, "chats", REF)
    import_paths(services, [folder])
    row = by_id(services)["a"]
    assert (row.provider, row.account, row.past_exposure) == ("anthropic", None, "unknown")


def test_a_refused_import_leaves_nothing(services: Services, tmp_path: Path) -> None:
    """Where the export's id belongs to another account, no conversation of it is kept."""
    known_account(services)
    add_account(services, "anthropic", "other")
    with pytest.raises(UsageProblem):
        import_paths(services, [export(tmp_path / "e", ("a", "2026-03-01T10:00:00Z"))], account="other")
    assert exposure(services).conversations == ()


def test_a_later_export_that_still_shows_it_speaks_against_a_deletion(
    services: Services, tmp_path: Path
) -> None:
    """ "I deleted it in May" and an export of November that holds it: one is wrong, so nothing is assured."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11")
    import_paths(services, [export(tmp_path / "e", ("there", "2026-03-01T10:00:00Z"))])
    attest_deletion(services, by_id(services)["there"].id, "2026-05-01")
    row = by_id(services)["there"]
    assert (row.past_exposure, row.future_eligibility) == ("exposed", "unknown")


def test_a_conversation_that_shows_nothing_is_no_clean_bill(services: Services, tmp_path: Path) -> None:
    """An empty conversation does not show that nothing was sent in it."""
    known_account(services)
    folder = export(tmp_path / "e", ("empty", "2026-03-01T10:00:00Z"), ("full", "2026-03-01T10:00:00Z"))
    shown = json.loads((folder / "conversations.json").read_text())
    shown[0]["chat_messages"] = []
    (folder / "conversations.json").write_text(json.dumps(shown))
    import_paths(services, [folder])
    assert by_id(services)["empty"].past_exposure == "unknown"


def test_an_answer_without_its_question_counts(services: Services, tmp_path: Path) -> None:
    """A regenerated answer, or one whose question is lost, was asked for shortly before it came."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11")
    folder = export(tmp_path / "e", ("c", "2025-08-01T10:00:00Z"))
    shown = json.loads((folder / "conversations.json").read_text())
    (question,) = shown[0]["chat_messages"]
    answers = [
        {**question, "uuid": f"answer-{at}", "sender": "assistant", "created_at": at}
        for at in ("2025-08-01T10:00:05Z", "2025-12-01T10:00:00Z")
    ]
    shown[0]["chat_messages"] += answers
    (folder / "conversations.json").write_text(json.dumps(shown))
    import_paths(services, [folder])
    assert by_id(services)["c"].past_exposure == "exposed"


def test_a_plan_without_a_first_day_says_nothing_of_the_past(services: Services, tmp_path: Path) -> None:
    """ "I am on Team" does not clear what was said before it was told."""
    add_account(services, "anthropic", "mine", source_ids=(REF,), tier="Team")
    import_paths(services, [export(tmp_path / "e", ("c", "2025-12-01T10:00:00Z"))])
    assert by_id(services)["c"].past_exposure == "unknown"


def test_a_region_that_the_pack_does_not_know_is_refused(services: Services) -> None:
    """A region by another word must not fall under the terms of "all others"."""
    with pytest.raises(UsageProblem, match="Atlantis") as caught:
        add_account(services, "linkedin", "mine", region="Atlantis")
    assert "EEA" in (caught.value.next_step or "")
    add_account(services, "linkedin", "mine", region="eea")
    assert services.store.accounts()[0].region == "EEA"


def test_a_pack_of_ones_own_is_told(services: Services, tmp_path: Path) -> None:
    """Verdicts that rest on a file of the person's own carry a mark: nobody compared it with a source."""
    from withhold.packs.loader import builtin_dir

    own = services.home.prepare().packs
    own.mkdir()
    text = (builtin_dir() / "anthropic.yaml").read_text("utf-8")
    (own / "anthropic.yaml").write_text(text, "utf-8")
    known_account(services)
    import_paths(services, [export(tmp_path / "e", ("c", "2025-12-01T10:00:00Z"))])
    assert "own_terms" in by_id(services)["c"].marks


def test_accounts_with_one_label_are_told_apart(services: Services, tmp_path: Path) -> None:
    """A masked address names accounts of two providers alike; the totals then name the provider as well."""
    label = "r•••@e•••.example"
    add_account(services, "anthropic", label, source_ids=(REF,))
    add_account(services, "openai", label)
    other = "00000000-0000-4000-8000-00000000000b"
    for name, ref in (("a", REF), ("b", other)):
        import_paths(services, [export(tmp_path / name, (name, "2026-02-01T10:00:00Z"), ref=ref)])
    labels = [group.label for group in exposure(services).totals.groups if group.by == "account"]
    assert f"{label} (anthropic)" in labels
    assert label not in labels
