"""``withhold watch``."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click

from withhold.cli.lazy import Lazy, LazyGroup
from withhold.cli.talk import json_option, services, show

_SPAN = re.compile(r"(\d{1,4})([hd])")


class Span(click.ParamType[timedelta]):
    """A number of hours or days, such as ``72h`` or ``14d``."""

    name = "span"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        found = None if isinstance(value, timedelta) else _SPAN.fullmatch(value)
        if isinstance(value, timedelta):
            return value
        if found is None:
            self.fail(f"{value!r} is no span: write 72h or 14d", param, ctx)
        number = int(found[1])
        return timedelta(hours=number) if found[2] == "h" else timedelta(days=number)


class Watch(LazyGroup):
    lazy: Mapping[str, Lazy] = {
        "terms": Lazy(
            "withhold.cli.terms:terms", "What changed on the pages where providers state their terms."
        ),
    }


@click.group(cls=Watch, short_help="Look again at what is due; tell what drifted.")
def watch() -> None:
    """Look at settings again when they are due, and tell what does not stand as it stood.

    A control is due 72 hours after it was changed, then every 30 days, and at once when its terms, your plan
    or account changed or a client was upgraded. Settings on this machine are looked at in every run.

    Example: withhold watch run
    """


@watch.command("run", short_help="Look at whatever is due.")
@json_option
def run_(as_json: bool) -> None:
    """Look at what is due by the least intrusive way, and tell what drifted.

    Files on this machine are read. A provider's setting is looked at by a browser only where you gave a
    profile (withhold watch use) and the terms permit it; everywhere else it is due and needs you. Nothing is
    said of a look that did not happen. Pages of terms are asked for only where you chose it (withhold watch
    install --terms). For letters that nobody answered in time, drafts are written; nothing is sent. Exit
    codes: 0 nothing drifted and nothing is open; 1 something drifted or shares, or terms changed; 3 something
    due could not be looked at, or a page not compared.

    Example: withhold watch run
    """
    from withhold.app.watch.running import exit_code, watch_run

    document = watch_run(services(), tell=lambda found: show(found, as_json=as_json))
    click.get_current_context().exit(exit_code(document))


@watch.command("status", short_help="What is due when, and whether the timer is there.")
@json_option
def status(as_json: bool) -> None:
    """Show the timer, the last run, what is due and what you are reminded of. Looks at nothing.

    Example: withhold watch status
    """
    from withhold.app.watch.status import watch_status

    show(watch_status(services()), as_json=as_json)


@watch.command("install", short_help="Write the files of a daily timer.")
@click.option(
    "--terms/--no-terms",
    default=None,
    help="Runs also ask for your providers' pages of terms, at most daily (default: as before; at first no).",
)
@json_option
def install(terms: bool | None, as_json: bool) -> None:
    """Write a systemd user timer, a launchd agent or a Windows task that runs 'withhold watch run' daily.

    Files are written, nothing is started: the command that switches it on is printed for you to type.

    Example: withhold watch install
    """
    from withhold.app.watch.install import install as use

    show(use(services(), terms=terms), as_json=as_json)


@watch.command("uninstall", short_help="Remove the files of the timer.")
@json_option
def uninstall(as_json: bool) -> None:
    """Remove the files that 'watch install' wrote, and print the command that switches the timer off.

    Example: withhold watch uninstall
    """
    from withhold.app.watch.install import uninstall as use

    show(use(services()), as_json=as_json)


@watch.command("use", short_help="Let a run look at an account by itself.")
@click.argument("account")
@click.option(
    "--profile", type=click.Path(path_type=Path, file_okay=False), help="Browser profile, signed in."
)
@click.option("--url", help="Address of the settings page.")
@click.option("--control", help="Control (default: the one that decides).")
@click.option("--stop", is_flag=True, help="Looks at this account need you again.")
@json_option
def use(
    account: str, profile: Path | None, url: str | None, control: str | None, stop: bool, as_json: bool
) -> None:
    """Name a browser profile that is signed in, so that a run can look at ACCOUNT without you.

    Refused where the provider's terms do not permit automated access; a timer has no override.

    Example: withhold watch use robin --profile ~/lab-profile --url http://127.0.0.1:8400/settings/privacy
    """
    from withhold.app.watch.status import drop_place, set_place

    if stop:
        show(drop_place(services(), account), as_json=as_json)
        return
    if profile is None or url is None:
        raise click.UsageError("--profile and --url say where to look")
    show(set_place(services(), account, profile=profile, url=url, control=control), as_json=as_json)


@watch.command("notify", short_help="Where to send word of drift and due looks.")
@click.argument("addresses", nargs=-1, metavar="[URL]...")
@click.option("--nobody", is_flag=True, help="Send word to nobody.")
@json_option
def notify(addresses: tuple[str, ...], nobody: bool, as_json: bool) -> None:
    """Send word of drift, due looks and reminders to these Apprise addresses, and to no other.

    Desktop: dbus://, macosx://, windows://. E-mail: mailtos://USER:PASSWORD@HOST. Chat: ntfy://TOPIC,
    matrixs://..., slack://... What is sent names providers and counts, never a title or an id.

    Example: withhold watch notify dbus://
    """
    from withhold.app.watch.notify import put_addresses

    if bool(addresses) == nobody:
        raise click.UsageError("give the addresses, or --nobody")
    show(put_addresses(services(), addresses), as_json=as_json)


@watch.command("rhythm", short_help="How often to look.")
@click.option("--every", type=Span(), help="Between looks: 14d, 12h. At most 30d.")
@click.option("--after-change", type=Span(), help="After a change of the setting (usually 72h).")
@click.option(
    "--terms/--no-terms",
    default=None,
    help="Runs also ask for your providers' pages of terms, at most daily.",
)
@json_option
def rhythm(
    every: timedelta | None, after_change: timedelta | None, terms: bool | None, as_json: bool
) -> None:
    """Choose how often a control is due, and whether runs ask for pages of terms.

    Example: withhold watch rhythm --every 14d
    """
    from withhold.app.watch.status import set_rhythm

    show(set_rhythm(services(), every=every, after_change=after_change, terms=terms), as_json=as_json)


@watch.command("calendar", short_help="Due dates and ends of keeping times as ICS.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def calendar(file: Path, as_json: bool) -> None:
    """Write due looks, reminders and the ends of stated keeping times into FILE (iCalendar).

    Events hold counts and grounds, never titles or ids.

    Example: withhold watch calendar due.ics
    """
    from withhold.app.watch.status import write_calendar

    show(write_calendar(services(), file), as_json=as_json)


@watch.command("done", short_help="A reminder is dealt with.")
@click.argument("name")
@json_option
def done(name: str, as_json: bool) -> None:
    """Say that you did what the reminder NAME asks for.

    Example: withhold watch done account-lab-robin
    """
    from withhold.app.watch.status import settle

    show(settle(services(), name), as_json=as_json)
