"""Guiding a person to a control in their own browser, and taking the proof they bring.

Nothing here is seen by this program: whatever comes of it is the person's word, with a file beside it. So a
sitting never ends with an outcome that says the control is private; what it leaves is attested evidence.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from withhold.app.accounts import TRAINING_POLARITIES, training_control
from withhold.app.bootstrap import Services
from withhold.app.evidence.adding import add_evidence
from withhold.app.optout.proofs import Proof, dropped_path, proof_of
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Control, Provider
from withhold.model.words import Known, Setting
from withhold.policy.looks import why_fallen
from withhold.support.errors import NothingRead, UsageProblem

_BY_HAND = frozenset({"web_setting", "app_setting"})
_MENU = "Path of the screenshot or saved page (or drag it here); s skips, q ends the sitting: "
_POSITION = "What does it show, after a fresh load: [p]rivate, [s]haring, [?] cannot tell: "
_WHEN = "When was it made? An instant with a zone, such as 2025-10-01T09:30:00+02:00: "

Ending = Literal["proved", "skipped", "stopped"]


class Person(Protocol):
    """Whoever sits there. ``None`` as an answer means that they are gone."""

    def tell(self, text: str) -> None:
        """One line for them."""

    def ask(self, question: str) -> str | None:
        """Their answer, without blanks around it."""


@dataclass(slots=True)
class Sitting:
    """One run with one person. ``open_page`` opens an address in their browser: ``None`` never does.

    ``begun`` is when it began: a file made before it does not stand for it.
    """

    person: Person
    begun: datetime
    open_page: Callable[[str], bool] | None = None
    opens: bool | None = None
    """Their answer for the whole sitting, once given."""
    opened: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Place:
    """A control of an account. ``account`` is ``None`` where none is known at the provider."""

    provider: Provider
    control: Control
    account: Account | None
    url: str | None


def deciding_controls(provider: Provider, now: datetime) -> tuple[Control, ...]:
    """What a person sets by hand to decide about training: what terms in force name first, then the others.

    A control that only terms of the past name is no longer there to be found. Empty where the pack has none.
    """
    terms = [t for product in provider.products for plan in product.plans for t in plan.terms]
    ever = {t.training.control_id for t in terms}
    present = {t.training.control_id for t in terms if t.ends is None or t.ends.latest > now}
    useful = [c for c in provider.controls if c.polarity in TRAINING_POLARITIES]
    first = [c for c in useful if c.id in present]
    return (*first, *(c for c in useful if c.id not in ever and c.kind in _BY_HAND))


def main_control(provider: Provider, now: datetime) -> Control:
    """The first of them. Raises ``UsageProblem`` where the pack names none."""
    return next(iter(deciding_controls(provider, now)), None) or training_control(provider)


def newest_look(services: Services, account: Account | None, control: Control) -> SettingEvidence | None:
    """The last that was seen or said of ``control``; of two at one instant, the one that says sharing."""
    if account is None:
        return None
    now = services.clock()
    pieces = services.store.setting_evidence(account.id)
    credible = [
        e
        for e in pieces
        if e.control_id == control.id and e.begins <= now and e.known in (Known.OBSERVED, Known.ATTESTED)
    ]
    return max(credible, key=lambda e: (min(e.ends, now), e.setting is Setting.SHARING), default=None)


def stands(
    services: Services,
    look: SettingEvidence | None,
    provider: Provider | None,
    account: Account | None,
) -> bool:
    """Whether there is a look, and it still stands."""
    if look is None:
        return False
    seen = services.store.terms.changes()
    return why_fallen(look, services.clock(), provider, account, seen) is None


def steps_to(services: Services, place: Place, platform: str | None) -> tuple[str, ...]:
    """The way to a control, what to leave alone, and what else decides at this provider."""
    from withhold.controls.guide import Platform, guide

    now = services.clock()
    where = None if platform is None else Platform(platform)
    how = guide(place.provider, place.control, on=now.date(), platform=where)
    names = "; ".join(f"{text} ({lang})" for lang, text in how.called)
    others = [c.name for c in deciding_controls(place.provider, now) if c.id != place.control.id]
    return (
        *how.steps,
        *((f"It is called: {names}.",) if names else ()),
        *((f"Leave alone: {', '.join(how.leave_alone)}.",) if how.leave_alone else ()),
        how.check,
        "Then take a full screenshot that shows the switch and the date."
        if platform in {"ios", "android"}
        else "Then take a full screenshot that shows the switch, the date and the address.",
        *((f"Decided apart: {'; '.join(others)} (withhold optout --all).",) if others else ()),
    )


def sit(services: Services, place: Place, steps: tuple[str, ...], sitting: Sitting) -> tuple[Ending, Place]:
    """Lead the person through ``steps`` and take what they bring. The place then names the account used.

    What was brought is kept at once, so an interruption loses nothing.
    """
    for number, step in enumerate(steps, 1):
        sitting.person.tell(f"  {number}. {step}")
    _offer(place.url, sitting)
    while True:
        answer = sitting.person.ask(_MENU)
        if answer is None or answer == "q":
            return "stopped", place
        if answer == "s":
            return "skipped", place
        if answer:
            kept, place = _take(services, place, answer, sitting)
            if kept:
                return "proved", place


def _offer(url: str | None, sitting: Sitting) -> None:
    """Open ``url`` in the person's own browser, if they want that. It is a request they make, not we."""
    if url is None or sitting.open_page is None or sitting.opens is False or url in sitting.opened:
        return
    if sitting.opens is None:
        answer = sitting.person.ask(f"Open {url} in your browser? [y]es, [n]o, [a]lways, ne[v]er: ")
        sitting.opens = {"a": True, "v": False}.get(answer or "")
        if answer not in ("y", "a"):
            return
    sitting.opened.add(url)
    if not sitting.open_page(url):
        sitting.person.tell("No browser could be opened; open the address yourself.")


