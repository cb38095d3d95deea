"""The files of people at the lab, imported as everybody imports them, and what is told besides."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

from tests.policy.histories import History
from tests.policy.knowledge import Knowledge, all_there_is
from tests.policy.levels import LEVELS
from tests.policy.losses import (
    acceptance_blurred,
    acceptance_forgotten,
    looks_instead_of_stretches,
    plan_changes_blurred,
    plans_forgotten,
    settings_only_guessed,
    shorter_stretches,
    some_settings_forgotten,
    word_instead_of_capture,
)
from tests.proof.people import People, Written
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.lab.state import Conversation as LabConversation
from withhold.model.account import Account
from withhold.model.conversation import Conversation, Deletion, Feedback
from withhold.model.when import When
from withhold.model.words import Known
from withhold.store.sources import NewSource
from withhold.support.errors import NothingRead
from withhold.support.paths import StateHome

LOSSES = (
    some_settings_forgotten, looks_instead_of_stretches, shorter_stretches, word_instead_of_capture,
    settings_only_guessed, acceptance_blurred, acceptance_forgotten, plans_forgotten, plan_changes_blurred,
)  # fmt: skip
RANDOM = "random losses"
Told = Callable[[LabConversation], bool]


def services_in(root: Path, now: datetime) -> Services:
    """The application over the state in ``root``, at a fixed present."""
    home = root.parent / f"{root.name}-person"
    home.mkdir(exist_ok=True)
    return Services(home=StateHome(root), environ={}, user_home=home, clock=lambda: now, stamps=False)


def imported(services: Services, people: People, written: Iterable[Written]) -> None:
    """Make the accounts known by name alone, and import the files in the order given."""
    for number, account in enumerate(people.lab.accounts):
        made = Account(account, "lab", f"person {number}", source_account_ids=(account,))
        services.store.save_account(made)
    for file in written:
        with suppress(NothingRead):  # an account without chats gets an export all the same
            import_paths(services, [file.path], account=None if file.names else file.account)


def levels(people: People, random: Random) -> dict[str, list[Knowledge]]:
    """What can be known of every account, by level of evidence, and after losses by chance."""
    full = all_there_is(History(people.lab, {}, {}))
    found = {name: [level(t) for t in full] for name, level in LEVELS.items()}
    found[RANDOM] = [_some_lost(t, random) for t in full]
    return found


def _some_lost(full: Knowledge, random: Random) -> Knowledge:
    left = full
    for loss in random.sample(LOSSES, random.randint(1, 3)):
        left = loss(left, random)
    return left


def told(services: Services, knowledge: Iterable[Knowledge], people: People, *, facts: Told) -> None:
    """Put down what is known of the accounts, and the feedback and deletions for which ``facts`` holds."""
    held = {a.id: a for a in services.store.accounts()}
    for t in knowledge:
        assert t.account is not None
        known = held[t.account.id]
        services.store.save_account(_named(t.account, known))
        for evidence in t.settings:
            services.store.add_setting_evidence(known.id, replace(evidence, id=f"{known.id}-{evidence.id}"))
    _tell_of_conversations(services, people, facts)


def _named(account: Account, known: Account) -> Account:
    """With ids of its own: a state holds many accounts."""
    return replace(
        account,
        label=known.label,
        source_account_ids=(known.id,),
        plans=tuple(replace(p, id=f"{known.id}-{p.id}") for p in account.plans),
        acceptances=tuple(replace(a, id=f"{known.id}-{a.id}") for a in account.acceptances),
    )


def _tell_of_conversations(services: Services, people: People, facts: Told) -> None:
    """As ``withhold account`` does for one conversation, for all of them in one import."""
    lab = people.lab.conversations
    with services.store.importing(NewSource("your word", "word", "attestation")) as batch:
        for stored in list(services.store.conversations()):
            there = lab[stored.conversation.source_id]
            if facts(there):
                batch.add(_word(stored.conversation, there))


def _word(shown: Conversation, there: LabConversation) -> Conversation:
    gone = None if there.deleted_at is None else Deletion(When.at(there.deleted_at), Known.ATTESTED)
    marks = tuple(Feedback(When.at(copy.at), "attested") for copy in there.copies if copy.basis == "feedback")
    return replace(shown, messages=(), feedback=marks, deletion=gone)


def copied(source: Path, target: Path) -> Path:
    """A copy of a state that no process uses."""
    return Path(shutil.copytree(source, target))
