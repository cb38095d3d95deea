"""Ways to get a false assurance out of the ledger, tried one by one.

Each begins with a person on a consumer plan who was private all the time and has said so: an innocent chat of
theirs is not exposed. Then something is odd, and the ledger must not say "not exposed" (or "not eligible") of
what may have been open.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import Clock
from tests.sizes import SIZES
from withhold.app.accounts import (
    account_named,
    add_account,
    add_plan,
    attest_deletion,
    attest_feedback,
    attest_setting,
    link_account,
)
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import explain, exposure
from withhold.model.account import SettingEvidence
from withhold.model.terms import Provider, Terms
from withhold.model.words import Allowed, ConsentModel, Known, Setting
from withhold.report.documents import ConversationRow
from withhold.support.errors import WithholdError

MINE = "00000000-0000-4000-8000-00000000000a"
THEIRS = "00000000-0000-4000-8000-00000000000b"
DAY = timedelta(days=1)
Say = dict[str, Any]


def say(at: str | None, who: str = "human", *, id_: str | None = None) -> Say:
    """One message of a Claude export; without ``at`` it has no time."""
    found: Say = {
        "uuid": id_ or f"m-{who}-{at}",
        "sender": who,
        "text": "a",
        "content": [{"type": "text", "text": "a"}],
        "attachments": [],
        "files": [],
    }
    return found if at is None else found | {"created_at": at, "updated_at": at}


class Person:
    """Somebody whose files are imported one after the other."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services = services
        self._folder = folder
        self._number = 0
        add_account(
            services, "anthropic", "mine", source_ids=(MINE,), tier="Pro", tier_from="2025-01-01",
            accepted="2025-09-10",
        )  # fmt: skip

    def private(self, begins: str = "2025-09-01", ends: str | None = None) -> None:
        attest_setting(self.services, "mine", "private", begins=begins, ends=ends)

    def imports(
        self, id_: str, *messages: Say, ref: str = MINE, made: datetime | None = None, **more: Any
    ) -> None:
        self._number += 1
        folder = self._folder / f"export-{self._number}"
        folder.mkdir()
        first = next((m["created_at"] for m in messages if "created_at" in m), "2026-01-01T10:00:00Z")
        chat = {
            "uuid": id_, "name": "a", "created_at": first, "updated_at": first, "account": {"uuid": ref},
            "chat_messages": messages,
        }  # fmt: skip
        file = folder / "conversations.json"
        file.write_text(json.dumps([chat | more]))
        at = (made or self.services.clock()).timestamp()
        os.utime(file, (at, at))
        import_paths(self.services, [folder])

    def rows(self, id_: str = "c", **when: Any) -> list[ConversationRow]:
        found = [r for r in exposure(self.services, **when).conversations if r.source_id == id_]
        for row in found:  # the explanation says the same as the ledger
            told = explain(self.services, row.id, **when).conversation
            assert (told.past_exposure, told.future_eligibility) == (
                row.past_exposure,
                row.future_eligibility,
            )
        return found

    def row(self, id_: str = "c", **when: Any) -> ConversationRow:
        (found,) = self.rows(id_, **when)
        return found


@pytest.fixture
def person(services: Services, tmp_path: Path) -> Person:
    return Person(services, tmp_path)


def open_past(person: Person) -> None:
    """Nothing that has been said clears the chat."""
    assert person.rows()
    assert all(row.past_exposure != "not_exposed" for row in person.rows())


def test_the_innocent_chat(person: Person) -> None:
    """What all attacks begin with is not exposed; without this no attack shows anything."""
    person.private()
    person.imports("c", say("2026-01-05T10:00:00Z"))
    assert person.row().past_exposure == "not_exposed"


def test_the_stretches_of_the_gap_count(person: Person) -> None:
    """Without the gap of a microsecond the same two stretches do clear the chat."""
    _two_stretches(person, timedelta(0))
    assert person.row().past_exposure == "not_exposed"


Story = Callable[[Person], None]


def another_account(person: Person) -> None:
    """A chat of an export of somebody else: one's own word says nothing about it."""
    person.imports("c", say("2026-01-05T10:00:00Z"), ref=THEIRS)


def known_other_account(person: Person) -> None:
    """The same with an account that is known and was never asked about."""
    add_account(
        person.services, "anthropic", "theirs", source_ids=(THEIRS,), tier="Pro", tier_from="2025-01-01"
    )
    person.imports("c", say("2026-01-05T10:00:00Z"), ref=THEIRS)


def message_in_a_gap(person: Person) -> None:
    """One private stretch ends a microsecond before the message, the next begins one after it."""
    _two_stretches(person, timedelta(microseconds=1))


def _two_stretches(person: Person, tick: timedelta) -> None:
    account, now = account_named(person.services, "mine"), person.services.clock()
    at = datetime(2026, 1, 5, 10, tzinfo=UTC)
    for name, begins, ends in (("one", at - 90 * DAY, at - tick), ("two", at + tick, now)):
        evidence = SettingEvidence(
            f"gap-{name}", "claude-help-improve", begins, ends, Setting.PRIVATE, Known.ATTESTED
        )
        person.services.store.add_setting_evidence(account.id, evidence)
    person.imports("c", say("2026-01-05T10:00:00Z"))