def _take(services: Services, place: Place, typed: str, sitting: Sitting) -> tuple[bool, Place]:
    """Whether what was typed became evidence of the setting; the file alone is kept where it says nothing."""
    person = sitting.person
    try:
        path = dropped_path(typed, windows=services.system == "Windows")
        proof = proof_of(path, place.provider, place.control, since=sitting.begun)
        setting = _position(proof, place.control, person)
        made = _instant(proof, setting, person)
        place = _with_account(services, place)
        _keep(services, place, proof, setting, made)
    except (NothingRead, UsageProblem) as problem:
        person.tell(problem.diagnostics())
        return False, place
    if setting is None:
        person.tell("The file is kept. It says nothing of the setting, which stays as it was known.")
    else:
        person.tell(f"Kept as your word: {setting.value}. Nothing of it was seen by this program.")
    return setting is not None, place


def _position(proof: Proof, control: Control, person: Person) -> Setting | None:
    """What counts: the file's own text where it tells, confirmed by the person; else their word alone."""
    if proof.against is not None:
        person.tell(f"{proof.path.name} is no proof of this setting: {proof.against}.")
        return None
    if proof.setting is not None:
        question = f"It shows {control.name!r} as {proof.setting.value}. Saved after a fresh load? [y/n]: "
        return proof.setting if person.ask(question) == "y" else None
    person.tell("What this file shows cannot be read off by this program.")
    return {"p": Setting.PRIVATE, "s": Setting.SHARING}.get(person.ask(_POSITION) or "")


def _instant(proof: Proof, setting: Setting | None, person: Person) -> str | None:
    if proof.made is not None:
        return proof.made.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return (person.ask(_WHEN) or None) if setting is not None else None


def _with_account(services: Services, place: Place) -> Place:
    """A page does not say who is signed in: where no account is known, an unnamed one holds what is said."""
    from withhold.app.optout.opt_out import UNNAMED

    if place.account is not None:
        return place
    account = Account(id=uuid.uuid4().hex[:12], provider_id=place.provider.id, label=UNNAMED)
    services.store.save_account(account)
    return Place(place.provider, place.control, account, place.url)


def _keep(services: Services, place: Place, proof: Proof, setting: Setting | None, made: str | None) -> None:
    account = place.account
    assert account is not None  # noqa: S101 - _with_account came before
    add_evidence(
        services,
        proof.path,
        account=account.id,
        control=place.control.id,
        setting=None if setting is None else setting.value,
        at=made,
    )
