"""What is due: every control of every account, by the rules of ``policy/due.py``."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from withhold.app.bootstrap import Services
from withhold.app.optout.guiding import deciding_controls
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Control, Provider
from withhold.model.when import When
from withhold.policy.due import Change, Due, Rhythm, changes_around, due_for
from withhold.report import documents as d
from withhold.store.watching import MayHaveChanged, WatchPlace

RHYTHM = "rhythm"


@dataclass(frozen=True, slots=True)
class Watched:
    """One control of one account, what is known of it, and when it is due."""

    account: Account
    provider: Provider
    control: Control
    evidence: tuple[SettingEvidence, ...]
    due: Due
    place: WatchPlace | None

    def row(self, now: datetime) -> d.DueRow:
        return d.DueRow(
            account=self.account.id,
            label=self.account.label,
            provider=self.provider.id,
            control=self.control.id,
            title=self.control.name,
            at=self.due.at,
            due=self.due.now(now),
            reason=self.due.reason.value,
            why=self.due.why,
            looked=self.due.looked,
            by="you" if self.place is None else "browser",
            next=look_command(self),
        )


def look_command(watched: Watched) -> str:
    """How a person looks at it."""
    import shlex

    return f"withhold optout {watched.provider.id} --account {shlex.quote(watched.account.label)}"


def rhythm_of(services: Services) -> Rhythm:
    """The person's rhythm, or the usual one."""
    kept = services.store.watching.setting(RHYTHM)
    if kept is None:
        return Rhythm()
    hours = json.loads(kept)
    return Rhythm(timedelta(hours=hours["after_change"]), timedelta(hours=hours["every"]))


def watched(services: Services, now: datetime) -> list[Watched]:
    """Everything that can come due, the longest overdue first."""
    rhythm = rhythm_of(services)
    places = {(p.account_id, p.control_id): p for p in services.store.watching.places()}
    found = [
        _watched(services, account, provider, control, places.get((account.id, control.id)), now, rhythm)
        for account, provider in _known(services)
        for control in watched_controls(services, account, provider, now)
    ]
    return sorted(found, key=lambda w: (w.due.at, w.provider.id, w.account.label, w.control.id))


def watched_controls(
    services: Services, account: Account, provider: Provider, now: datetime
) -> list[Control]:
    """Controls that decide now, and those looked at before, as far as the account's plan has them."""
    evidence = services.store.setting_evidence(account.id)
    deciding = {c.id for c in deciding_controls(provider, now)}
    wanted = deciding | {e.control_id for e in evidence}
    plan = _plan(account, provider, now)
    return [
        c for c in provider.controls if c.id in wanted and (plan is None or not c.plans or plan in c.plans)
    ]


def notice_changes(
    services: Services, now: datetime, versions: dict[str, str], vendors: dict[str, str]
) -> None:
    """Put down what differs from the last time: facts of accounts, terms of packs, versions of clients.

    What differs counts from the moment it is noticed. ``vendors`` says whose client a tool is. All of it
    counts at once or not at all, so a run that is cut off notices the same again.
    """
    store = services.store.watching
    with services.store.transaction():
        for account, provider in _known(services):
            if _differs(services, "account", {account.id: _facts(account)}, now):
                what = "the account's plan or other facts changed"
                store.add_change(MayHaveChanged(provider.id, None, account.id, When.at(now), what))
        for provider in {p.id: p for _, p in _known(services)}.values():
            known = {f"{provider.id}/{c.id}": _terms(provider, c) for c in provider.controls}
            for name in _differs(services, "terms", known, now):
                control = name.partition("/")[2]
                what = "what the pack says of its terms changed"
                store.add_change(MayHaveChanged(provider.id, control, None, When.at(now), what))
        for tool in _differs(services, "client", versions, now):
            for provider in _of_vendor(services, vendors.get(tool, "")):
                what = f"{tool} was upgraded to {versions[tool]}"
                store.add_change(MayHaveChanged(provider.id, None, None, When.at(now), what))


def _differs(services: Services, kind: str, known: dict[str, str], now: datetime) -> list[str]:
    """Names of those that were known to be something else; all are kept as they are now."""
    before = services.store.watching.seen(kind)
    services.store.watching.put_seen(kind, known, now)
    return [name for name, value in known.items() if name in before and before[name].known != value]


def _known(services: Services) -> Iterator[tuple[Account, Provider]]:
    for account in services.store.accounts():
        provider = services.packs.get(account.provider_id)
        if provider is not None:
            yield account, provider


def _watched(
    services: Services,
    account: Account,
    provider: Provider,
    control: Control,
    place: WatchPlace | None,
    now: datetime,
    rhythm: Rhythm,
) -> Watched:
    pieces = tuple(e for e in services.store.setting_evidence(account.id) if e.control_id == control.id)
    changes = [
        *changes_around(control.id, provider, account),
        *(
            Change(When.at(c.when.latest), c.what)  # it surely came by then; a look before may not know it
            for c in services.store.watching.changes(provider.id)
            if c.control_id in (None, control.id) and c.account_id in (None, account.id)
        ),
    ]
    return Watched(account, provider, control, pieces, due_for(pieces, now, changes, rhythm), place)


def _plan(account: Account, provider: Provider, now: datetime) -> str | None:
    """The pack's plan on which the account surely is now; ``None`` where that is open."""
    tiers = {
        p.tier for p in account.plans if p.begins.latest <= now and (p.ends is None or p.ends.earliest > now)
    }
    plans = {plan.id for product in provider.products for plan in product.plans if tiers & set(plan.tiers)}
    return plans.pop() if len(tiers) == 1 and len(plans) == 1 else None


def _facts(account: Account) -> str:
    """A digest of what may change which terms hold. The label is a name of the person's own."""
    parts = [account.region, sorted(map(repr, account.plans)), sorted(map(repr, account.acceptances))]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _terms(provider: Provider, control: Control) -> str:
    """A digest of what decides under which terms the control stands; not of when they were compared last."""
    parts = sorted(
        repr((t.id, t.begins, t.ends, t.training, t.regions))
        for product in provider.products
        for plan in product.plans
        for t in plan.terms
        if t.training.control_id == control.id
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _of_vendor(services: Services, vendor: str) -> list[Provider]:
    held = {a.provider_id for a in services.store.accounts()}
    return [p for p in services.packs.values() if p.id in held and is_vendor(p, vendor)]


def is_vendor(provider: Provider, vendor: str) -> bool:
    """Whether a tool's vendor is this provider, by the names in its pack."""
    return vendor.casefold() in {n.casefold() for n in (provider.id, provider.name, *provider.aliases)}
