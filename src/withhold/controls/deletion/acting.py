"""One conversation in a provider's page: is it there, and deleting it.

What is promised: nothing is pressed but what the way names, on the page of exactly the conversation asked
for; "absent" is said only while somebody is signed in and the page answers that there is no such
conversation. What is not promised: that it is the right person who is signed in (the use case asks for a
conversation that it knows to be theirs), nor that the conversation left the provider's stores.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, urljoin, urlsplit

from withhold.controls.deletion.ways import DeletionWay
from withhold.controls.driver import BrowserError, Locator, Page
from withhold.controls.traffic import Traffic

_GONE = (404, 410)
_PATIENCE_MS = 10_000


class Seen(StrEnum):
    """What a fresh load of a conversation's page shows."""

    SHOWN = "shown"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Surprise(Exception):
    """The page is not as the way says. Nothing more is pressed. Never leaves the use case."""


@dataclass(frozen=True, slots=True)
class Looked:
    seen: Seen
    why: str


@dataclass(slots=True)
class Deed:
    """What was pressed and sent while one conversation was deleted, and what a fresh load showed after it."""

    pressed: list[str] = field(default_factory=list)
    requests: list[tuple[str, int | None]] = field(default_factory=list)
    """Method and status of what was sent."""
    after: Looked | None = None


def look(page: Page, base: str, way: DeletionWay, source_id: str) -> Looked:
    """Load the conversation afresh. Presses nothing.

    Absent means: not shown to whoever is signed in.
    """
    wanted = way.url(base, source_id)
    try:
        response = page.goto(wanted, wait_until="load", timeout=_PATIENCE_MS)
        status = None if response is None else response.status
        if _place(page.url) != _place(wanted):
            return Looked(Seen.UNKNOWN, "another page was shown: is somebody signed in?")
        if status == 200:
            return Looked(Seen.SHOWN, "the page shows it")
        if status in _GONE:
            return _absent(page, base, way, source_id)
    except BrowserError as problem:
        return Looked(Seen.UNKNOWN, f"the page could not be reached: {problem.message.splitlines()[0]}")
    return Looked(Seen.UNKNOWN, f"the page was answered with {status}")


def delete(page: Page, base: str, way: DeletionWay, source_id: str, about_to: Callable[[], None]) -> Deed:
    """Delete one conversation that the page shows, and load it afresh.

    ``about_to`` is called right before the press that deletes. Raises :class:`Surprise` where the page is not
    as the way says; whether that press was made is known by whether ``about_to`` was called.
    """
    deed = Deed()
    before = look(page, base, way, source_id)
    if before.seen is not Seen.SHOWN:
        raise Surprise(f"it was not there to be deleted: {before.why}")
    with closing(Traffic(page)) as traffic:
        try:
            _press(page, _only(page, way.begin, ("link", "button")), deed)
            _require_question(page, base, way, source_id)
            last = _only(page, way.confirm, ("button",))
            about_to()
            _press(page, last, deed)
        except BrowserError as problem:
            raise Surprise(f"the browser could not go on: {problem.message.splitlines()[0]}") from problem
        finally:
            deed.requests += [(w.method, w.status) for w in traffic.writes()]
    deed.after = look(page, base, way, source_id)
    return deed


def _absent(page: Page, base: str, way: DeletionWay, source_id: str) -> Looked:
    """Absent only if the history is shown, to somebody signed in, and does not list it."""
    for history in way.histories:
        url = urljoin(base, history)
        response = page.goto(url, wait_until="load", timeout=_PATIENCE_MS)
        if response is None or response.status != 200 or _place(page.url) != _place(url):
            return Looked(Seen.UNKNOWN, "the history could not be read: is somebody signed in?")
        if not any(_visible(page, role, name) for name in way.signed_in for role in ("button", "link")):
            return Looked(Seen.UNKNOWN, "nobody is signed in")
        path = urlsplit(way.url(base, source_id)).path
        if page.locator(f'a[href*="{path}"]').count():
            return Looked(Seen.SHOWN, "the history lists it")
    return Looked(Seen.ABSENT, "there is no such conversation, and the history does not list it")


def _only(page: Page, names: Iterable[str], roles: Iterable[str]) -> Locator:
    """The one visible thing of that name. A page with none or several is a surprise."""
    wanted = tuple(names)
    found = [x for role in roles for name in wanted for x in _visible(page, role, name)]
    if len(found) != 1:
        quoted = " or ".join(repr(name) for name in wanted)
        raise Surprise(
            f"the page has {len(found) or 'nothing'} called {quoted}; it may have been renamed or rebuilt"
        )
    return found[0]


def _visible(page: Page, role: str, name: str) -> list[Locator]:
    located = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    return [x for x in located.all() if x.is_visible()]


def _press(page: Page, thing: Locator, deed: Deed) -> None:
    deed.pressed.append(thing.inner_text(timeout=_PATIENCE_MS).strip())
    thing.click(timeout=_PATIENCE_MS)
    page.wait_for_load_state("load", timeout=_PATIENCE_MS)


def _place(url: str) -> tuple[str, str, str]:
    """Whose page it is and which: another host may show anything at the same path."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path


def _require_question(page: Page, base: str, way: DeletionWay, source_id: str) -> None:
    """The page asks about this one conversation, in words that the way knows."""
    if _place(page.url)[:2] != _place(base)[:2]:
        raise Surprise("the page that asks is another host's")
    if quote(source_id, safe="") not in urlsplit(page.url).path.split("/"):
        raise Surprise("the page that asks is not of this conversation")
    headings = [h.inner_text().strip() for h in page.get_by_role("heading").all() if h.is_visible()]
    if not set(headings) & set(way.question):
        raise Surprise(f"the page asks something else: {', '.join(map(repr, headings[:3]))}")
