"""What the person tells about accounts: plans, acceptance, where the setting stood, what was deleted.

The person's word is evidence too (``attested``): each statement becomes a record in the journal.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from withhold.app.bootstrap import Services
from withhold.app.dates import certain_stretch, parse_when
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Deletion, Feedback
from withhold.model.evidence import Draft, Json
from withhold.model.terms import Control, Provider
from withhold.model.when import BEGINNING, END, When
from withhold.model.words import Known, Polarity, Setting
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

TRAINING_POLARITIES = (Polarity.ON_TRAINS, Polarity.ON_PRIVATE, Polarity.CHOICE_LIST)


def list_accounts(services: Services) -> d.AccountDocument:
    """All accounts with everything known of them."""
    stamp = services.stamp()
    return d.AccountDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        accounts=tuple(_row(services, a) for a in services.store.accounts()),
    )


def add_account(
    services: Services,
    provider_id: str,
    label: str,
    *,
    region: str | None = None,
    source_ids: tuple[str, ...] = (),
    tier: str | None = None,
    tier_from: str | None = None,
    accepted: str | None = None,
) -> d.AccountDocument:
    """Make an account known. Raises ``UsageProblem`` for a provider or tier that no pack knows."""
    provider = provider_of(services, provider_id)
    _new_label(services, provider, label)
    named_region = None if region is None else _region(provider, region)
    plans = () if tier is None else (_period(services, provider, tier, tier_from, None),)
    acceptances = () if accepted is None else (_acceptance(services, accepted, Known.ATTESTED),)
    account = Account(
        id=_new_id(),
        provider_id=provider.id,
        label=label,
        region=named_region,
        plans=plans,
        acceptances=acceptances,
        source_account_ids=source_ids,
    )
    unclaimed(services, source_ids, account.id)
    services.store.save_account(account)
    for plan in plans:
        _record(services, account, "plan", {"tier": plan.tier, "begins": tier_from, "ends": None})
    for _ in acceptances:
        _record(services, account, "acceptance", {"when": accepted})
    return list_accounts(services)


def add_plan(
    services: Services, account_id: str, tier: str, *, begins: str | None = None, ends: str | None = None
) -> d.AccountDocument:
    """The account was on ``tier`` from ``begins`` (default: unknown how long already) until ``ends``."""
    account = account_named(services, account_id)
    period = _period(services, provider_of(services, account.provider_id), tier, begins, ends)
    services.store.save_account(replace(account, plans=(*account.plans, period)))
    _record(services, account, "plan", {"tier": period.tier, "begins": begins, "ends": ends})
    return list_accounts(services)


def add_acceptance(
    services: Services, account_id: str, when: str, *, known: Known = Known.ATTESTED
) -> d.AccountDocument:
    """The person accepted the terms within ``when``: a day, or a range for "some day between"."""
    account = account_named(services, account_id)
    said = _acceptance(services, when, known)
    services.store.save_account(replace(account, acceptances=(*account.acceptances, said)))
    _record(services, account, "acceptance", {"when": when}, known=known)
    return list_accounts(services)


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


def _new_label(services: Services, provider: Provider, label: str) -> None:
    """A label that is empty or taken could never name one account."""
    if not label.strip():
        raise UsageProblem("the label is empty", next_step="give the account a name of your own")
    if any(a.label == label and a.provider_id == provider.id for a in services.store.accounts()):
        raise UsageProblem(
            f"an account at {provider.name} is called {label!r} already", next_step="withhold account list"
        )


def _region(provider: Provider, region: str) -> str:
    """A region by the word of the pack. One that the pack does not know would be judged as unknown."""
    terms = [t for product in provider.products for plan in product.plans for t in plan.terms]
    known = {r.casefold(): r for t in terms for r in t.regions if r != "all"}
    if known and region.casefold() not in known:
        raise UsageProblem(
            f"the pack of {provider.name} does not know the region {region!r}",
            next_step="one of: " + ", ".join(sorted(known.values())) + "; or leave it out",
        )
    return known.get(region.casefold(), region)


def unclaimed(services: Services, source_ids: tuple[str, ...], account_id: str) -> None:
    """An id of an export belongs to one account: evidence of one must not clear another."""
    for source_id in source_ids:
        holder = next((a for a in services.store.accounts() if source_id in a.source_account_ids), None)
        if holder is not None and holder.id != account_id:
            raise UsageProblem(
                f"{source_id} belongs to the account {holder.label!r} already",
                next_step="withhold account list",
            )


def _period(
    services: Services, provider: Provider, tier: str, begins: str | None, ends: str | None
) -> PlanPeriod:
    period = PlanPeriod(
        id=_new_id(),
        tier=_tier(provider, tier),
        begins=When(BEGINNING, services.clock()) if begins is None else parse_when(begins),
        ends=None if ends is None else parse_when(ends),
        known=Known.ATTESTED,
    )
    if period.begins.earliest > services.clock():
        raise UsageProblem(f"{begins} lies ahead", next_step="tell it once it has happened")
    if period.ends is not None and period.ends.latest < period.begins.earliest:
        raise UsageProblem(f"a plan from {begins} until {ends} ends before it begins")
    return period


def _acceptance(services: Services, when: str, known: Known) -> Acceptance:
    """A span that lies ahead is a slip; one that reaches ahead says "perhaps not yet"."""
    span = parse_when(when)
    if span.earliest > services.clock():
        raise UsageProblem(f"{when} lies ahead", next_step="tell it once it has happened")
    return Acceptance(_new_id(), span, known)


def attest_setting(
    services: Services,
    account_id: str,
    setting: str,
    *,
    begins: str,
    ends: str | None = None,
    control_id: str | None = None,
) -> d.AccountDocument:
    """The person's word: the control stood at ``setting`` all the time from ``begins`` to ``ends``.

    Without ``control_id`` it is about the control that the terms name first. Raises ``UsageProblem`` for one
    that the provider does not have.
    """
    account = account_named(services, account_id)
    control = _control_named(provider_of(services, account.provider_id), control_id)
    now = services.clock()
    first, last = certain_stretch(begins, ends, now)
    record = _record(
        services,
        account,
        "setting",
        {"control": control.id, "setting": setting, "begins": _text(first), "ends": _text(last)},
    )
    services.store.add_setting_evidence(
        account.id,
        SettingEvidence(
            id=_new_id(),
            control_id=control.id,
            begins=first,
            ends=last,
            setting=Setting(setting),
            known=Known.ATTESTED,
            record=record,
        ),
    )
    return list_accounts(services)


def attest_deletion(services: Services, conversation_id: str, when: str) -> d.ExplainDocument:
    """The person's word: they deleted this conversation within ``when``. Returns what that makes of it."""
    stored = services.store.conversation(conversation_id)
    span = parse_when(when)
    if span.earliest > services.clock():
        raise UsageProblem(f"{when} lies ahead", next_step="tell it once it has happened")
    _after_the_last_word(stored.conversation, span, when)
    record = services.journal.append(
        Draft(
            type="attestation.deletion",
            at=services.clock(),
            body={
                "conversation": stored.conversation.source_id,
                "earliest": _text(span.earliest),
                "latest": _text(span.latest),
            },
        )
    )
    services.store.add_deletion(stored.id, Deletion(span, Known.ATTESTED), record.id)
    return _explained(services, stored.id)


