"""Deleting in the lab's pages with a real browser, against the lab's own books."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.purge.conftest import Desk
from tests.sizes import SIZES
from tests.terms.site import Answer, serving
from withhold.app.purge.assist import assisted
from withhold.app.purge.desk import resumed
from withhold.app.purge.run import choose, skipped
from withhold.controls.browser import OpenPage
from withhold.controls.deletion.acting import Surprise, delete
from withhold.controls.deletion.ways import way_of
from withhold.model.words import Known
from withhold.report import documents as d
from withhold.support.errors import RefusedByStance, UsageProblem
from withhold.support.progress import Silent

pytestmark = pytest.mark.browser


def run(desk: Desk, *chats: str, resume: int | None = None) -> d.PurgeRunDocument:
    """Choose these chats, or go on with a set."""
    services = desk.robin.services
    ids = [desk.robin.id_of(chat) for chat in chats]
    url = desk.running.url
    at = resumed(services, resume) if resume else choose(services, ids, mode="assist", url=url, keep=None)
    return assisted(services, at, url=url, opened=desk.opened)


def test_exactly_the_chosen_ones_are_deleted(desk: Desk) -> None:
    """Two of five go, in the order of choice; each has its record, and the ledger knows when they went."""
    robin = desk.robin
    chosen = [robin.chats[3], robin.chats[1]]
    document = run(desk, *chosen)
    assert document.outcome == "done"
    assert robin.deletions() == chosen
    records = {r.id: r.body for r in robin.services.journal.records()}
    for item in document.items:
        at = robin.lab.conversations[item.source_id].deleted_at
        assert at is not None
        assert item.gone_earliest is not None
        assert item.gone_latest is not None
        assert item.gone_earliest <= at <= item.gone_latest
        assert records[item.record or ""]["source_id"] == item.source_id
        deletion = robin.services.store.conversation(item.id).conversation.deletion
        assert deletion is not None
        assert deletion.known is Known.OBSERVED
    assert robin.services.store.watching.reminders()[0].name == "purge-1"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("archives", "still shows it"),
        ("late", "still shows it"),
        ("renamed", "renamed"),
        ("asks-for-all", "asks something else"),
    ],
)
def test_it_stops_at_the_first_surprise(desk: Desk, way: str, said: str) -> None:
    """Nothing is called deleted that a fresh load still shows, and nothing else is pressed after it."""
    desk.running.site.choose_deleting(way)
    document = run(desk, *desk.robin.chats[:3])
    assert document.outcome == "stopped"
    assert said in document.why
    assert [i.state for i in document.items][1:] == ["chosen", "chosen"]
    assert document.items[0].state == ("requested" if way in ("archives", "late") else "chosen")
    assert desk.robin.deletions() == []
    assert desk.robin.services.store.facts.deletions() == {}


def test_a_late_deletion_is_seen_when_it_has_happened(desk: Desk) -> None:
    """It is asked for once, is not called deleted while it is shown, and is once it is gone."""
    desk.running.site.choose_deleting("late")
    first = desk.robin.chats[0]
    assert run(desk, first).outcome == "stopped"
    again = run(desk, resume=1)
    assert again.outcome == "stopped"
    assert "still shown" in again.why
    desk.robin.lab.advance(desk.robin.lab.now + timedelta(days=3))
    assert run(desk, resume=1).outcome == "done"
    assert desk.robin.deletions() == [first]


@pytest.mark.parametrize("who", ["nobody", "somebody else"])
def test_absent_for_another_person_is_not_absent(desk: Desk, who: str) -> None:
    """A chat that was cut off in the middle is not called deleted by what somebody else is shown."""
    robin = desk.robin
    at = choose(robin.services, [robin.id_of(robin.chats[0])], mode="assist", url=desk.running.url, keep=None)
    robin.services.store.purges.put(replace(at.purge.items[0], state="intended"))
    desk.opened.page.context.clear_cookies()
    if who == "somebody else":
        robin.lab.create_account("Pro", email="kim@lumen.example")
        desk.sign_in("kim@lumen.example")
    document = run(desk, resume=1)
    assert document.outcome == "stopped"
    assert document.items[0].state == "intended"
    assert robin.deletions() == []


class Cut(BaseException):
    """The process ends here."""


def test_a_run_can_be_cut_off_at_every_step(desk: Desk) -> None:
    """Whatever was written last, going on deletes each chosen chat once and puts each down as deleted."""
    robin = desk.robin
    robin.talk_more(4)
    for number, cut in enumerate((1, 2, 0, 3)[: SIZES.purge.cuts]):
        chosen = robin.chats[2 * number : 2 * number + 2]
        ids = [robin.id_of(c) for c in chosen]
        choose(robin.services, ids, mode="assist", url=desk.running.url, keep=None)
        assert _until(desk, number + 1, steps_allowed=cut) is None
        done = run(desk, resume=number + 1)
        assert done.outcome == "done"
        assert {i.state for i in done.items} == {"deleted"}
        assert robin.deletions()[2 * number :] == chosen


def _until(desk: Desk, number: int, *, steps_allowed: int) -> d.PurgeRunDocument | None:
    """Go on until a few things were written, then be cut off; the document where it came through."""
    services = desk.robin.services
    left = [steps_allowed]

    def spend() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Cut

    class Journal:
        def __init__(self, real: object) -> None:
            self.real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def append(self, draft: object) -> object:
            spend()
            return self.real.append(draft)  # type: ignore[attr-defined]

    class Purges(Journal):
        def put(self, item: object) -> None:
            spend()
            self.real.put(item)  # type: ignore[attr-defined]

    journal, purges = services.journal, services.store.purges
    services.__dict__["journal"], services.store.purges = Journal(journal), Purges(purges)  # type: ignore[assignment]
    try:
        return run(desk, resume=number)
    except Cut:
        return None
    finally:
        services.__dict__["journal"], services.store.purges = journal, purges


def test_a_provider_whose_terms_forbid_it_is_not_acted_on(desk: Desk) -> None:
    """There is no override: the choice is guided."""
    from withhold.app.purge.assist import require_way

    with pytest.raises(RefusedByStance):
        require_way(desk.robin.services, "anthropic", "https://claude.ai/")
    with pytest.raises(UsageProblem):
        require_way(desk.robin.services, "anthropic", desk.running.url)


CONVERSATION = "<h1>A chat</h1><a href='/conversations/{id}/delete'>Delete chat</a>"
ASKS = "<h1>Delete this conversation?</h1><button>Delete</button>"


@pytest.mark.parametrize("where", ["at once", "when asked"])
def test_nothing_is_pressed_on_another_hosts_page(browser: OpenPage, where: str) -> None:
    """A page that sends on to another host is not the provider's, whatever it shows at the same path."""
    pressed: list[str] = []
    with serving() as provider, serving() as other:
        for site in (provider, other):
            site.pages["/conversations/abc"] = Answer(CONVERSATION.format(id="abc"))
            site.pages["/conversations/abc/delete"] = Answer(ASKS)
        moved = "/conversations/abc" if where == "at once" else "/conversations/abc/delete"
        provider.pages[moved] = Answer(status=302, headers={"Location": f"{other.url}{moved}"})
        way = way_of("lab")
        assert way is not None
        with pytest.raises(Surprise, match="another"):
            delete(browser.page, provider.url, way, "abc", lambda: pressed.append("abc"))
    assert pressed == []


