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
_POLL_MS = 100


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
    first_look: float = 1.2
    """At least this long after the load before a first reading."""
    claim: float = 5.0
    """At least this long after a fresh load before a reading that may carry a claim of privacy."""
    afterwards: float = 2.5
    """At least this long after the last act before the page is loaded afresh: a server may think twice."""
    effect: float = 1.5
    """How long an act may take to show any effect."""
    limit: float = 20.0
    """Upper bound of one wait."""


def load(
    page: Page, url: str, traffic: Traffic, patience: Patience, *, least: float
) -> tuple[int | None, Rest]:
    """Load ``url`` from scratch and wait for rest: the HTTP status, where there is one, and the rest.

    The blank page in between makes it a new load even where the address differs in its fragment alone.
    Raises :class:`BrowserError` where the page cannot be reached.
    """
    page.goto("about:blank")
    response = page.goto(url, wait_until="domcontentloaded", timeout=patience.limit * 1000)
    rest = settle(page, traffic, patience, least=least)
    return (response.status if response else None), rest


def settle(page: Page, traffic: Traffic, patience: Patience, *, least: float = 0.0) -> Rest:
    """Wait for rest, ``least`` seconds at least and ``patience.limit`` at most."""
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < patience.limit:
        state = _worst([_frame_rest(frame, patience.quiet) for frame in page.frames])
        if state is Rest.RESTED and passed >= least and traffic.idle_for(patience.quiet):
            return Rest.RESTED
        page.wait_for_timeout(_POLL_MS)
    return state if state is Rest.LOADING else Rest.RESTLESS


def _worst(states: list[Rest]) -> Rest:
    return next((s for s in (Rest.LOADING, Rest.RESTLESS) if s in states), Rest.RESTED)


def _frame_rest(frame: Frame, quiet: float) -> Rest:
    if frame.is_detached():
        return Rest.RESTED
    try:
        told = frame.evaluate(_QUIET)
    except BrowserError:
        return Rest.LOADING  # it is being replaced right now
    if told["loading"]:
        return Rest.LOADING
    return Rest.RESTLESS if told["partial"] or told["still"] < quiet * 1000 else Rest.RESTED
