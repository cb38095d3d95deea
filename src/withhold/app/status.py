"""Posture of every account: what is on, off or unknown, since when, how known, what next."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from withhold.app.bootstrap import Services
from withhold.app.optout.guiding import deciding_controls
from withhold.model.account import Account, SettingEvidence
from withhold.model.terms import Control, Provider
from withhold.model.words import Known, Setting
from withhold.policy.looks import why_fallen
from withhold.report import documents as d
from withhold.support.messages import _

LEAST_GAP = timedelta(days=1)
"""A shorter gap between two pieces of evidence is not worth asking about; it stays a gap all the same."""


def status(services: Services) -> d.StatusDocument:
    """One row for each account and control that decides about training."""
    stamp = services.stamp()
    rows = [row for account in services.store.accounts() for row in _rows(services, account)]
    conversations = services.store.count()
    return d.StatusDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        posture=tuple(rows),
        conversations=conversations,
        records=sum(1 for _ in services.journal.records()),
        home=str(services.home.root),
        next=_next(rows, conversations),
    )


def _rows(services: Services, account: Account) -> list[d.PostureRow]:
    provider = services.packs.get(account.provider_id)
    if provider is None:
        return []
    evidence = services.store.setting_evidence(account.id)
    deciding = {c.id for c in deciding_controls(provider, services.clock())}
    shown = [c for c in provider.controls if c.id in deciding | {e.control_id for e in evidence}]
    of = {c.id: [e for e in evidence if e.control_id == c.id] for c in shown}
    return [_row(services, account, provider, c, of[c.id], alone=len(shown) == 1) for c in shown]


def _row(
    services: Services,
    account: Account,
    provider: Provider,
    control: Control,
    evidence: list[SettingEvidence],
    *,
    alone: bool,
) -> d.PostureRow:
    """``alone``: it is the only one there, so that commands need not name it."""
    now = services.clock()
    seen = [e for e in evidence if e.known in (Known.OBSERVED, Known.ATTESTED) and e.begins <= now]
    last = max(seen, key=lambda e: min(e.ends, now), default=None)
    look = f"withhold optout {provider.id} --account {account.label!r}" if alone else "withhold optout --all"
    if last is None:
        return d.PostureRow(
            account=account.id,
            provider=provider.id,
            label=account.label,
            control=control.id,
            title=control.name,
            setting="unknown",
            since=None,
            last_seen=None,
            known="unknown",
            text=_("Nobody has looked at the setting yet; a default is no evidence."),
            next=look,
        )
    ends = min(last.ends, now)
    fallen = why_fallen(last, now, provider, account, services.store.terms.changes())
    old = fallen is not None
    text = _stood(last.setting, (now - ends).days)
    gap = open_gap(seen)
    if gap is not None:
        days = {"begins": f"{gap[0]:%Y-%m-%d}", "ends": f"{gap[1]:%Y-%m-%d}"}
        text += " " + _("Between %(begins)s and %(ends)s nobody vouches for it.") % days
        look = (
            f"withhold account setting {account.label!r} {last.setting.value}"
            f"{'' if alone else f' --control {control.id}'}"
            f" --from {_instant(gap[0])} --until {_instant(gap[1])}   (if it stood so all the time)"
        )
    if fallen is not None:
        text += " " + _("It does not stand for now: %(why)s.") % {"why": fallen}
    return d.PostureRow(
        account=account.id,
        provider=provider.id,
        label=account.label,
        control=control.id,
        title=control.name,
        setting="unknown" if old else last.setting.value,
        since=last.begins,
        last_seen=ends,
        known=last.known.value,
        text=text,
        next=look if old or gap or last.setting is Setting.SHARING else "withhold exposure",
    )


def _stood(setting: Setting, days: int) -> str:
    if setting is Setting.SHARING:
        if days == 0:
            return _("Stood at sharing when last looked at, within the last day.")
        return _("Stood at sharing when last looked at, %(days)d days ago.") % {"days": days}
    if days == 0:
        return _("Stood at private when last looked at, within the last day.")
    return _("Stood at private when last looked at, %(days)d days ago.") % {"days": days}


def open_gap(seen: Iterable[SettingEvidence]) -> tuple[datetime, datetime] | None:
    """The newest gap of a day or more between evidence that agrees: the person's word could fill it.

    Conversations in such a gap are unknown, however often the setting was looked at.
    """
    covered: datetime | None = None
    before: SettingEvidence | None = None
    found = None
    for piece in sorted(seen, key=lambda e: (e.begins, e.ends)):
        if covered is not None and before is not None and piece.begins >= covered + LEAST_GAP:
            found = (covered, piece.begins) if piece.setting is before.setting else found
        if covered is None or piece.ends >= covered:
            covered, before = piece.ends, piece
    return found


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _next(rows: list[d.PostureRow], conversations: int) -> str:
    if not rows:
        return "withhold account add PROVIDER LABEL"
    if not conversations:
        return "withhold import PATH"
    return next((r.next for r in rows if r.setting != "private"), "withhold exposure")
