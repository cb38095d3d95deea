"""Options that say which conversations are meant, shared by the commands of the ledger."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from withhold.app.ledger.filters import Filter

F = TypeVar("F", bound=Callable[..., Any])

PAST = ("exposed", "not_exposed", "unknown")
FUTURE = ("eligible", "not_eligible", "unknown")
HOLDING = ("attachments", "tool-outputs")
DAY = "a day or an instant with a zone"

_OPTIONS = (
    click.option("--provider", help="Only this provider, e.g. --provider anthropic."),
    click.option("--account", help="Only this account (id or label), e.g. --account private."),
    click.option(
        "--kind", type=click.Choice(["chat", "coding"]), help="Only chats, or only coding sessions."
    ),
    click.option("--past", type=click.Choice(PAST), help="Only this past exposure."),
    click.option("--future", type=click.Choice(FUTURE), help="Only this future eligibility."),
    click.option(
        "--project", help="Only this project: id, path or last part of a path, e.g. --project shop."
    ),
    click.option("--since", help=f"Only what was touched on or after {DAY}, e.g. --since 2025-10-01."),
    click.option("--until", help=f"Only what was touched on or before {DAY}, e.g. --until 2026-01-31."),
    click.option(
        "--sensitive",
        metavar="KIND",
        help="Only where 'findings' has found this kind, or any, e.g. --sensitive any.",
    ),
    click.option(
        "--holding",
        type=click.Choice(HOLDING),
        multiple=True,
        help="Only what holds these, or may: it is kept where no source tells.",
    ),
    click.option("--resumed", is_flag=True, help="Only what was taken up again after a day or more."),
)
_NAMES = (
    "provider",
    "account",
    "kind",
    "past",
    "future",
    "project",
    "since",
    "until",
    "resumed",
    "holding",
    "sensitive",
)


def filter_options(command: F) -> F:
    """Add the options; the command gets them as one keyword ``wanted``, a function that makes the filter."""

    @wraps(command)
    def taken(*args: Any, **given: Any) -> Any:
        chosen = {name: given.pop(name) for name in _NAMES}
        return command(*args, wanted=lambda: _filter(**chosen), **given)

    for option in reversed(_OPTIONS):
        taken = option(taken)
    return taken  # type: ignore[return-value]


def _filter(*, since: str | None, until: str | None, **words: Any) -> "Filter":
    from withhold.app.dates import parse_when
    from withhold.app.ledger.filters import Filter

    return Filter(
        since=None if since is None else parse_when(since).earliest,
        until=None if until is None else parse_when(until).latest,
        **words,
    )
