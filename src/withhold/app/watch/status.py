"""The watch as it stands: the timer's files, the last run, what is due; and the person's choices for it."""

import json
from datetime import timedelta
from pathlib import Path

from withhold.app.accounts import account_named, provider_of
from withhold.app.bootstrap import Services
from withhold.app.ledger.handing_out import write_file
from withhold.app.optout.guiding import main_control
from withhold.app.watch.due import RHYTHM, rhythm_of, watched
from withhold.app.watch.install import timer_rows
from withhold.app.watch.notify import addresses, kind_of
from withhold.app.watch.running import last_run, reminder_rows
from withhold.app.watch.terms import choose, chosen
from withhold.policy.looks import RECHECK
from withhold.report import documents as d
from withhold.store.watching import WatchPlace
from withhold.support.errors import UsageProblem

_HOUR = timedelta(hours=1)


def watch_status(services: Services) -> d.WatchStatusDocument:
    """Everything at one glance; nothing is looked at."""
    stamp = services.stamp()
    now, rhythm = stamp.generated_at, rhythm_of(services)
    rows = tuple(item.row(now) for item in watched(services, now))
    timer = timer_rows(services)
    return d.WatchStatusDocument(
        generated_at=now,
        tool_version=stamp.tool_version,
        timer=timer,
        last_run=last_run(services),
        due=rows,
        reminders=reminder_rows(services, now, ahead=True),
        notify=tuple(map(kind_of, addresses(services))),
        every_hours=rhythm.every / _HOUR,
        after_change_hours=rhythm.after_change / _HOUR,
        terms=chosen(services),
        next=_next(rows, timer),
    )


def write_calendar(services: Services, file: Path) -> d.WatchSetDocument:
    """Write :func:`calendar` into a file of the person's."""
    return _set(services, f"wrote {write_file(str(file), calendar(services))}")


def calendar(services: Services) -> bytes:
    """Due looks, reminders and ends of keeping times as iCalendar."""
    from withhold.app.ledger.exposure import ledger
    from withhold.report.due_dates import due_dates

    status = watch_status(services)
    with ledger(services) as view:
        return due_dates(
            view.head,
            status.generated_at.date(),
            view.rows(),
            looks=status.due,
            reminders=status.reminders,
        )


def set_rhythm(
    services: Services, *, every: timedelta | None, after_change: timedelta | None, terms: bool | None = None
) -> d.WatchSetDocument:
    """How often to look. A look stands for now 30 days at most, so a longer period is refused.

    ``terms`` says whether runs ask for pages of terms; ``None`` leaves it as it is.
    """
    if terms is not None:
        words = choose(services, terms)
        if every is None and after_change is None:
            return words
    old = rhythm_of(services)
    new_every, new_after = every or old.every, after_change or old.after_change
    if not (_HOUR <= new_after <= RECHECK and _HOUR <= new_every <= RECHECK):
        raise UsageProblem(
            "a look is due after an hour at the earliest and 30 days at the latest",
            next_step="a look stands for now 30 days; verdicts are unknown after that",
        )
    hours = {"every": new_every / _HOUR, "after_change": new_after / _HOUR}
    services.store.watching.put_setting(RHYTHM, json.dumps(hours))
    text = f"every {hours['every']:g} hours, and {hours['after_change']:g} hours after a change"
    return _set(services, f"a look is due {text}")


def set_place(
    services: Services, account: str, *, profile: Path, url: str, control: str | None = None
) -> d.WatchSetDocument:
    """Let ``watch run`` look at an account's control by itself, with a browser profile signed in there.

    Raises ``RefusedByStance`` where the provider's terms do not permit it: there is no override for a timer.
    """
    from withhold.controls.stance import is_page_of, require_assist

    held = account_named(services, account)
    provider = provider_of(services, held.provider_id)
    show = f"withhold packs show {provider.id}"
    require_assist(provider, url, override=False)
    if not is_page_of(provider, url):
        raise UsageProblem(f"{url} is not a page of {provider.name}", next_step=show)
    wanted = provider.control(control) if control else main_control(provider, services.clock())
    if wanted is None:
        raise UsageProblem(f"{provider.name} has no control {control!r}", next_step=show)
    folder = profile.expanduser().absolute()
    services.store.watching.put_place(WatchPlace(held.id, wanted.id, url, str(folder)))
    return _set(
        services,
        f"'watch run' looks at {wanted.name!r} of {held.label} by itself",
        f"It uses the profile {folder}; sign in there as {held.label}, and as nobody else.",
    )


def drop_place(services: Services, account: str) -> d.WatchSetDocument:
    """Looks at this account's controls need the person again."""
    held = account_named(services, account)
    services.store.watching.drop_places(held.id)
    return _set(services, f"looks at {held.label} need you again")


def settle(services: Services, name: str) -> d.WatchSetDocument:
    """The person did what a reminder asks for. ``UsageProblem`` where there is no such reminder."""
    if name not in {r.name for r in services.store.watching.reminders()}:
        raise UsageProblem(f"no reminder is called {name!r}", next_step="withhold watch status")
    services.store.watching.settle_reminder(name, services.clock())
    return _set(services, f"the reminder {name} is done")


def _set(services: Services, text: str, *notes: str) -> d.WatchSetDocument:
    stamp = services.stamp()
    return d.WatchSetDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, set=text, notes=notes
    )


def _next(rows: tuple[d.DueRow, ...], timer: tuple[d.TimerRow, ...]) -> str:
    if any(row.due for row in rows):
        return "withhold watch run"
    if not rows:
        return "withhold account add PROVIDER LABEL"
    return "withhold watch install" if any(t.state != "ours" for t in timer) else "withhold status"
