"""Loading a page and telling what it lets one agree to. Nothing on it is pressed, typed or sent."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserError, Page
from withhold.controls.lens import Lens
from withhold.controls.settle import Patience, Rest, load, watch_timers
from withhold.controls.spotter.judge import Finding, judge
from withhold.controls.spotter.look import look
from withhold.controls.stance import is_loopback
from withhold.controls.traffic import Traffic
from withhold.support.errors import Undetermined, UsageProblem

_LATER = 2.0
"""How many times as long as for a first look at settings: banners and dialogs come up after the page."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """What was found, and what the finding cannot vouch for."""

    findings: tuple[Finding, ...]
    primary_button: str | None
    url: str
    unseen: tuple[str, ...] = ()


def require_page(url: str) -> None:
    """Refuse an address that is neither https nor a page of this computer."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if scheme == "https" or (scheme == "http" and is_loopback(url)):
        return
    raise UsageProblem(
        f"{url} is not the address of a page that can be looked at",
        next_step="give one that begins with https: (http: is for pages of this computer alone)",
    )


def spot(page: Page, url: str, *, patience: Patience | None = None) -> Spotted:
    """Look at ``url`` once it has come to rest. Raises ``Undetermined`` where it cannot be reached."""
    waits = patience or Patience()
    traffic = Traffic(page)
    lens = Lens(page)
    try:
        watch_timers(page)
        status, rest = load(page, url, traffic, waits, least=_LATER * waits.first_look)
        return _spotted(lens, page.url, status, rest)
    except BrowserError as problem:
        raise Undetermined(
            f"{url} could not be looked at: {problem.message.splitlines()[0]}",
            next_step="check the address and the connection, then try again",
        ) from problem
    finally:
        traffic.close()
        lens.close()


def overlook(page: Page) -> Spotted:
    """What the page that a person has open lets them agree to now: for the bar of witness mode."""
    lens = Lens(page)
    try:
        return _spotted(lens, page.url, None, Rest.RESTED)
    finally:
        lens.close()


def _spotted(lens: Lens, url: str, status: int | None, rest: Rest) -> Spotted:
    roots, missed = look(lens)
    findings, primary = judge(roots)
    return Spotted(findings, primary, url, tuple(_unseen(status, rest, missed)))


def _unseen(status: int | None, rest: Rest, missed: int) -> list[str]:
    told = []
    if status is not None and status >= 400:
        told.append(f"the server answered {status}: this may not be the page that was meant")
    if rest is Rest.LOADING:
        told.append("the page was still loading: more may appear on it")
    if missed:
        told.append(f"{missed} part(s) of the page could not be looked into")
    return told