def test_a_question_about_a_longer_id_is_another_question(browser: OpenPage) -> None:
    """The page asks about ``abc-2`` where ``abc`` was meant: nothing is pressed."""
    pressed: list[str] = []
    with serving() as provider:
        provider.pages["/conversations/abc"] = Answer(CONVERSATION.format(id="abc-2"))
        provider.pages["/conversations/abc-2/delete"] = Answer(ASKS)
        way = way_of("lab")
        assert way is not None
        with pytest.raises(Surprise, match="not of this conversation"):
            delete(browser.page, provider.url, way, "abc", lambda: pressed.append("abc"))
    assert pressed == []


def test_one_that_is_left_out_while_a_run_is_at_work(desk: Desk) -> None:
    """Somebody says in another window that the second is to stay: it stays, and the third is deleted."""
    robin, told = desk.robin, []
    chosen = robin.chats[:3]

    class Window(Silent):
        def advance(self, done: int, _total: int | None, _unit: str) -> None:
            if done == 2 and not told:
                told.append(skipped(robin.services, resumed(robin.services, 1), [robin.id_of(chosen[1])]))

    robin.services.progress = Window()
    document = run(desk, *chosen)
    assert [i.state for i in document.items] == ["deleted", "skipped", "deleted"]
    assert robin.deletions() == [chosen[0], chosen[2]]


def test_one_that_is_left_out_in_the_moment_before_the_press(desk: Desk) -> None:
    """The page asks already: what is said then still counts, and nothing more is pressed."""
    robin, services = desk.robin, desk.robin.services
    chosen = robin.chats[:2]
    set_ = choose(services, [robin.id_of(c) for c in chosen], mode="assist", url=desk.running.url, keep=None)
    clock, asked = services.clock, way_of("lab")
    assert asked is not None

    def look_at_the_page() -> datetime:
        headings = [h.inner_text().strip() for h in desk.opened.page.get_by_role("heading").all()]
        if services.clock is not clock and set(headings) & set(asked.question):
            services.clock = clock
            skipped(services, resumed(services, 1), [robin.id_of(chosen[0])])
        return clock()

    services.clock = look_at_the_page
    document = assisted(services, set_, url=desk.running.url, opened=desk.opened)
    services.clock = clock
    assert robin.deletions() == []
    assert document.outcome == "stopped"
    assert [i.state for i in document.items] == ["skipped", "chosen"]


def test_a_set_that_another_run_has_dealt_with(desk: Desk) -> None:
    """Two runs at once: the second waits its turn, finds nothing open, and says that all is done."""
    robin, services = desk.robin, desk.robin.services
    chosen = robin.chats[:2]
    url = desk.running.url
    stale = choose(services, [robin.id_of(c) for c in chosen], mode="assist", url=url, keep=None)
    assert run(desk, resume=1).outcome == "done"
    assert assisted(services, stale, url=url, opened=desk.opened).outcome == "done"
    assert robin.deletions() == chosen
    assert not [r for r in services.journal.records() if r.type == "purge.stopped"]
