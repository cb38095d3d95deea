"""One look at a settings page: every control that is asked for, what speaks against acting, all switches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserError, Page
from withhold.controls.find import ACT_FROM, Match, find
from withhold.controls.lens import Lens, View
from withhold.controls.phrases import SIGN_IN_WORDS, normal
from withhold.controls.read import read_match, states, unreadable
from withhold.controls.settle import Rest
from withhold.model.control import Reading
from withhold.model.ports import Clock
from withhold.model.terms import Control
from withhold.model.words import ControlState, Outcome, Setting

SIGN_IN = "This is a sign-in page. Sign in first, in a browser profile of its own: use --profile DIR."
_SIGN_IN_PATHS = ("login", "log-in", "signin", "sign-in", "sign_in", "auth", "sso")
_CHOICES = frozenset({"radio", "menuitemradio"})
_MAIL_FIELDS = "input[type=email], input[autocomplete~=username], input[autocomplete~=email]"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a control cannot be operated, and what that makes of the run."""

    outcome: Outcome
    why: str


STILL_LOADING = Problem(Outcome.NEEDS_HUMAN, "the page did not finish loading")


@dataclass(frozen=True, slots=True)
class Seen:
    """One control at one look. Without ``match`` the reading only stands for it."""

    control: Control
    reading: Reading
    match: Match | None
    problem: Problem | None

    @property
    def private(self) -> bool:
        """Found for certain, readable without contradiction, and in the position that is private."""
        return self.problem is None and self.reading.setting is Setting.PRIVATE


@dataclass(frozen=True, slots=True)
class Look:
    view: View
    seen: tuple[Seen, ...]
    switches: Mapping[str, ControlState]
    """Every switch of the page that is not asked for, by key."""
    status: int | None = None
    rest: Rest = Rest.RESTED

    @property
    def all_private(self) -> bool:
        return bool(self.seen) and self.rest is not Rest.LOADING and all(s.private for s in self.seen)

    def of(self, control: Control) -> Seen:
        return next(s for s in self.seen if s.control.id == control.id)


def look(
    lens: Lens,
    controls: Sequence[Control],
    clock: Clock,
    *,
    status: int | None = None,
    rest: Rest = Rest.RESTED,
) -> Look:
    """Read all ``controls`` and all other switches in one view of the page."""
    view, at = lens.view(), clock()
    seen = tuple(_see(find(lens, view, control), control, at) for control in controls)
    asked = [s.match.node for s in seen if s.match]
    return Look(view, seen, states(view, leave_out=asked), status, rest)


def _see(found: tuple[Match, ...], control: Control, at: datetime) -> Seen:
    if not found:
        why = "no control on the page has a label of the pack"
        return Seen(control, unreadable(control, why, at), None, Problem(Outcome.NO_CONTROL, why))
    if len(found) > 1:
        why = f"{len(found)} controls fit and cannot be told apart"
        return Seen(control, unreadable(control, why, at), None, Problem(Outcome.NEEDS_HUMAN, why))
    reading = read_match(found[0], control, at)
    return Seen(control, reading, found[0], _problem(reading))


def _problem(reading: Reading) -> Problem | None:
    if reading.confidence < ACT_FROM:
        return Problem(Outcome.NEEDS_HUMAN, f"not sure that {reading.label!r} is the control meant")
    if reading.setting is None:
        return Problem(Outcome.NEEDS_HUMAN, _unreadable_because(reading))
    if reading.setting is Setting.SHARING and reading.disabled:
        return Problem(Outcome.BLOCKED, f"{reading.label!r} is locked in the position that shares")
    if reading.setting is Setting.SHARING and reading.role in _CHOICES and reading.state is ControlState.ON:
        return Problem(
            Outcome.NEEDS_HUMAN, f"{reading.label!r} is one of several choices; choose another one"
        )
    return None


def _unreadable_because(reading: Reading) -> str:
    told = [why for why in reading.why if why.startswith("contradiction")]
    if told:
        return told[0]
    if reading.state is ControlState.UNKNOWN:
        return f"the state of {reading.label!r} could not be read"
    return f"what on and off mean at {reading.label!r} is not known"


def stranger(page: Page, seen: Look, url: str) -> Problem | None:
    """Why the page is not the settings page that was asked for, if so."""
    led_away = elsewhere(page, url)
    if any(s.match for s in seen.seen) and led_away is None:
        return STILL_LOADING if seen.rest is Rest.LOADING else None
    if _asks_to_sign_in(page, seen.view, url) or seen.status in {401, 403}:
        return Problem(Outcome.NEEDS_HUMAN, SIGN_IN)
    if led_away is not None:
        return led_away
    if seen.status is not None and seen.status >= 400:
        return Problem(Outcome.NEEDS_HUMAN, f"the page was answered with {seen.status}")
    if seen.rest is Rest.LOADING:
        return STILL_LOADING
    if any(node.modal for node in seen.view.of_role("dialog", "alertdialog")):
        return Problem(Outcome.NEEDS_HUMAN, "a dialog lies over the page; answer it yourself first")
    return None


def elsewhere(page: Page, url: str) -> Problem | None:
    """Why ``page`` is not at the site of ``url`` any more, if so: another host, or no longer encrypted."""
    if not _same_site(page.url, url):
        why = f"the address led to another site ({urlsplit(page.url).hostname})"
        return Problem(Outcome.NEEDS_HUMAN, why)
    if urlsplit(url).scheme == "https" and urlsplit(page.url).scheme != "https":
        return Problem(Outcome.NEEDS_HUMAN, "the address led to a page that is not encrypted")
    return None


def _same_site(one: str, other: str) -> bool:
    """Whether both addresses are of one host, or of hosts under one name of at least two parts."""
    hosts = [urlsplit(url).hostname or "" for url in (one, other)]
    if hosts[0] == hosts[1]:
        return True
    if any(host.replace(".", "").isdigit() or ":" in host for host in hosts):
        return False
    short, long = sorted(hosts, key=len)
    return "." in short and long.endswith(f".{short}")


def _asks_to_sign_in(page: Page, view: View, url: str) -> bool:
    before, now = urlsplit(url), urlsplit(page.url)
    redirected = (before.hostname, before.path) != (now.hostname, now.path)
    login_path = any(part in _SIGN_IN_PATHS for part in now.path.casefold().split("/"))
    offered = any(normal(node.name) in SIGN_IN_WORDS for node in view.of_role("button", "link"))
    return (
        _shows(page, "input[type=password]")
        or offered
        or (redirected and (login_path or _shows(page, _MAIL_FIELDS)))
    )


def _shows(page: Page, selector: str) -> bool:
    for frame in page.frames:
        try:
            if any(element.is_visible() for element in frame.query_selector_all(selector)):
                return True
        except BrowserError:
            continue  # the frame went away
    return False
