"""How long a look at a setting may stand for "now"."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Provider, Terms
from withhold.model.terms_change import TermsChange
from withhold.model.when import When
from withhold.model.words import Known

RECHECK = timedelta(days=30)
"""The longest that a look stands (architecture: re-check every 30 days)."""
A_DAY_ANYWHERE = timedelta(hours=50)
"""The longest span that one calendar day without a zone makes; wider spans are no known days."""


@dataclass(frozen=True, slots=True)
class Look:
    """The instant whose position of the setting is taken for "now", why, and when to look again."""

    at: datetime
    why: str
    due: datetime


def look_for(
    evidence: Iterable[SettingEvidence],
    now: datetime,
    provider: Provider | None,
    account: Account | None,
    seen_terms: Sequence[TermsChange] = (),
) -> Look:
    """The newest credible look, if it still stands; else now itself, when nobody has looked.

    ``seen_terms`` are changes that were seen on the pages of any provider.
    """
    seen = credible(evidence, now)
    if not seen:
        whose = "PROVIDER" if provider is None else provider.id
        return Look(now, f"the setting was never looked at; withhold optout {whose} looks at it", now)
    newest = max(min(e.ends, now) for e in seen)
    last = [e for e in seen if min(e.ends, now) == newest]
    why_not = next(filter(None, (why_fallen(e, now, provider, account, seen_terms) for e in last)), None)
    if why_not is not None:
        return Look(now, why_not, now)
    return Look(newest, f"setting as last looked at on {newest:%Y-%m-%d %H:%M} UTC", newest + RECHECK)


def credible(evidence: Iterable[SettingEvidence], now: datetime) -> list[SettingEvidence]:
    """What was seen or said by a person up to ``now``."""
    return [e for e in evidence if e.known in (Known.OBSERVED, Known.ATTESTED) and e.begins <= now]


def why_fallen(
    look: SettingEvidence,
    now: datetime,
    provider: Provider | None,
    account: Account | None,
    seen_terms: Sequence[TermsChange] = (),
) -> str | None:
    """Why a look does not stand for ``now``; ``None`` where it does.

    It falls after :data:`RECHECK`, and at once when terms under which its control decides, the words of a
    page that states them, the person's acceptance of terms, or the plan may have changed since: a dialog may
    have set the switch anew.
    """
    at = min(look.ends, now)
    if now - at > RECHECK:
        return f"the last look at the setting is of {at:%Y-%m-%d}: too old, look again"
    changes = sorted(
        (when.latest, what)
        for when, what in changes_for(look.control_id, provider, account)
        if came_after(when, at, now)
    )
    changes += _seen_since(look.control_id, at, now, provider, seen_terms)
    changes.sort()
    if not changes:
        return None
    latest, what = changes[-1]
    return f"{what} (by {latest:%Y-%m-%d}), after the last look at the setting of {at:%Y-%m-%d}: look again"


def changes_for(
    control_id: str, provider: Provider | None, account: Account | None
) -> Iterator[tuple[When, str]]:
    """What may set a control anew, each with the instant at which it began or will begin."""
    for entry in _terms(provider):
        if entry.training.control_id == control_id and entry.begins is not None:
            yield entry.begins, "the terms changed"
    if account is not None:
        yield from ((a.when, "new terms were accepted") for a in account.acceptances)
        yield from ((p.begins, "the plan changed") for p in account.plans)


def _seen_since(
    control_id: str, at: datetime, now: datetime, provider: Provider | None, seen_terms: Sequence[TermsChange]
) -> Iterator[tuple[datetime, str]]:
    """Changes of pages that may have come after ``at``.

    Such a change surely came within its span, however long that is: a look within it may have been before.
    """
    for change in seen_terms:
        concerns = provider is not None and change.provider_id == provider.id
        since = change.when.latest > at and change.when.earliest <= now
        if concerns and since and control_id in change.controls:
            yield change.when.latest, "the words of its terms changed"


def _terms(provider: Provider | None) -> Iterator[Terms]:
    if provider is not None:
        for product in provider.products:
            for plan in product.plans:
                yield from plan.terms


def came_after(when: When, look: datetime, now: datetime) -> bool:
    """Whether it happened after the look, or may have: on a known day that is not over at the look.

    Something with an open span ("not before May, perhaps never") is no news since the look.
    """
    if when.earliest > now:
        return False
    known_day = when.latest - when.earliest <= A_DAY_ANYWHERE
    return when.earliest > look or (known_day and when.latest > look)
