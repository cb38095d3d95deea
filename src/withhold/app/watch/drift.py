"""Drift: what stood private and does not any more, within which bounds, and what was touched since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.filters import Filter
from withhold.app.watch.due import Watched, is_vendor, look_command
from withhold.model.account import SettingEvidence
from withhold.model.words import Setting
from withhold.policy.looks import credible
from withhold.report import documents as d
from withhold.store.watching import LastSeen

FALLEN = ("bad", "partly")


@dataclass(frozen=True, slots=True)
class Drift:
    """``name`` stays the same however often it is found. ``row`` is what is told of it."""

    name: str
    row: d.DriftRow


def fallen(
    evidence: Iterable[SettingEvidence], now: datetime
) -> Iterator[tuple[SettingEvidence, SettingEvidence]]:
    """Pairs: the last evidence of private, and the first of sharing after it."""
    before: SettingEvidence | None = None
    for piece in sorted(credible(evidence, now), key=lambda e: (e.begins, e.ends, e.id)):
        if before is not None and before.setting is Setting.PRIVATE and piece.setting is Setting.SHARING:
            yield before, piece
        before = piece


def control_drifts(services: Services, item: Watched, now: datetime, since: datetime | None) -> list[Drift]:
    """Drifts of one control that nobody was told of.

    One that was set right again long ago is history, not news: it is told only where the control still
    shares, or where the look that found it came after ``since``, the last run.
    """
    pairs = list(fallen(item.evidence, now))
    told = services.store.watching.told()
    seen = credible(item.evidence, now)
    seen.sort(key=lambda e: (min(e.ends, now), e.setting is Setting.SHARING))
    found = []
    for before, after in pairs:
        name = f"control:{item.account.id}:{item.control.id}:{before.id}:{after.id}"
        shares = seen[-1].setting is Setting.SHARING and (before, after) == pairs[-1]
        if name not in told and (shares or (since is not None and after.begins > since)):
            found.append(Drift(name, _control_row(services, item, before, after, shares=shares)))
    return found


def local_drifts(
    services: Services, settings: Iterable[d.SettingRow], vendors: dict[str, str], now: datetime
) -> list[Drift]:
    """Settings of this machine that were good in the last run and are not now."""
    before, told = services.store.watching.seen("local"), services.store.watching.told()
    return [
        Drift(name, _local_row(services, row, seen, vendors, now))
        for row in settings
        if row.verdict in FALLEN
        and (seen := before.get(row.id)) is not None
        and seen.known == "good"
        and (name := f"local:{row.id}:{seen.at.isoformat()}") not in told
    ]


def span_words(not_before: datetime | None, not_after: datetime) -> str:
    """ "between 3 May 2026 and 9 May 2026", by days; by minutes where it is one day."""
    if not_before is None or not_before > not_after:
        return f"at some time before {not_after:%Y-%m-%d %H:%M} UTC"
    if not_before.date() == not_after.date():
        return f"on {not_after:%Y-%m-%d} between {not_before:%H:%M} and {not_after:%H:%M} UTC"
    return f"between {not_before:%Y-%m-%d} and {not_after:%Y-%m-%d}"


def _control_row(
    services: Services, item: Watched, before: SettingEvidence, after: SettingEvidence, *, shares: bool
) -> d.DriftRow:
    not_before = before.ends if before.ends <= after.begins else before.begins
    exposed, unknown = _touched(services, Filter(account=item.account.id, since=not_before))
    when = span_words(not_before, after.begins)
    now = "It still shares." if shares else "By the newest look it stands private again."
    return d.DriftRow(
        kind="control",
        what=item.control.name,
        account=item.account.id,
        label=item.account.label,
        provider=item.provider.id,
        control=item.control.id,
        not_before=not_before,
        not_after=after.begins,
        exposed=exposed,
        unknown=unknown,
        stands="sharing" if shares else "private",
        text=f"{item.control.name!r} went from private to sharing {when}. {now} {_told(exposed, unknown)}",
        next=look_command(item) if shares else "withhold exposure",
    )


def _local_row(
    services: Services, row: d.SettingRow, seen: LastSeen, vendors: dict[str, str], now: datetime
) -> d.DriftRow:
    not_before = seen.at if seen.at <= now else None
    exposed, unknown = None, None
    provider = _provider(services, vendors.get(row.tool, ""))
    if row.purpose == "training" and provider is not None:
        exposed, unknown = _touched(services, Filter(provider=provider, kind="coding", since=not_before))
    return d.DriftRow(
        kind="local",
        what=row.id,
        account=None,
        label=None,
        provider=provider,
        control=None,
        not_before=not_before,
        not_after=now,
        exposed=exposed,
        unknown=unknown,
        stands="bad" if row.verdict == "bad" else "partly",
        text=f"The local setting {row.id} was good and is {row.verdict} now; it changed"
        f" {span_words(not_before, now)}. {row.why} {_told(exposed, unknown)}".strip(),
        next=f"withhold apply {row.id} --dry-run",
    )


def _provider(services: Services, vendor: str) -> str | None:
    return next((p.id for p in services.packs.values() if is_vendor(p, vendor)), None)


def _touched(services: Services, wanted: Filter) -> tuple[int, int]:
    """Imported conversations touched since then: exposed, and unknown."""
    with ledger(services, wanted=wanted) as view:
        past = view.head.totals.past
    return past.exposed, past.unknown


def _told(exposed: int | None, unknown: int | None) -> str:
    if exposed is None or unknown is None:
        return ""
    if not exposed and not unknown:
        return (
            "No imported conversation since then is unknown or exposed; what was said since the last import"
            " is in no count."
        )
    one = exposed + unknown == 1
    return (
        f"{exposed + unknown} conversation{'' if one else 's'} since then {'is' if one else 'are'} unknown"
        f" ({unknown}) or exposed ({exposed}); what was said since the last import is in no count."
    )