def _after_the_last_word(conversation: Conversation, deleted: When, when: str) -> None:
    """What was said after the deletion speaks against it."""
    last = max((m.at.earliest for m in conversation.messages), default=None)
    if last is not None and deleted.latest < last:
        raise UsageProblem(
            f"something was said in it after {when}, on {last:%Y-%m-%d}",
            next_step="give the day on which it was really deleted",
        )


def attest_feedback(services: Services, conversation_id: str, when: str) -> d.ExplainDocument:
    """The person's word: they rated an answer, or sent a report, in this conversation within ``when``.

    Exports hardly show feedback, and feedback may train whatever the setting says.
    """
    from withhold.store.sources import NewSource

    stored = services.store.conversation(conversation_id)
    span = parse_when(when)
    if span.earliest > services.clock():
        raise UsageProblem(f"{when} lies ahead", next_step="tell it once it has happened")
    record = services.journal.append(
        Draft(
            type="attestation.feedback",
            at=services.clock(),
            body={
                "conversation": stored.conversation.source_id,
                "earliest": _text(span.earliest),
                "latest": _text(span.latest),
            },
        )
    )
    source = NewSource(label="your word", sha256=record.id, format="attestation")
    marked = replace(stored.conversation, messages=(), feedback=(Feedback(span, "attested"),))
    with services.store.importing(source) as batch:
        batch.add(marked)
    return _explained(services, stored.id)