def only_guesses(person: Person) -> None:
    """A default and a conclusion are no evidence."""
    account, now = account_named(person.services, "mine"), person.services.clock()
    for known in (Known.INFERRED, Known.ASSUMED, Known.UNKNOWN):
        evidence = SettingEvidence(known, "claude-help-improve", now - 500 * DAY, now, Setting.PRIVATE, known)
        person.services.store.add_setting_evidence(account.id, evidence)
    person.imports("c", say("2026-01-05T10:00:00Z"))


def words_that_contradict(person: Person) -> None:
    """Private and sharing for the same time: neither counts."""
    person.private()
    attest_setting(person.services, "mine", "sharing", begins="2025-12-01", ends="2026-02-01")
    person.imports("c", say("2026-01-05T10:00:00Z"))


def two_looks(person: Person) -> None:
    """Private before and private after is not private in between."""
    person.private("2025-10-10", "2025-10-20")
    person.private("2026-02-01")
    person.imports("c", say("2026-01-05T10:00:00Z"))


def no_time(person: Person) -> None:
    """A message without a time may have been sent whenever it was open."""
    person.private("2026-01-01")
    person.imports("c", say("2026-01-05T10:00:00Z"), say(None))


def no_zone(person: Person) -> None:
    """A wall-clock time on the day on which the private stretch begins."""
    person.private("2026-01-05")
    person.imports("c", say("2026-01-05T01:00:00"))


def nothing_shown(person: Person) -> None:
    """A chat without a message is not one in which nothing was sent."""
    person.private("2026-01-01")
    person.imports("c")


def asked_again(person: Person) -> None:
    """An old question with an answer of a later time: it was sent once more while the setting is unknown."""
    person.private("2025-09-01", "2026-01-01")
    person.imports("c", say("2025-12-01T10:00:00Z"), say("2026-02-05T10:00:00Z", "assistant"))


def answer_alone(person: Person) -> None:
    """The question is gone, its answer tells that there was one."""
    person.private("2025-09-01", "2026-01-01")
    person.imports("c", say("2026-02-05T10:00:00Z", "assistant"))


def older_after_newer(person: Person) -> None:
    """What the newer export shows stays when an older one is imported after it."""
    person.private("2025-09-01", "2026-01-01")
    old = say("2025-12-01T10:00:00Z")
    person.imports("c", old, say("2026-02-05T10:00:00Z"))
    person.imports("c", old, made=datetime(2025, 12, 2, tzinfo=UTC))


def message_withdrawn(person: Person) -> None:
    """A newer export lacks the open message: it was sent all the same."""
    person.private("2025-09-01", "2026-01-01")
    old = say("2025-12-01T10:00:00Z")
    person.imports("c", old, say("2026-02-05T10:00:00Z"), made=datetime(2026, 3, 1, tzinfo=UTC))
    person.imports("c", old)


def joined_parts(person: Person) -> None:
    """Two partial exports that share no message: the first's answer does not belong to the other."""
    person.private("2026-03-01")
    person.imports("c", say("2026-02-05T10:00:00Z", "assistant"))
    person.imports("c", say("2026-04-05T10:00:00Z"))


def same_message_two_times(person: Person) -> None:
    """Two exports give one message different times, one of them open."""
    person.private("2026-01-01")
    person.imports("c", say("2025-12-05T10:00:00Z", id_="m"))
    person.imports("c", say("2026-01-05T10:00:00Z", id_="m"))


def plan_changed_that_day(person: Person) -> None:
    """Work until that day, Pro from that day: the hour is not known."""
    add_account(person.services, "anthropic", "work", source_ids=(THEIRS,), accepted="2025-09-10")
    add_plan(person.services, "work", "Team", begins="2025-01-01", ends="2026-01-05")
    add_plan(person.services, "work", "Pro", begins="2026-01-05")
    person.imports("c", say("2026-01-05T10:00:00Z"), ref=THEIRS)


def plan_told_after(person: Person) -> None:
    """A commercial plan that began later clears nothing of before."""
    add_account(person.services, "anthropic", "work", source_ids=(THEIRS,), accepted="2025-09-10")
    add_plan(person.services, "work", "Team", begins="2026-01-10")
    person.imports("c", say("2026-01-05T10:00:00Z"), ref=THEIRS)


def said_feedback(person: Person) -> None:
    """A thumb copies the whole chat whatever the setting, and deleting the chat takes nothing back."""
    person.private()
    person.imports("c", say("2026-01-05T10:00:00Z"))
    id_ = person.row().id
    attest_feedback(person.services, id_, "2026-01-06")
    attest_deletion(person.services, id_, "2026-01-07")
    assert person.row().future_eligibility == "eligible"


STORIES: tuple[Story, ...] = (
    another_account, known_other_account, message_in_a_gap, only_guesses, words_that_contradict, two_looks,
    no_time, no_zone, nothing_shown, asked_again, answer_alone, older_after_newer, message_withdrawn,
    joined_parts, same_message_two_times, plan_changed_that_day, plan_told_after, said_feedback,
)  # fmt: skip


