"""``withhold watch run``: look at whatever is due, tell what drifted, claim nothing else.

The steps are ordered so that a run may end at any of them, by SIGKILL too. What was noticed counts at once or
not at all; each look keeps its own evidence before the next begins; the run's record is written, and
the person told, before anything is marked as told. So a run that was cut off tells a drift once more, and
never loses one.

Pages of terms are asked for before the controls are looked at, because a change of theirs makes them due; and
only where the person chose that (``watch_terms``). Nothing else here makes a request of its own accord, but
for looks by a browser that the person let it use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from withhold.app.bootstrap import Services
from withhold.app.machine.scan import scan, tool_packs
from withhold.app.watch.drift import Drift, control_drifts, local_drifts
from withhold.app.watch.due import Watched, notice_changes, watched
from withhold.app.watch.letters import follow_up_overdue
from withhold.app.watch.look import Looked, Looker, look_by_itself, look_row
from withhold.app.watch.terms import look_at_terms, told_name
from withhold.model.evidence import Draft, Json
from withhold.report import documents as d
from withhold.support.locks import held

RUN = "watch.run"
UPCOMING = 5
Scanner = Callable[[Services], d.ScanDocument]
TermsLooker = Callable[[Services], d.TermsLookRow]


def watch_run(
    services: Services,
    *,
    looker: Looker = look_by_itself,
    scanner: Scanner = scan,
    terms: TermsLooker = look_at_terms,
    tell: Callable[[d.WatchRunDocument], None] | None = None,
) -> d.WatchRunDocument:
    """Look at what is due, by the least intrusive way, and tell what changed.

    ``looker``, ``scanner`` and ``terms`` are how a provider's control, this machine and pages of terms are
    looked at. ``tell`` shows the document to the person: only what it showed counts as told. Raises
    ``StateBusy`` while another run is on.
    """
    root = services.home.prepare().root
    with held(root / "watch.lock", doing="looking at what is due", timeout=2):
        return _run(services, looker, scanner, terms, tell)


def _run(
    services: Services,
    looker: Looker,
    scanner: Scanner,
    terms: TermsLooker,
    tell: Callable[[d.WatchRunDocument], None] | None,
) -> d.WatchRunDocument:
    now = services.clock()
    last, notices = _last_run(services, now)
    here, vendors = scanner(services), _vendors(services)
    versions = {t.id: t.version for t in here.tools if t.version is not None}
    notice_changes(services, now, versions, vendors)
    words = terms(services)
    looks = [
        (item, looker(services, item))
        for item in watched(services, services.clock())
        if item.due.now(services.clock())
    ]
    after = services.clock()
    items = watched(services, after)
    drifts = [x for item in items for x in control_drifts(services, item, after, last)]
    drifts += local_drifts(services, here.settings, vendors, now)
    looked = [look_row(item, found) for item, found in looks]
    letters, problems = follow_up_overdue(services)
    found = _Found(drifts, looked, here, items, words, letters, (*notices, *problems))
    record = _record(services, found, now)
    services.store.watching.put_seen("outbox", _outbox(found), now)
    document = _sent(services, _document(services, found, record))
    if tell is not None:
        tell(document)
    _remember(services, found, now, record)
    return document


@dataclass(frozen=True, slots=True)
class _Found:
    """What one run brought."""

    drifts: list[Drift]
    looks: list[d.LookRow]
    here: d.ScanDocument
    items: list[Watched]
    terms: d.TermsLookRow
    letters: tuple[d.LetterDraftRow, ...]
    notices: tuple[str, ...]


def _outbox(found: _Found) -> dict[str, str]:
    lines = {x.name: x.row.text for x in found.drifts}
    return lines | {told_name(n.id): f"{n.text} Run: {n.next}" for n in found.terms.news}


def exit_code(document: d.WatchRunDocument) -> int:
    """1: something drifted or shares, or terms changed; 3: something could not be looked at; else 0."""
    shares = any(look.result == "sharing" for look in document.looks)
    if document.drifts or shares or document.terms.news:
        return 1
    unseen = any(look.result != "private" for look in document.looks)
    return 3 if unseen or document.terms.not_compared else 0


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


def _record(services: Services, found: _Found, now: datetime) -> str:
    """One record for the run: what was looked at with what result, and every drift with its bounds."""
    drifts, looks = found.drifts, found.looks
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
        "local": {s.id: s.verdict for s in found.here.settings},
        "terms": _terms_json(found.terms),
        "letters": [letter.id for letter in found.letters],
    }
    return services.journal.append(Draft(type=RUN, at=services.clock(), body=body)).id


def _terms_json(row: d.TermsLookRow) -> dict[str, Json]:
    return {
        "looked": row.looked,
        "why": row.why,
        "seen": row.seen,
        "pages": row.pages,
        "not_compared": row.not_compared,
        "news": [n.id for n in row.news],
    }


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


def _remember(services: Services, found: _Found, now: datetime, record: str) -> None:
    """All that the next run goes by, at once; after the person was told: nothing is taken for told before."""
    store = services.store.watching
    told = [*(x.name for x in found.drifts), *(told_name(n.id) for n in found.terms.news)]
    with services.store.transaction():
        store.put_told(told, now, record)
        store.put_seen("local", {s.id: s.verdict for s in found.here.settings}, now)
        store.put_seen("run", {"watch": record}, services.clock())


def _document(services: Services, found: _Found, record: str) -> d.WatchRunDocument:
    stamp = services.stamp()
    now = stamp.generated_at
    ahead = [item.row(now) for item in found.items if not item.due.now(now)]
    return d.WatchRunDocument(
        generated_at=now,
        tool_version=stamp.tool_version,
        drifts=tuple(x.row for x in found.drifts),
        looks=tuple(found.looks),
        local=_local(found.here),
        terms=found.terms,
        letters=found.letters,
        reminders=reminder_rows(services, now),
        upcoming=tuple(ahead[:UPCOMING]),
        notices=found.notices,
        sent=(),
        record=record,
        next=_next(found),
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


def _next(found: _Found) -> str:
    open_ = [x.row.next for x in found.drifts if x.row.stands != "private"]
    open_ += [look.next for look in found.looks if look.result != "private"]
    open_ += [news.next for news in found.terms.news]
    return next(iter(open_), "withhold watch status")


def _sent(services: Services, document: d.WatchRunDocument) -> d.WatchRunDocument:
    from msgspec import structs

    from withhold.app.watch.notify import send_waiting

    return structs.replace(document, sent=send_waiting(services, document))


__all__ = ["Looked", "exit_code", "last_run", "reminder_rows", "watch_run"]
