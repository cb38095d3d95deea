"""Whether the page that came is the settings page that was asked for."""

from urllib.parse import urlsplit

from withhold.controls.driver import BrowserError, Page
from withhold.controls.finder.ending import Ending
from withhold.controls.finder.found import Found
from withhold.controls.finder.lexicon import has
from withhold.controls.finder.sight import Sight
from withhold.controls.lens import Lens, Node, View
from withhold.controls.phrases import SIGN_IN_WORDS, normal
from withhold.controls.settle import Rest
from withhold.model.words import Outcome

SIGN_IN = "This is a sign-in page. Sign in first, in a browser profile of its own: use --profile DIR."
_SIGN_IN_PATHS = ("login", "log-in", "signin", "sign-in", "sign_in", "auth", "sso")
_COVERED = "a dialog lies over the page; answer it yourself first"
_SIGNING_UP = "this is a page to sign in or to sign up: a control on it goes with a form that only you send"
_UNSENT = "a control here goes with a form that only you send, with {!r}: it shows a proposal, not a setting"
_MAIL_FIELDS = "input[type=email], input[autocomplete~=username], input[autocomplete~=email]"


def stranger(page: Page, seen: Sight, url: str) -> Ending | None:
    """Why the page is not the settings page that was asked for, if so."""
    led_away = elsewhere(page, url)
    if (seen.deciding or seen.doubtful) and led_away is None:
        if seen.rest is Rest.LOADING:
            return _needs("the page did not finish loading")
        return _needs(_COVERED) if _covered(seen) else None
    if _asks_to_sign_in(page, seen.view, url) or seen.status in {401, 403}:
        return _needs(SIGN_IN)
    if led_away is not None:
        return led_away
    if seen.status is not None and seen.status >= 400:
        return _needs(f"the page was answered with {seen.status}")
    if seen.rest is Rest.LOADING:
        return _needs("the page did not finish loading")
    if any(node.modal for node in seen.view.of_role("dialog", "alertdialog")):
        return _needs(_COVERED)
    return None


def _covered(seen: Sight) -> bool:
    """Whether a dialog keeps everything else on the page from being operated, the controls included."""
    modal = any(node.modal for node in seen.view.of_role("dialog", "alertdialog"))
    nodes = [f.thing.node for f in (*seen.deciding, *seen.doubtful)]
    return modal and all(node is None or node.ignored for node in nodes)


def signs_up(page: Page, view: View) -> bool:
    """Whether it is a page to sign in or to sign up, whatever else stands on it."""
    offered = view.of_role("button")
    return _shows(page, "input[type=password]") or any(has("sign_up", normal(b.name)) for b in offered)


def unsent(lens: Lens, seen: Sight) -> Ending | None:
    """Why what ``seen`` shows is a proposal and no setting, if so: a form that only the person can send.

    A page to sign up, or new terms to agree to, may propose private and yet have told nobody. A button that
    merely saves is another matter: a form of settings shows what is kept.
    """
    if not seen.deciding:
        return None
    if signs_up(lens.page, seen.view):
        return _needs(_SIGNING_UP)
    sends = [b for b in seen.view.of_role("button") if not b.ignored and has("sends", normal(b.name))]
    sent = next((b for b in sends if any(_goes_with(lens, f, b) for f in seen.deciding)), None)
    return None if sent is None else _needs(_UNSENT.format(sent.name.strip()))


def _goes_with(lens: Lens, found: Found, button: Node) -> bool:
    node = found.thing.node
    if node is None or node.frame != button.frame:
        return False
    return node.backend_id != button.backend_id and bool(lens.call(node, "sentWith", button))


_FAILED = "chrome-error"
"""Under this scheme Chromium shows its own page in place of one that did not load."""


def elsewhere(page: Page, url: str) -> Ending | None:
    """Why ``page`` is not at the site of ``url`` any more, if so: another host, or no longer encrypted."""
    if urlsplit(page.url).scheme == _FAILED:
        return _needs("the page could not be loaded: check the address and your connection, then try again")
    if not _same_site(page.url, url):
        return _needs(f"the address led to another site ({urlsplit(page.url).hostname})")
    if urlsplit(url).scheme == "https" and urlsplit(page.url).scheme != "https":
        return _needs("the address led to a page that is not encrypted")
    return None


def _needs(why: str) -> Ending:
    return Ending(Outcome.NEEDS_HUMAN, why)


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