SOME = STORIES[:: -(-len(STORIES) // SIZES.proof.attacks)]


@pytest.mark.parametrize("story", SOME, ids=lambda story: story.__name__)
def test_no_false_assurance(story: Story, person: Person) -> None:
    """The story ends with a chat that may have been open: nothing says that it was not."""
    story(person)
    open_past(person)
    before = [(r.past_exposure, r.future_eligibility) for r in person.rows()]
    assert before == [(r.past_exposure, r.future_eligibility) for r in person.rows()], "also from the cache"


def test_a_chat_that_two_accounts_show(person: Person) -> None:
    """The word about one account does not clear what another one shows under the same id."""
    person.private()
    person.imports("c", say("2026-01-05T10:00:00Z"))
    add_account(
        person.services, "anthropic", "theirs", source_ids=(THEIRS,), tier="Pro", tier_from="2025-01-01"
    )
    person.imports("c", say("2026-01-05T10:00:00Z"), ref=THEIRS)
    assert sorted(r.past_exposure for r in person.rows()) == ["not_exposed", "unknown"]


def test_an_id_of_an_export_belongs_to_one_account(person: Person) -> None:
    """Nobody can clear an account's chats by calling them those of a better account."""
    add_account(person.services, "anthropic", "work", tier="Team", tier_from="2025-01-01")
    with pytest.raises(WithholdError):
        link_account(person.services, "work", MINE)
    person.imports("c", say("2026-01-05T10:00:00Z"))
    open_past(person)


def test_the_word_of_another_provider_clears_nothing(person: Person, tmp_path: Path) -> None:
    """An account elsewhere cannot own these chats."""
    add_account(person.services, "openai", "elsewhere", tier="Enterprise", tier_from="2025-01-01")
    person.imports("c", say("2026-01-05T10:00:00Z"), ref=THEIRS)
    with pytest.raises(WithholdError):
        import_paths(person.services, [tmp_path / "export-1"], account="elsewhere")
    open_past(person)


def test_a_clock_that_runs_ahead(person: Person, clock: Clock) -> None:
    """A message of tomorrow: once tomorrow is there, it counts, and no word of today reaches that far."""
    person.private()
    ahead = (clock.now + DAY).isoformat()
    person.imports("c", say("2026-01-05T10:00:00Z"), say(ahead))
    clock.move(days=40)
    open_past(person)


def test_a_word_does_not_reach_beyond_its_day(person: Person, clock: Clock) -> None:
    """What is sent after "private until now" was said is open again, and so is "now" after thirty days."""
    person.private()
    person.imports("a", say("2026-01-05T10:00:00Z"))
    clock.move(days=60)
    person.imports("c", say((clock.now - DAY).isoformat()))
    assert person.row("a").past_exposure == "not_exposed"
    open_past(person)
    assert person.row().future_eligibility != "not_eligible"


def test_new_evidence_is_not_hidden_by_what_is_kept(person: Person) -> None:
    """The ledger was asked before; a word that contradicts, and a terms pack of one's own, count at once."""
    person.private()
    person.imports("c", say("2026-01-05T10:00:00Z"))
    assert person.row().past_exposure == "not_exposed"
    attest_setting(person.services, "mine", "sharing", begins="2025-12-01", ends="2026-02-01")
    open_past(person)


def test_a_deleted_chat_that_comes_back(person: Person, clock: Clock) -> None:
    """Shared, deleted by one's own word, and shown by a later export: it may go into runs again."""
    attest_setting(person.services, "mine", "sharing", begins="2025-09-11")
    person.imports("c", say("2026-01-05T10:00:00Z"), made=datetime(2026, 11, 1, tzinfo=UTC))
    attest_deletion(person.services, person.row().id, "2026-11-20")
    assert person.row().future_eligibility == "not_eligible"
    clock.move(days=3)
    person.imports("c", say("2026-01-05T10:00:00Z"), made=clock.now)
    assert person.row().future_eligibility != "not_eligible"
    assert person.row().past_exposure == "exposed"


def test_terms_that_changed_are_not_hidden_by_what_is_kept(person: Person) -> None:
    """The ledger was asked before; with a pack that trains whatever the setting the chat is exposed."""
    person.private()
    person.imports("c", say("2026-01-05T10:00:00Z"))
    assert person.row().past_exposure == "not_exposed"
    person.services.packs = {
        **person.services.packs,
        "anthropic": _always(person.services.packs["anthropic"]),
    }
    assert person.row().past_exposure == "exposed"


def _always(provider: Provider) -> Provider:
    """The same pack with terms that train on everything."""

    def terms(t: Terms) -> Terms:
        return replace(
            t, training=replace(t.training, allowed=Allowed.YES, consent_model=ConsentModel.NO_CONTROL)
        )

    products = tuple(
        replace(p, plans=tuple(replace(plan, terms=tuple(map(terms, plan.terms))) for plan in p.plans))
        for p in provider.products
    )
    return replace(provider, products=products)
