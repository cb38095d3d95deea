"""All providers in one sitting, the most exposed first.

Progress is the evidence itself: what a person brought is on record at once, and what is known to be private
is not asked again. So a sitting can be left at any time and gone on with by calling it again.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.optout.guiding import Place, Sitting, deciding_controls, newest_look, sit, stands, steps_to
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Provider
from withhold.model.words import Setting
from withhold.report import documents as d


@dataclass(frozen=True, slots=True, order=True)
class Counts:
    """Conversations: what is open now weighs most, then what was, then what nobody knows."""

    eligible: int = 0
    exposed: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    """What is gone through: a control of an account, or a provider that has none (``place`` is ``None``)."""

    provider_id: str
    provider: Provider | None
    account: Account | None
    place: Place | None
    counts: Counts


@dataclass(slots=True)
class _Done:
    item: _Item
    said: d.SaidWord
    steps: tuple[str, ...] = ()


_Part = tuple[str, str | None]


def opt_out_all(
    services: Services, *, platform: str | None = None, sitting: Sitting | None = None
) -> d.OptOutAllDocument:
    """Every control of every provider with an account or a conversation; with a sitting, one after the other.

    Ctrl-C ends the sitting and not the report: the document then says ``interrupted``.
    """
    counts, unassigned = _counts(services)
    done = [_begin(services, item, platform) for item in _items(services, counts)]
    interrupted = False
    if sitting is not None:
        try:
            _go_through(services, done, sitting)
        except KeyboardInterrupt:
            interrupted = True
    rows = tuple(_row(services, one) for one in done)
    stamp = services.stamp()
    return d.OptOutAllDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        rows=rows,
        private=sum(r.setting == "private" for r in rows),
        sharing=sum(r.setting == "sharing" for r in rows),
        unknown=sum(r.setting == "unknown" for r in rows),
        unassigned=unassigned,
        interrupted=interrupted,
    )


def _items(services: Services, counts: Mapping[_Part, Counts]) -> list[_Item]:
    accounts = services.store.accounts()
    held = {value for by, value in counts if by == "provider" and value is not None}
    providers = sorted(
        held | {a.provider_id for a in accounts},
        key=lambda p: (_neg(counts.get(("provider", p), Counts())), p),
    )
    return [item for p in providers for item in _of_provider(services, p, accounts, counts)]


def _of_provider(
    services: Services, provider_id: str, accounts: tuple[Account, ...], counts: Mapping[_Part, Counts]
) -> Iterator[_Item]:
    provider = services.packs.get(provider_id)
    controls = () if provider is None else deciding_controls(provider, services.clock())
    own = sorted(
        (a for a in accounts if a.provider_id == provider_id),
        key=lambda a: (_neg(counts.get(("account", a.id), Counts())), a.label),
    )
    for account in own or (None,):
        part: _Part = ("provider", provider_id) if account is None else ("account", account.id)
        count = counts.get(part, Counts())
        if provider is None or not controls:
            yield _Item(provider_id, provider, account, None, count)
            continue
        for control in controls:
            place = Place(provider, control, account, web_address(control.url))
            yield _Item(provider_id, provider, account, place, count)


def _neg(counts: Counts) -> tuple[int, int, int]:
    return -counts.eligible, -counts.exposed, -counts.unknown


def web_address(url: str | None) -> str | None:
    """A pack of a provider without one home gives a path only, which no browser can open."""
    return None if url is None or url.startswith("/") else url


def _counts(services: Services) -> tuple[dict[_Part, Counts], int]:
    """By provider and by account, and how many conversations are of no known account.

    The ledger leaves parts out where there is only one, which then has all.
    """
    with ledger(services) as view:
        totals = view.head.totals
        found: dict[_Part, Counts] = {(g.by, g.value): _of(g.past, g.future) for g in totals.groups}
        first = next(view.rows(1), None)
        everything = view.count
    unassigned = next((_sum(g.past) for g in totals.groups if (g.by, g.value) == ("account", None)), 0)
    if first is not None:
        whole = _of(totals.past, totals.future)
        found.setdefault(("provider", first.provider), whole)
        if ("account", first.account) not in found:
            found["account", first.account] = whole
            unassigned = everything if first.account is None else 0
    return found, unassigned


def _sum(past: d.PastTotals) -> int:
    return past.exposed + past.not_exposed + past.unknown


def _of(past: d.PastTotals, future: d.FutureTotals) -> Counts:
    return Counts(future.eligible, past.exposed, max(past.unknown, future.unknown))


def _begin(services: Services, item: _Item, platform: str | None) -> _Done:
    if item.provider is None:
        return _Done(item, "no_pack")
    if item.place is None:
        return _Done(item, "no_control")
    look = newest_look(services, item.account, item.place.control)
    private = look is not None and look.setting is Setting.PRIVATE
    known = private and stands(services, look, item.provider, item.account)
    return _Done(item, "known" if known else "open", steps_to(services, item.place, platform))


def _go_through(services: Services, done: list[_Done], sitting: Sitting) -> None:
    """One after the other. An account that one control made is the account of the provider's others too."""
    asked = [one for one in done if one.said == "open"]
    made: dict[str, Account] = {}
    for number, one in enumerate(asked, 1):
        place = one.item.place
        if place is None:
            continue
        place = replace(place, account=place.account or made.get(place.provider.id))
        one.item = replace(one.item, account=place.account)
        sitting.person.tell(f"[{number} of {len(asked)}] {_title(one.item)}")
        ending, place = sit(services, place, one.steps, sitting)
        one.said = ending
        if place.account is not None:
            made[place.provider.id] = place.account
            one.item = replace(one.item, account=place.account)
        if ending == "stopped":
            for left in asked[number:]:
                left.said = "stopped"
            return


def _title(item: _Item) -> str:
    name = item.provider_id if item.provider is None else item.provider.name
    return name if item.place is None else f"{name}: {item.place.control.name}"


def _row(services: Services, one: _Done) -> d.SittingRow:
    item = one.item
    now = services.clock()
    control = None if item.place is None else item.place.control
    look = None if control is None else newest_look(services, item.account, control)
    fresh = stands(services, look, item.provider, item.account)
    return d.SittingRow(
        provider=item.provider_id,
        name=item.provider_id if item.provider is None else item.provider.name,
        account=None if item.account is None else item.account.label,
        control=None if control is None else control.id,
        title=_title(item),
        exposed=item.counts.exposed,
        eligible=item.counts.eligible,
        unknown=item.counts.unknown,
        setting=look.setting.value if look is not None and fresh else "unknown",
        known=_known(look),
        at=None if look is None else min(look.ends, now),
        said=one.said,
        url=None if item.place is None else item.place.url,
        steps=one.steps,
        next=_next(one),
    )


def _known(look: SettingEvidence | None) -> d.KnownWord:
    return "unknown" if look is None else look.known.value


def _next(one: _Done) -> str:
    item = one.item
    if one.said == "no_pack":
        return "withhold packs list"
    if item.place is None:
        return f"withhold packs show {item.provider_id}"
    if item.account is None:
        return f"withhold account add {item.provider_id} LABEL"
    who, control = shlex.quote(item.account.label), item.place.control.id
    return f"withhold evidence add FILE --account {who} --control {control} --setting private --at INSTANT"
