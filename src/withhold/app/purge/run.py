"""``withhold purge run``: deleting exactly the chosen conversations, guided or assisted.

A chosen set is put down before anything is done, and never grows. What was done to each is put down step by
step, so that a run that was cut off at any point goes on with nothing deleted twice and nothing missed.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.accounts import provider_of
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger_of
from withhold.app.ledger.rows import row_of
from withhold.app.purge.desk import Desk, alone, open_items, resumed, still_open
from withhold.app.purge.keep import keep_rules
from withhold.app.purge.plan import back_end_until
from withhold.app.purge.telling import beside, document, steps
from withhold.model.account import Account
from withhold.model.conversation import Deletion
from withhold.model.evidence import Draft, Json
from withhold.model.stored import StoredConversation
from withhold.model.when import When
from withhold.model.words import Kind, Known
from withhold.report import documents as d
from withhold.store.purges import Purge, PurgeItem
from withhold.store.watching import Reminder
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.app.optout.guiding import Person


def choose(services: Services, ids: Sequence[str], *, mode: str, url: str | None, keep: Path | None) -> Desk:
    """Put down a new set of exactly these conversations.

    Raises ``UsageProblem`` where one is unknown, kept by the keep-list, of another account than the first, of
    a kind that no page deletes, deleted already, or in a set that is not finished.
    """
    stored = [services.store.conversation(one) for one in dict.fromkeys(ids)]
    unique = {s.id: s for s in stored}
    account = _one_account(services, list(unique.values()), keep)
    chosen = tuple((s.id, s.conversation.source_id) for s in unique.values())
    with services.store.transaction():
        _require_free(services, list(unique))
        purge = services.store.purges.begin(account.id, chosen, services.clock(), mode, url)
    return Desk(purge, account, provider_of(services, account.provider_id))


def require_not_kept(services: Services, desk: Desk, keep: Path | None) -> None:
    """Raises ``UsageProblem`` where the keep-list of now names one that is still to be dealt with."""
    if keep is None:
        return
    rules = keep_rules(keep, (), ())
    judges, _ = ledger_of(services, services.clock())
    for item in open_items(desk.purge):
        if rules.keeps(row_of(judges.judge_one(services.store.conversation(item.conversation)))):
            raise UsageProblem(
                f"{item.source_id} is on the keep-list now",
                next_step=f"withhold purge run --resume {desk.purge.id} --skip {item.conversation}",
            )


def guided(services: Services, desk: Desk, person: "Person | None") -> d.PurgeRunDocument:
    """The steps; with a person, one conversation after the other. Their word is all that comes of it."""
    if person is None:
        return document(
            services, desk, "needs_human", "these are the steps; nothing was requested from anybody"
        )
    for number, step in enumerate(steps(desk), 1):
        person.tell(f"  {number}. {step}")
    for text in beside(services, desk):
        person.tell(f"  - {text}")
    for item in open_items(desk.purge):
        answer = _ask(services, item, person)
        if answer is None or answer == "q":
            desk = resumed(services, desk.purge.id)
            return document(services, desk, "needs_human", "you left in the middle; call it again to go on")
        _answered(services, desk, item, answer)
    return finished(services, desk)


def attested(services: Services, desk: Desk, ids: Sequence[str]) -> d.PurgeRunDocument:
    """The person says that these were deleted."""
    for item in _named(desk.purge, ids):
        _answered(services, desk, item, "d")
    return finished(services, desk)


def skipped(services: Services, desk: Desk, ids: Sequence[str]) -> d.PurgeRunDocument:
    """These stay. Nothing is said of what became of them at the provider.

    Raises ``StateBusy`` for one that another run is about to press on.
    """
    named = _named(desk.purge, ids)
    begun = any(item.state == "intended" for item in named)
    with alone(services) if begun else nullcontext():
        for item in named:
            _answered(services, desk, item, "s")
    return finished(services, desk)


def finished(services: Services, desk: Desk) -> d.PurgeRunDocument:
    """How the set stands; once every one is dealt with, the person is reminded to look at a later export."""
    desk = resumed(services, desk.purge.id)
    left = open_items(desk.purge)
    if left:
        return document(services, desk, "needs_human", f"{len(left)} are still open")
    remind_to_verify(services, desk)
    return document(services, desk, "done", "every one is dealt with")


def put_deleted(
    services: Services, desk: Desk, item: PurgeItem, gone: When, known: Known, record: str
) -> None:
    """The conversation left the history: in the set and in the ledger at once."""
    until = back_end_until(desk.provider, desk.account, gone.latest, services.clock())
    new = replace(item, state="deleted", gone=gone, known=known, record=record, kept_until=until)
    with services.store.transaction():
        services.store.add_deletion(item.conversation, Deletion(gone, known), record)
        services.store.purges.put(new)


def remind_to_verify(services: Services, desk: Desk) -> None:
    """On the day by which the back-end should have let go: look for it in a later export."""
    ends = [i.kept_until for i in desk.purge.items if i.kept_until is not None]
    if not ends:
        return
    services.store.watching.remind(
        Reminder(
            f"purge-{desk.purge.id}",
            max(ends),
            f"What was deleted in purge {desk.purge.id} should have left {desk.provider.name}'s back-end;"
            " only a later export can show that nothing came back.",
            f"withhold export request {desk.provider.id}; withhold purge verify EXPORT",
        )
    )


def _one_account(services: Services, stored: list[StoredConversation], keep: Path | None) -> Account:
    rules = keep_rules(keep, (), ())
    judges, _ = ledger_of(services, services.clock())
    accounts = {}
    for one in stored:
        judged = judges.judge_one(one)
        if judged.account is None:
            raise UsageProblem(f"{one.id} belongs to no known account", next_step="withhold account list")
        gone = judged.conversation.deletion  # unknown where a later export shows it again
        if gone is not None and gone.known in (Known.OBSERVED, Known.ATTESTED):
            raise UsageProblem(f"{one.id} is deleted already", next_step="withhold purge verify EXPORT")
        if rules.keeps(row_of(judged)):
            raise UsageProblem(f"{one.id} is on the keep-list", next_step="take it out of one of the two")
        if one.conversation.kind is not Kind.CHAT:
            raise UsageProblem(
                f"{one.id} is a coding session, which no page deletes",
                next_step="withhold purge local, for the transcript on this machine",
            )
        accounts[judged.account.id] = judged.account
    if len(accounts) != 1:
        raise UsageProblem(
            "these belong to several accounts" if accounts else "no conversation was named",
            next_step="withhold purge plan --account LABEL, and then one account after the other",
        )
    return next(iter(accounts.values()))


def _require_free(services: Services, ids: Sequence[str]) -> None:
    for purge in services.store.purges.all():
        held = {i.conversation for i in open_items(purge)}
        if held & set(ids):
            raise UsageProblem(
                f"{min(held & set(ids))} is in purge {purge.id}, which is not finished",
                next_step=f"withhold purge run --resume {purge.id}",
            )


def _named(purge: Purge, ids: Sequence[str]) -> list[PurgeItem]:
    found = []
    for one in ids:
        held = [i for i in open_items(purge) if i.conversation.startswith(one) or i.source_id == one]
        if len(held) != 1:
            raise UsageProblem(
                f"purge {purge.id} has {len(held) or 'no'} open conversation{'s' if len(held) > 1 else ''}"
                f" called {one!r}",
                next_step=f"withhold purge list; ids are in purge {purge.id}",
            )
        found += held
    return found


def _ask(services: Services, item: PurgeItem, person: "Person") -> str | None:
    stored = services.store.conversation(item.conversation).conversation
    when = min((m.at.earliest for m in stored.messages), default=None)
    title = f" {stored.title!r}" if stored.title else ""
    begun = "on an unknown day" if when is None else f"{when:%Y-%m-%d %H:%M} UTC"
    person.tell(f"{item.source_id}{title}, begun {begun}")
    while True:
        answer = person.ask("[d]eleted and gone after a fresh load, [s]kip, [q]uit: ")
        if answer is None or answer in ("d", "s", "q"):
            return answer


def _answered(services: Services, desk: Desk, item: PurgeItem, answer: str) -> None:
    now = services.clock()
    if answer == "s":
        _leave_out(services, item)
        return
    if still_open(services, item) is None:
        raise _dealt_with(item)
    body: dict[str, Json] = {
        "outcome": "said to be deleted",
        "purge": desk.purge.id,
        "account": desk.account.id,
        "provider": desk.provider.id,
        "conversation": item.conversation,
        "source_id": item.source_id,
        "known": Known.ATTESTED.value,
    }
    record = services.journal.append(Draft(type="purge.attested", at=now, body=body)).id
    put_deleted(services, desk, item, _since(desk, now), Known.ATTESTED, record)


def _leave_out(services: Services, item: PurgeItem) -> None:
    """At once with looking: a run that is about to press sees it, or is seen."""
    with services.store.transaction():
        now = still_open(services, item)
        if now is None or (now.state == "intended" and item.state != "intended"):
            raise _dealt_with(item)
        services.store.purges.put(replace(now, state="skipped"))


def _dealt_with(item: PurgeItem) -> UsageProblem:
    return UsageProblem(
        f"another run has dealt with {item.conversation} meanwhile", next_step="withhold purge list"
    )


def _since(desk: Desk, now: datetime) -> When:
    """They deleted it after it was chosen; a clock that was set back since leaves only the present."""
    return When(min(desk.purge.begun, now), now)
