"""What of one's own state goes into a letter: only what its kind needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from withhold.app.accounts import training_control
from withhold.app.bootstrap import Services
from withhold.app.ledger.filters import Filter
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Provider, Route
from withhold.model.words import Known, Setting
from withhold.policy.looks import why_fallen
from withhold.support.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class SettingFact:
    """How the control stood. ``since``: from ``day`` on by the person's word, which still stands; else it was
    seen so on ``day``.
    """

    control: str
    setting: Setting
    day: date
    since: bool


@dataclass(frozen=True, slots=True)
class ExposedFact:
    """Conversations that were open to training, and the days of the first and last activity in them."""

    count: int
    first: date | None
    last: date | None


def setting_fact(services: Services, provider: Provider, account: Account | None) -> SettingFact | None:
    """The newest that is known of the control that decides about training; ``None`` where nothing is."""
    if account is None:
        return None
    try:
        control = training_control(provider)
    except UsageProblem:  # the pack has no such control, or several
        return None
    known = [e for e in services.store.setting_evidence(account.id) if _counts(e, control.id)]
    if not known:
        return None
    newest = max(known, key=lambda e: (e.ends, e.begins))
    now, changes = services.clock(), services.store.terms.changes()
    stands = why_fallen(newest, now, provider, account, changes) is None
    since = newest.begins != newest.ends and stands
    name = control.labels[0].text if control.labels else control.name
    return SettingFact(name, newest.setting, (newest.begins if since else newest.ends).date(), since)


def exposed_fact(services: Services, account: Account | None) -> ExposedFact | None:
    """How many conversations of the account were open to training; ``None`` where none is known."""
    from withhold.app.ledger.exposure import ledger

    if account is None or services.store.count(account.id) == 0:
        return None
    with ledger(services, wanted=Filter(account=account.id, past="exposed")) as view:
        rows = [(row.first, row.last) for row in view.rows()]
    days: list[datetime] = [at for pair in rows for at in pair if at is not None]
    if not rows:
        return None
    return ExposedFact(len(rows), *((min(days).date(), max(days).date()) if days else (None, None)))


def account_of(services: Services, provider: Provider, name: str | None) -> Account | None:
    """The account that the letter is about. ``UsageProblem`` where several could be meant."""
    held = [a for a in services.store.accounts() if a.provider_id == provider.id]
    if name is not None:
        held = [a for a in held if a.label == name or a.id.startswith(name)]
    if len(held) == 1:
        return held[0]
    if not held and name is None:
        return None
    labels = ", ".join(a.label for a in services.store.accounts() if a.provider_id == provider.id) or "none"
    raise UsageProblem(
        f"it is open which account at {provider.name} the letter is about",
        next_step=f"name it with --account; known: {labels}",
    )


def route_for(provider: Provider, taking: Iterable[str], kind: str) -> Route | None:
    """The provider's route among ``taking``: one with an address first. ``kind`` is mail or form."""
    ids = set(taking)
    return next((r for r in provider.routes if r.id in ids and r.kind == kind), None)


def _counts(evidence: SettingEvidence, control_id: str) -> bool:
    known = evidence.known in (Known.OBSERVED, Known.ATTESTED)
    return evidence.control_id == control_id and known
