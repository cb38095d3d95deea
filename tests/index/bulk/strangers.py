"""Random states that no lab would make: any provider, any evidence, times of every kind; and edits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from tests.index.bulk.agreement import know, take
from withhold.app.bootstrap import Services
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Deletion, Feedback, Message
from withhold.model.terms import Plan, Product, Provider, Terms
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind, Known, Setting
from withhold.store.sources import NewSource

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 1100
PROVIDERS = ("anthropic", "openai", "google", "lab", "mistral", "nobody")
TIERS = ("Free", "Pro", "Max", "Plus", "Work", "Team", "unheard of")
KNOWN = (Known.OBSERVED, Known.ATTESTED, Known.INFERRED, Known.UNKNOWN)
EDGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2025-08-28", "2025-09-28", "2025-10-08", "2025-10-09", "2026-02-01")
)
"""Days about which terms change or evidence is given, so that times often fall on them."""
LATE = datetime(2110, 1, 10, tzinfo=UTC)
"""After every other instant."""
_numbers = count()


def moment(random: Random) -> datetime:
    """An instant, often at or beside one that matters."""
    if random.random() < 0.3:
        return random.choice(EDGES) + timedelta(microseconds=random.randint(-1, 1))
    return BEGAN + timedelta(days=random.random() * DAYS)


def when(random: Random) -> When:
    """A time known exactly, to a day anywhere on Earth, within a range, or not at all."""
    at = moment(random)
    match random.choices(range(5), (12, 2, 1, 1, 1))[0]:
        case 0:
            return When.at(at)
        case 1:
            return When.some_time_on(at.date())
        case 2:
            return When(at, at + timedelta(days=random.random() * 300))
        case 3:
            return When.between(at, None)
        case _:
            return ANY_TIME


def conversation(random: Random, refs: list[str | None]) -> Conversation:
    """Up to a dozen messages, in the order of the source, which need not be that of their times."""
    size = random.choice((0, 1, 1, 2, 3, 4, 12))
    begun = moment(random)
    messages = []
    for number in range(size):
        author = random.choices(tuple(Author), (5, 4, 1))[0]
        near = When.at(begun + timedelta(minutes=number * random.randint(0, 3)))
        messages.append(Message(str(number), author, near if random.random() < 0.7 else when(random), 10))
    identity = next(_numbers)
    return Conversation(
        source_id=f"c-{identity}",
        provider_id=random.choice(PROVIDERS),
        kind=random.choice(tuple(Kind)),
        messages=tuple(messages),
        account_ref=random.choice(refs),
        product_id=random.choice((None, None, None, "claude", "no such product")),
        project=random.choice((None, "shop", "/home/p/shop", "other")),
        incognito=random.choice((None, False, False, True)),
        feedback=tuple(
            Feedback(when(random), random.choice(("thumbs_up", "bug")))
            for _ in range(random.choice((0, 0, 0, 1, 2)))
        ),
        feedback_visible=random.random() < 0.5,
        deletion=Deletion(when(random), random.choice(KNOWN)) if random.random() < 0.1 else None,
    )


def account(random: Random, provider: Provider) -> tuple[Account, list[SettingEvidence]]:
    """An account with plans, acceptance and evidence of which little has to fit together."""
    identity = f"account-{next(_numbers)}"
    plans = tuple(
        PlanPeriod(f"plan-{n}", random.choice(TIERS), When.at(moment(random)), None, random.choice(KNOWN))
        for n in range(random.randint(0, 2))
    )
    accepted = tuple(
        Acceptance(f"accepted-{n}", when(random), random.choice(KNOWN)) for n in range(random.randint(0, 2))
    )
    made = Account(
        id=identity,
        provider_id=provider.id,
        label=identity,
        region=random.choice((None, None, "EEA", "US")),
        plans=plans,
        acceptances=accepted,
        source_account_ids=(f"ref-{identity}",),
    )
    return made, [evidence(random, provider) for _ in range(random.randint(0, 4))]


def deciding(provider: Provider) -> list[str]:
    """Controls that the terms name."""
    named = {t.training.control_id for p in provider.products for q in p.plans for t in q.terms}
    return sorted(c for c in named if c is not None)


def evidence(random: Random, provider: Provider) -> SettingEvidence:
    """A look, or a stretch that somebody vouches for."""
    controls = deciding(provider) * 4 + [c.id for c in provider.controls] or ["none"]
    begins, ends = sorted((moment(random), moment(random)))
    if random.random() < 0.5:
        ends = begins
    return SettingEvidence(
        f"evidence-{next(_numbers)}",
        random.choice(controls),
        begins,
        ends,
        random.choice(tuple(Setting)),
        random.choices(KNOWN, (4, 3, 1, 1))[0],
    )


def furnish(services: Services, random: Random, conversations: int = 25) -> None:
    """Put accounts and conversations into an empty state."""
    for provider in random.sample(sorted(set(PROVIDERS) - {"nobody"}), random.randint(1, 3)):
        know(services, *account(random, services.packs[provider]))
    more(services, random, conversations)


def refs(services: Services) -> list[str | None]:
    """Whatever a source may say of whose a conversation is."""
    held = [ref for a in services.store.accounts() for ref in (a.id, *a.source_account_ids)]
    return [None, "stranger", *held, *held]


def steady(services: Services, random: Random, now: datetime) -> None:
    """Somebody who shares, and of whom everything is known, with chats of which some are of one instant."""
    pack = services.packs["anthropic"]
    [control] = deciding(pack)
    known = SettingEvidence(f"log-{next(_numbers)}", control, BEGAN, now, Setting.SHARING, Known.OBSERVED)
    held = Account(
        id=f"steady-{next(_numbers)}",
        provider_id="anthropic",
        label="steady",
        plans=(PlanPeriod("pro", "Pro", When.at(BEGAN), None, Known.OBSERVED),),
        acceptances=(Acceptance("accepted", When.at(EDGES[0]), Known.OBSERVED),),
    )
    know(services, held, [known])
    made = (conversation(random, [held.id]) for _ in range(30))
    chats = [replace(c, provider_id="anthropic", deletion=None) for c in made]
    chats[0] = replace(chats[0], messages=(Message("late", Author.HUMAN, When.at(LATE), 10),))
    take(services, chats, name=f"source-{next(_numbers)}")


def more(services: Services, random: Random, conversations: int = 8) -> None:
    """A new source with conversations, some of which were sent again."""
    found = [conversation(random, refs(services)) for _ in range(conversations)]
    name = f"source-{next(_numbers)}"
    dated = When.at(moment(random)) if random.random() < 0.5 else None
    own = random.choice(refs(services))
    with services.store.importing(NewSource(name, name, "test", own, dated)) as batch:
        for one in found:
            batch.add(one)
            if random.random() < 0.05:
                batch.sent_again(one.provider_id, one.source_id, "another", when(random))


def again(services: Services, random: Random) -> None:
    """Known conversations with more messages than before."""
    there = list(services.store.conversations())
    grown = [
        replace(
            s.conversation,
            messages=(
                *s.conversation.messages,
                Message(f"more-{next(_numbers)}", Author.HUMAN, when(random), 5),
            ),
        )
        for s in random.sample(there, min(5, len(there)))
    ]
    take(services, grown, name=f"source-{next(_numbers)}")


def learn(services: Services, random: Random) -> None:
    """One more piece of evidence."""
    accounts = services.store.accounts()
    if accounts:
        held = random.choice(accounts)
        services.store.add_setting_evidence(held.id, evidence(random, services.packs[held.provider_id]))


def look_late(services: Services, random: Random) -> None:
    """Each account gets a stretch that begins after everything else that is known of it."""
    for held in services.store.accounts():
        provider = services.packs[held.provider_id]
        for control in deciding(provider):
            late = replace(
                evidence(random, provider),
                control_id=control,
                begins=LATE - timedelta(days=10),
                ends=LATE + timedelta(days=10),
                known=Known.OBSERVED,
            )
            services.store.add_setting_evidence(held.id, late)


def come_to_know(services: Services, random: Random) -> None:
    """An account that conversations may have named all the time."""
    provider = random.choice(sorted(set(PROVIDERS) - {"nobody"}))
    made, known = account(random, services.packs[provider])
    if not any("stranger" in a.source_account_ids for a in services.store.accounts()):
        made = replace(made, source_account_ids=("stranger",))
    know(services, made, known)


def forget(services: Services, random: Random) -> None:
    """An account is forgotten; its conversations stay."""
    accounts = services.store.accounts()
    if accounts:
        services.store.remove_account(random.choice(accounts).id)


def delete(services: Services, random: Random) -> None:
    """A deletion becomes known."""
    there = list(services.store.conversations())
    if there:
        chosen = random.choice(there).id
        services.store.add_deletion(chosen, Deletion(when(random), random.choice(KNOWN)))


def compare(services: Services, random: Random) -> None:
    """The packs change: terms begin or end on other days, or were compared with their source on another."""
    packs: Mapping[str, Provider] = services.packs
    services.__dict__["packs"] = {name: _compared(packs[name], random) for name in packs}


def _compared(provider: Provider, random: Random) -> Provider:
    return replace(provider, products=tuple(_product(p, random) for p in provider.products))


def _product(product: Product, random: Random) -> Product:
    return replace(product, plans=tuple(_plan(p, random) for p in product.plans))


def _plan(plan: Plan, random: Random) -> Plan:
    return replace(plan, terms=tuple(_terms(t, random) for t in plan.terms))


def _terms(terms: Terms, random: Random) -> Terms:
    days = timedelta(days=random.randint(-40, 40))
    return replace(terms, last_checked=terms.last_checked + days) if terms.ends is None else terms


Edit = Callable[[Services, Random], None]
EDITS: tuple[Edit, ...] = (
    more, again, learn, look_late, come_to_know, forget, delete, compare,
)  # fmt: skip
