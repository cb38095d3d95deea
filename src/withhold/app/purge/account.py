"""``withhold purge account``: deleting a whole account as a checklist. What is done is the person's word."""

import shlex
from datetime import datetime

from withhold.app.accounts import account_named, provider_of
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.filters import Filter
from withhold.app.purge.plan import survivors
from withhold.model.account import Account
from withhold.model.evidence import Draft
from withhold.model.terms import Provider
from withhold.model.words import Basis, PlanClass
from withhold.policy.calendar import latest_end
from withhold.report import documents as d
from withhold.store.watching import Reminder
from withhold.support.errors import UsageProblem

STEPS = ("export", "keep", "billing", "apps", "delete", "capture", "recheck")


def purge_account(services: Services, named: str, *, done: tuple[str, ...] = ()) -> d.PurgeAccountDocument:
    """The checklist of one account, and what was said to be done.

    Once ``delete`` is, ``watch`` reminds of looking again after the period that the terms state; where they
    state none, after 30 days, which is said. Raises ``UsageProblem`` for an unknown account or step.
    """
    account = account_named(services, named)
    provider = provider_of(services, account.provider_id)
    checklist = f"account:{account.id}"
    for step in done:
        _put(services, account, provider, checklist, step)
    said = services.store.watching.steps(checklist)
    deleted = said.get("delete")
    with ledger(services, wanted=Filter(account=account.id)) as view:
        survives = tuple(survivors(view.rows()))
    rows = tuple(_row(provider, account, step, said.get(step)) for step in STEPS)
    stamp = services.stamp()
    return d.PurgeAccountDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        provider=provider.id,
        account=account.label,
        steps=rows,
        re_check=None if deleted is None else re_check(provider, account, deleted)[0],
        survives=survives,
        next=_next(account, rows),
    )


def re_check(provider: Provider, account: Account, deleted: datetime) -> tuple[datetime, bool]:
    """When to look again after the account was deleted, and whether the terms state that day."""
    tiers = {p.tier for p in account.plans if p.ends is None}
    rules = [
        rule
        for product in provider.products
        for plan in product.plans
        if (tiers & set(plan.tiers) if tiers else plan.plan_class is PlanClass.CONSUMER)
        for t in plan.terms
        if t.ends is None and (rule := t.retention.get(Basis.AFTER_ACCOUNT_DELETION)) is not None
    ]
    ends = [latest_end(deleted, rule.duration) for rule in rules if rule.duration is not None]
    if ends:
        return max(ends), True
    return latest_end(deleted, "P30D"), False


def _put(services: Services, account: Account, provider: Provider, checklist: str, step: str) -> None:
    if step not in STEPS:
        raise UsageProblem(f"no step is called {step!r}", next_step="one of: " + ", ".join(STEPS))
    now = services.clock()
    body = {"account": account.id, "provider": provider.id, "step": step, "outcome": step}
    record = services.journal.append(Draft(type="account.deletion", at=now, body=dict(body))).id
    with services.store.transaction():
        services.store.watching.put_step(checklist, step, now, record)
        if step == "delete":
            due, stated = re_check(provider, account, now)
            why = "by the terms it should be gone by now" if stated else "the terms state no day"
            services.store.watching.remind(
                Reminder(
                    f"account-{account.id}",
                    due,
                    f"Look whether the account {account.label} at {provider.name} is gone ({why}):"
                    " try to sign in, or ask in writing.",
                    f"withhold purge account {shlex.quote(account.label)} --done recheck",
                )
            )
        if step == "recheck":
            services.store.watching.settle_reminder(f"account-{account.id}", now)


def _row(provider: Provider, account: Account, step: str, done: datetime | None) -> d.ChecklistRow:
    text, commands = _told(provider, account)[step]
    return d.ChecklistRow(step=step, text=text, commands=commands, done_at=done)


def _told(provider: Provider, account: Account) -> dict[str, tuple[str, tuple[str, ...]]]:
    who = shlex.quote(account.label)
    right = provider.data_rights.get("delete_account")
    how = "The pack records no way to delete the account; look in the provider's help."
    if right is not None:
        how = right.how + (f" Source: {right.url}" if right.url else "")
    return {
        "export": (
            "Get your export first: afterwards nobody can.",
            (f"withhold export request {provider.id}", "withhold import FILE"),
        ),
        "keep": (
            "Keep it encrypted, if you want to keep it.",
            ("withhold export keep FILE --recipient age1...",),
        ),
        "billing": (
            "Cancel what is paid for where it was bought: deleting the account may not end it.",
            (),
        ),
        "apps": (
            "Disconnect apps and sign-ins that use the account, delete API keys; they keep what they have.",
            ("withhold scan",),
        ),
        "delete": (how, (f"withhold purge account {who} --done delete",)),
        "capture": (
            "Keep the page or mail that confirms it.",
            (f"withhold evidence add FILE --account {who}",),
        ),
        "recheck": (
            "Look again on the day that the terms state: an account that lets you in is not gone.",
            (f"withhold purge account {who} --done recheck",),
        ),
    }


def _next(account: Account, rows: tuple[d.ChecklistRow, ...]) -> str:
    left = next((row.step for row in rows if row.done_at is None), None)
    if left is None:
        return "withhold status"
    return f"withhold purge account {shlex.quote(account.label)} --done {left}, once that is done"
