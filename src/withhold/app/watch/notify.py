"""Word to the person by the ways they named, and by no other: desktop, e-mail, chat, through Apprise.

What is sent names providers and counts, never a title or an id. What could not be sent is tried
again next time.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from withhold.app.bootstrap import Services
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem

ADDRESSES = "notify"
_KEPT = "Addresses lie in withhold's state, passwords in them too. Only 'watch run' sends anything."
_TITLE = "withhold: a training setting needs you"
_INSTALL = "pip install 'withhold[notify]'"
_WITHOUT = f"needs the extra 'notify': {_INSTALL}"

Sender = Callable[[str, str, str], bool]
"""Sends title and text to one address; whether it went out."""


def addresses(services: Services) -> tuple[str, ...]:
    """The addresses that the person named."""
    return tuple(json.loads(services.store.watching.setting(ADDRESSES) or "[]"))


def put_addresses(services: Services, wanted: Sequence[str]) -> d.WatchSetDocument:
    """Make these the addresses; none takes all back. ``UsageProblem`` for one that Apprise cannot read."""
    for address in wanted:
        _require_readable(address)
    services.store.watching.put_setting(ADDRESSES, json.dumps(list(wanted)) if wanted else None)
    stamp = services.stamp()
    kinds = ", ".join(map(kind_of, wanted)) or "nobody"
    return d.WatchSetDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        set=f"word goes to: {kinds}",
        notes=(
            "Addresses lie in withhold's state; passwords in them too. Nothing is sent but in 'watch run'.",
        )
        if wanted
        else (),
    )


def kind_of(address: str) -> str:
    """The scheme alone: the rest of an address may hold a password."""
    return address.partition(":")[0]


def send_waiting(
    services: Services, document: d.WatchRunDocument, send: Sender | None = None
) -> tuple[d.SentRow, ...]:
    """Send what was not sent yet to every address. A drift or a due look is sent once."""
    wanted, store = addresses(services), services.store.watching
    if not wanted:
        return ()
    waiting = {n: s.known for n, s in store.seen("outbox").items() if s.known}
    waiting |= _due_lines(document, store.told())
    if not waiting:
        return ()
    rows = tuple(_one(address, "\n".join(waiting.values()), send) for address in wanted)
    if all(row.sent for row in rows):
        now = services.clock()
        with services.store.transaction():
            store.put_seen("outbox", dict.fromkeys(waiting, ""), now)
            store.put_told([f"sent:{name}" for name in waiting], now, None)
    return rows


def _due_lines(document: d.WatchRunDocument, told: frozenset[str]) -> dict[str, str]:
    lines = {
        f"due:{look.account}:{look.control}:{look.due_since.date()}": (
            f"Due: look at {look.title!r} at {look.provider} ({look.why_due}). Run: withhold watch status"
        )
        for look in document.looks
        if look.result not in ("private", "sharing")
    }
    lines |= {f"reminder:{r.name}:{r.due.date()}": f"{r.text} Run: {r.next}" for r in document.reminders}
    return {name: line for name, line in lines.items() if f"sent:{name}" not in told}


def _one(address: str, text: str, send: Sender | None) -> d.SentRow:
    try:
        sent = (send or _apprise)(address, _TITLE, text)
    except EnvironmentProblem as missing:
        return d.SentRow(where=kind_of(address), sent=False, why=missing.message)
    return d.SentRow(where=kind_of(address), sent=sent, why=None if sent else "it could not be sent")


def _apprise(address: str, title: str, text: str) -> bool:
    import logging

    with _module() as apprise:
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log lines may hold the address
        sender = apprise.Apprise()
        return bool(sender.add(address)) and bool(sender.notify(title=title, body=text))


def _require_readable(address: str) -> None:
    with _module() as apprise:
        readable = apprise.Apprise().add(address)
    if not readable:
        raise UsageProblem(
            f"an address that begins with {kind_of(address)}: cannot be read",
            next_step="the forms are those of Apprise: dbus://, mailtos://USER:PASSWORD@HOST, ntfy://TOPIC",
        )


@contextmanager
def _module() -> Iterator[Any]:
    """Apprise, quiet about what it still imports that Python gives up. It loads its parts when used."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            import apprise
        except ModuleNotFoundError as missing:
            raise EnvironmentProblem(f"sending word {_WITHOUT}", next_step=_INSTALL) from missing
        yield apprise
