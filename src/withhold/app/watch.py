"""``withhold watch run``: look at whatever is due, tell what drifted, claim nothing else.

The steps are ordered so that a run may end at any of them, by SIGKILL too. What was noticed counts at once or
not at all; each look keeps its own evidence before the next begins; the run's record is written, and
the person told, before anything is marked as told. So a run that was cut off tells a drift once more, and
never loses one.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from withhold.app.bootstrap import Services
from withhold.app.scan import scan, tool_packs
from withhold.app.watch_drift import Drift, control_drifts, local_drifts
from withhold.app.watch_due import Watched, notice_changes, watched
from withhold.app.watch_look import Looked, Looker, look_by_itself, look_row
from withhold.model.evidence import Draft, Json
from withhold.report import documents as d
from withhold.support.locks import held

RUN = "watch.run"
UPCOMING = 5
Scanner = Callable[[Services], d.ScanDocument]


def watch_run(
    services: Services,
    *,
    looker: Looker = look_by_itself,
    scanner: Scanner = scan,
    tell: Callable[[d.WatchRunDocument], None] | None = None,
) -> d.WatchRunDocument:
    """Look at what is due, by the least intrusive way, and tell what changed.

    ``looker`` and ``scanner`` are how a provider's control and this machine are looked at. ``tell`` shows the
    document to the person: only what it showed counts as told. Raises ``StateBusy`` while another run is on.
    """
    root = services.home.prepare().root
    with held(root / "watch.lock", doing="looking at what is due", timeout=2):
        return _run(services, looker, scanner, tell)


def _run(
    services: Services,
    looker: Looker,
    scanner: Scanner,
    tell: Callable[[d.WatchRunDocument], None] | None,
) -> d.WatchRunDocument:
    now = services.clock()
    last, notices = _last_run(services, now)
    here, vendors = scanner(services), _vendors(services)
    versions = {t.id: t.version for t in here.tools if t.version is not None}
    notice_changes(services, now, versions, vendors)
    looks = [(item, looker(services, item)) for item in watched(services, now) if item.due.now(now)]
    after = services.clock()
    items = watched(services, after)
    drifts = [x for item in items for x in control_drifts(services, item, after, last)]
    drifts += local_drifts(services, here.settings, vendors, now)
    looked = [look_row(item, found) for item, found in looks]
    record = _record(services, drifts, looked, here, now)
    services.store.watching.put_seen("outbox", {x.name: x.row.text for x in drifts}, now)
    document = _sent(services, _document(services, drifts, looked, here, items, record, notices))
    if tell is not None:
        tell(document)
    _remember(services, drifts, here, now, record)
    return document


def exit_code(document: d.WatchRunDocument) -> int:
    """1 something drifted or shares; 3 something due could not be looked at; else 0."""
    shares = any(look.result == "sharing" for look in document.looks)
    if document.drifts or shares:
        return 1
    return 3 if any(look.result != "private" for look in document.looks) else 0


def reminder_rows(services: Services, now: datetime, *, ahead: bool = False) -> tuple[d.ReminderRow, ...]:
    """Reminders whose day has come; with ``ahead`` the others too."""
    return tuple(
        d.ReminderRow(name=r.name, due=r.due, text=r.text, next=r.command)
        for r in services.store.watching.reminders()
        if ahead or r.due <= now
    )


def last_run(services: Services) -> datetime | None:
    """When the last run was through, by this computer's clock then."""
    seen = services.store.watching.seen("run").get("watch")
    return None if seen is None else seen.at


def _last_run(services: Services, now: datetime) -> tuple[datetime | None, tuple[str, ...]]:
    last = last_run(services)
    if last is not None and last > now:
        text = (
            f"This computer's clock stands before the last run ({last:%Y-%m-%d %H:%M} UTC): it was set back,"
            " or was wrong then. Bounds in time that rest on it are left open."
        )
        return None, (text,)
    return last, ()


def _vendors(services: Services) -> dict[str, str]:
    return {name: pack.tool.vendor for name, pack in tool_packs(services).items()}


def _record(
    services: Services, drifts: list[Drift], looks: list[d.LookRow], here: d.ScanDocument, now: datetime
) -> str:
    """One record for the run: what was looked at with what result, and every drift with its bounds."""
    body: dict[str, Json] = {
        "begun": _text(now),
        "outcome": f"{len(drifts) or 'no'} drift{'s' if len(drifts) > 1 else ''}, {len(looks)} due",
        "looks": [
            {
                "account": look.account,
                "provider": look.provider,
                "control": look.control,
                "result": look.result,
                "record": look.record,
            }
            for look in looks
        ],
        "drifts": [_drift_json(x.row) for x in drifts],
        "local": {s.id: s.verdict for s in here.settings},
    }
    return services.journal.append(Draft(type=RUN, at=services.clock(), body=body)).id


def _drift_json(row: d.DriftRow) -> dict[str, Json]:
    return {
        "kind": row.kind,
        "what": row.what,
        "account": row.account,
        "control": row.control,
        "not_before": None if row.not_before is None else _text(row.not_before),
        "not_after": _text(row.not_after),
        "stands": row.stands,
        "conversations_exposed": row.exposed,
        "conversations_unknown": row.unknown,
    }


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _remember(
    services: Services, drifts: list[Drift], here: d.ScanDocument, now: datetime, record: str
) -> None:
    """All that the next run goes by, at once; after the person was told: nothing is taken for told before."""
    store = services.store.watching
    with services.store.transaction():
        store.put_told([x.name for x in drifts], now, record)
        store.put_seen("local", {s.id: s.verdict for s in here.settings}, now)
        store.put_seen("run", {"watch": record}, services.clock())


def _document(
    services: Services,
    drifts: list[Drift],
    looks: list[d.LookRow],
    here: d.ScanDocument,
    items: list[Watched],
    record: str,
    notices: tuple[str, ...],
) -> d.WatchRunDocument:
    stamp = services.stamp()
    now = stamp.generated_at
    ahead = [item.row(now) for item in items if not item.due.now(now)]
    return d.WatchRunDocument(
        generated_at=now,
        tool_version=stamp.tool_version,
        drifts=tuple(x.row for x in drifts),
        looks=tuple(looks),
        local=_local(here),
        reminders=reminder_rows(services, now),
        upcoming=tuple(ahead[:UPCOMING]),
        notices=notices,
        sent=(),
        record=record,
        next=_next(drifts, looks),
    )


def _local(here: d.ScanDocument) -> d.LocalRow:
    verdicts = [s.verdict for s in here.settings]
    return d.LocalRow(
        looked=len(verdicts),
        good=verdicts.count("good"),
        bad=sum(v in ("bad", "partly") for v in verdicts),
        unknown=verdicts.count("unknown"),
        tools=len(here.tools),
    )


def _next(drifts: Iterable[Drift], looks: Iterable[d.LookRow]) -> str:
    open_ = [x.row.next for x in drifts if x.row.stands != "private"]
    open_ += [look.next for look in looks if look.result != "private"]
    return next(iter(open_), "withhold watch status")


def _sent(services: Services, document: d.WatchRunDocument) -> d.WatchRunDocument:
    from msgspec import structs

    from withhold.app.watch_notify import send_waiting

    return structs.replace(document, sent=send_waiting(services, document))


__all__ = ["Looked", "exit_code", "last_run", "reminder_rows", "watch_run"]
