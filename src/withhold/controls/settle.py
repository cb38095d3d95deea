"""Reading late: a page is believed only after it has loaded, stopped saying "loading" and come to rest.

A default shown while the real value loads is the commonest cause of a false "already private".
"""

import time
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files

from withhold.controls.driver import BrowserError, Frame, Page
from withhold.controls.traffic import Traffic

_QUIET = files("withhold.controls").joinpath("quiet.js").read_text(encoding="utf-8")
_TIMERS = files("withhold.controls").joinpath("pending.js").read_text(encoding="utf-8")
_POLL_MS = 60


class Rest(Enum):
    """How a wait for rest ended."""

    RESTED = "rested"
    RESTLESS = "kept changing or sending"
    """It changed or sent something all the time, but nothing says that it still loads."""
    LOADING = "still loading"
    """It says so itself; nothing it shows is believed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    quiet: float = 0.5
    """No change of the document and no request for this long."""
    first_look: float = 0.6
    """At least this long after the load before a first reading; it carries no claim."""
    claim: float = 5.0
    """At least this long after a fresh load before a reading that may carry a claim of privacy."""
    afterwards: float = 2.5
    """At least this long after the last act before the page is loaded afresh: a server may think twice."""
    effect: float = 1.5
    """How long an act may take to show any effect."""
    standing: float = 10.0
    """The same where the page keeps a connection open over which its server may correct what it shows."""
    pending: float = 5.0
    """What the page itself put off is waited for if it falls due within this time."""
    lists: float = 15.0
    """How long lists that are longer than what is in the page are looked through, each time."""
    limit: float = 20.0
    """Upper bound of one wait."""


def watch_timers(page: Page) -> None:
    """Keep count, from the next load on, of what the documents of ``page`` put off with timers."""
    page.add_init_script(_TIMERS)


def load(
    page: Page, url: str, traffic: Traffic, patience: Patience, *, least: float
) -> tuple[int | None, Rest]:
    """Load ``url`` from scratch and wait for rest: the HTTP status, where there is one, and the rest.

    Raises :class:`BrowserError` where the page cannot be reached.
    """
    status = begin(page, url, patience)
    return status, settle(page, traffic, patience, least=least, put_off=True)


def begin(page: Page, url: str, patience: Patience) -> int | None:
    """Begin to load ``url`` from scratch: the HTTP status, where there is one.

    The blank page in between makes it a new load even where the address differs in its fragment alone.
    Raises :class:`BrowserError` where the page cannot be reached.
    """
    page.goto("about:blank")
    response = page.goto(url, wait_until="domcontentloaded", timeout=patience.limit * 1000)
    return response.status if response else None


def settle(
    page: Page, traffic: Traffic, patience: Patience, *, least: float = 0.0, put_off: bool = False
) -> Rest:
    """Wait for rest, ``least`` seconds at least and ``patience.limit`` at most.

    With ``put_off`` what the page had put off by then, and is due within ``patience.pending``, comes first.
    """
    begun = time.monotonic()
    not_before = begun + least
    awaited: frozenset[tuple[Frame, int]] | None = None if put_off else frozenset()
    while (now := time.monotonic()) - begun < patience.limit:
        told = [_told(frame, patience) for frame in page.frames]
        state = _worst([each.rest for each in told])
        due = frozenset(timer for each in told for timer in each.due)
        if awaited:
            awaited &= due
            not_before = max(not_before, now + patience.quiet)
        elif state is Rest.RESTED and now >= not_before and traffic.idle_for(patience.quiet):
            awaited = due if awaited is None else awaited
            if not awaited:
                return Rest.RESTED
        page.wait_for_timeout(_POLL_MS)
    return state if state is Rest.LOADING else Rest.RESTLESS


@dataclass(frozen=True, slots=True)
class _Told:
    """What one frame says of itself, and its timers that are due soon."""

    rest: Rest
    due: tuple[tuple[Frame, int], ...] = ()


def _worst(states: list[Rest]) -> Rest:
    return next((s for s in (Rest.LOADING, Rest.RESTLESS) if s in states), Rest.RESTED)


def _told(frame: Frame, patience: Patience) -> _Told:
    if frame.is_detached():
        return _Told(Rest.RESTED)
    try:
        told = frame.evaluate(_QUIET)
    except BrowserError:
        return _Told(Rest.LOADING)  # it is being replaced right now
    due = tuple((frame, number) for number, left in told["due"] if left <= patience.pending * 1000)
    if told["loading"]:
        return _Told(Rest.LOADING, due)
    moving = told["partial"] or told["still"] < patience.quiet * 1000
    return _Told(Rest.RESTLESS if moving else Rest.RESTED, due)