def account_named(services: Services, name: str) -> Account:
    """The one account whose label is ``name`` or whose id begins with it; else ``UsageProblem``."""
    found = [a for a in services.store.accounts() if a.label == name or (name and a.id.startswith(name))]
    if len(found) != 1:
        raise UsageProblem(
            f"{'no' if not found else 'more than one'} account is called {name!r}",
            next_step="withhold account list",
        )
    return found[0]


def link_account(services: Services, account_id: str, source_id: str) -> d.AccountDocument:
    """Exports name this account ``source_id``. Refused where that id belongs to another account."""
    account = account_named(services, account_id)
    unclaimed(services, (source_id,), account.id)
    ids = tuple(dict.fromkeys((*account.source_account_ids, source_id)))
    services.store.save_account(replace(account, source_account_ids=ids))
    return list_accounts(services)


def provider_of(services: Services, provider_id: str) -> Provider:
    """The pack called ``provider_id``."""
    provider = services.packs.get(provider_id)
    if provider is None:
        known = ", ".join(sorted(services.packs))
        raise UsageProblem(f"no pack for {provider_id!r}", next_step=f"one of: {known}")
    return provider


def _control_named(provider: Provider, control_id: str | None) -> Control:
    if control_id is None:
        return training_control(provider)
    found = provider.control(control_id)
    if found is None or found.polarity not in TRAINING_POLARITIES:
        known = ", ".join(c.id for c in provider.controls if c.polarity in TRAINING_POLARITIES)
        raise UsageProblem(f"{provider.name} has no control {control_id!r}", next_step=f"one of: {known}")
    return found


def training_control(provider: Provider) -> Control:
    """The control that the terms name as deciding about training."""
    named = {
        t.training.control_id for product in provider.products for plan in product.plans for t in plan.terms
    }
    found = [c for c in provider.controls if c.id in named and c.polarity in TRAINING_POLARITIES]
    if not found:
        raise UsageProblem(
            f"the pack for {provider.name} names no control that decides about training",
            next_step=f"withhold packs show {provider.id}",
        )
    return found[0]


def _tier(provider: Provider, tier: str) -> str:
    tiers = {t.casefold(): t for p in provider.products for plan in p.plans for t in plan.tiers}
    if tier.casefold() not in tiers:
        raise UsageProblem(
            f"{provider.name} has no plan called {tier!r} in its pack",
            next_step="one of: " + ", ".join(sorted(tiers.values())),
        )
    return tiers[tier.casefold()]


def _record(
    services: Services,
    account: Account,
    what: str,
    body: Mapping[str, Json],
    *,
    known: Known = Known.ATTESTED,
) -> str:
    """Put a statement on record; ``known`` says whether the person said it or we saw it."""
    kind = "observation" if known is Known.OBSERVED else "attestation"
    record = services.journal.append(
        Draft(
            type=f"{kind}.{what}",
            at=services.clock(),
            body={"account": account.id, "provider": account.provider_id, "known": known.value, **body},
        )
    )
    return record.id


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _row(services: Services, account: Account) -> d.AccountRow:
    return d.AccountRow(
        id=account.id,
        provider=account.provider_id,
        label=account.label,
        region=account.region,
        plans=tuple(
            d.PlanRow(
                tier=p.tier,
                begins=_span(p.begins),
                ends=None if p.ends is None else _span(p.ends),
                known=p.known.value,
            )
            for p in account.plans
        ),
        acceptances=tuple(
            d.AcceptanceRow(when=_span(a.when), known=a.known.value) for a in account.acceptances
        ),
        settings=tuple(
            d.SettingEvidenceRow(
                id=e.id,
                control=e.control_id,
                setting=e.setting.value,
                begins=e.begins,
                ends=e.ends,
                known=e.known.value,
                record=e.record,
            )
            for e in services.store.setting_evidence(account.id)
        ),
        conversations=services.store.count(account.id),
    )


def _span(when: When) -> d.SpanRow:
    return d.SpanRow(
        earliest=None if when.earliest <= BEGINNING else when.earliest,
        latest=None if when.latest >= END else when.latest,
    )


def _explained(services: Services, conversation: str) -> d.ExplainDocument:
    from withhold.app.ledger.exposure import explain

    return explain(services, conversation)
