"""The file for support: what the self-check found, without what tells who or where this is.

Known names (folders, the user, the machine, accounts, authorities) are taken out of sentences wherever they
stand; besides all paths, addresses, ids and quoted pieces, since a message may quote a file of the person's.
"""

import getpass
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from withhold.app.bootstrap import Services
from withhold.report import documents as d
from withhold.report.json_out import encode
from withhold.support.errors import EnvironmentProblem
from withhold.support.files import write_atomic

_SHAPES = (
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+"), "<address>"),
    (re.compile(r"[^\s<>'\"]+@[^\s<>'\"]+"), "<address>"),
    (re.compile(r"'(?!withhold)[^'\n]*'|\"(?!withhold)[^\"\n]*\"|‘[^’\n]*’|“[^”\n]*”"), "<quoted>"),
    (
        re.compile(r"(?:<\w+>|(?<![\w<>/])[A-Za-z]:|(?<![\w<>/\\]))(?:[/\\][^\s:;,<>'\"/\\]+)+[/\\]?"),
        "<path>",
    ),
    (re.compile(r"\b[0-9a-f]{8,}\b"), "<id>"),
)
"""What may tell something in any sentence, in the order in which it is taken out."""


def write(services: Services, document: d.DoctorDocument, target: Path) -> None:
    """Write ``document`` for others to read. Raises ``EnvironmentProblem`` where that cannot be done."""
    known = _known(services)
    checks = tuple(
        msgspec.structs.replace(
            check,
            name="time-stamps <authority>" if check.name.startswith("time-stamps ") else check.name,
            text=_told(check.text, known),
            next=None if check.next is None else _told(check.next, known),
        )
        for check in document.checks
    )
    try:
        write_atomic(target, encode(msgspec.structs.replace(document, checks=checks, bundle=None)))
    except OSError as problem:
        raise EnvironmentProblem(
            f"{target} cannot be written: {problem.strerror}", next_step="name a file in a folder of yours"
        ) from problem


def _told(text: str, known: list[tuple[re.Pattern[str], str]]) -> str:
    for shape, shown in (*known, *_SHAPES):
        text = shape.sub(shown, text)
    return text


def _known(services: Services) -> list[tuple[re.Pattern[str], str]]:
    """What is taken out, the longest first, as whole words."""
    found = {name: shown for name, shown in _names(services) if len(name) > 1}
    return [
        (re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE), shown)
        for name, shown in sorted(found.items(), key=lambda pair: -len(pair[0]))
    ]


def _names(services: Services) -> Iterator[tuple[str, str]]:
    yield str(services.home.root), "<state>"
    yield str(services.user_home), "<home>"
    yield sys.prefix, "<python>"
    yield services.user_home.name, "<user>"
    yield platform.node(), "<machine>"
    yield platform.node().partition(".")[0], "<machine>"
    yield from _of_the_user()
    yield from _of_the_state(services)


def _of_the_user() -> Iterator[tuple[str, str]]:
    try:
        yield getpass.getuser(), "<user>"
    except (OSError, KeyError, ImportError):
        return  # a user without a name, as in some containers


def _of_the_state(services: Services) -> Iterator[tuple[str, str]]:
    """Accounts and authorities, as far as they can be read."""
    from withhold.app.doctor import CANNOT_READ

    try:
        for account in services.store.accounts() if services.home.database.exists() else ():
            for name in (account.label, account.id, *account.source_account_ids):
                yield name, "<account>"
        for one in services.journal.authorities:
            yield one.name, "<authority>"
            yield one.url, "<authority>"
    except CANNOT_READ:
        return  # the checks say what is broken; shapes are taken out all the same
