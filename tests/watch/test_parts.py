"""What a run of the watch does beside looking at controls: pages of terms where chosen, overdue letters."""

from collections.abc import Callable
from datetime import timedelta

from tests.terms.conftest import Clock, clock, served, services, site, unplug
from tests.terms.site import Answer, Site, page
from tests.watch.conftest import Watcher, here
from withhold.app.bootstrap import Services
from withhold.app.letters import filing as letters
from withhold.app.letters.filing import Wish
from withhold.app.terms.watching import watch_terms
from withhold.app.watch.install import install
from withhold.app.watch.running import exit_code, watch_run
from withhold.app.watch.status import set_rhythm, watch_status
from withhold.app.watch.terms import choose, look_at_terms
from withhold.model.account import Account
from withhold.report import documents as d
from withhold.terms.fetch import Fetcher

__all__ = ["clock", "served", "services", "site", "unplug"]

TRAINS = "We may use your chats to train our models unless you opt out in your settings."
TRAINS_ANYWAY = "We may use your chats to train our models, and the setting no longer matters."


def _ask(services: Services) -> d.WatchTermsDocument:
    return watch_terms(services, fetcher=lambda: Fetcher("1", pause=0))


def _run(services: Services) -> d.WatchRunDocument:
    return watch_run(services, scanner=here, terms=lambda s: look_at_terms(s, _ask), tell=lambda _: None)


def _served(services: Services, site: Site) -> None:
    services.stamps = False
    services.store.save_account(Account("robin", "acme", "robin"))
    site.pages["/terms"] = Answer(page(TRAINS))
    site.pages["/help"] = Answer(page("Deleted chats are removed from our servers within 30 days."))


def test_nobody_is_asked_unless_the_person_chose_it(services: Services, site: Site) -> None:
    """At first a run makes no request, and says that pages of terms were not looked at, and how to choose."""
    _served(services, site)
    document = _run(services)
    assert site.paths() == []
    assert (document.terms.looked, document.terms.seen) == (False, None)
    assert "--terms" in document.terms.why
    assert not watch_status(services).terms


def test_the_choice_is_kept_and_can_be_taken_back(services: Services, site: Site) -> None:
    """By the timer or the rhythm; installing the timer anew leaves it as it was."""
    _served(services, site)
    install(services, terms=True)
    install(services)
    assert watch_status(services).terms
    assert _run(services).terms.seen == "first_seen"
    assert site.paths() == ["/robots.txt", "/help", "/terms"]
    set_rhythm(services, every=None, after_change=None, terms=False)
    assert not _run(services).terms.looked


def test_changed_terms_make_the_control_due_in_the_same_run(
    services: Services, site: Site, clock: Clock
) -> None:
    """The change is told with exit 1, its control is due at once, and the run's record names the change."""
    _served(services, site)
    choose(services, True)
    _run(services)
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    document = _run(services)
    (news,) = document.terms.news
    assert (news.provider, news.controls) == ("acme", ("acme-switch",))
    assert exit_code(document) == 1
    assert "acme-switch" in [look.control for look in document.looks]
    record = next(r for r in services.journal.records() if r.id == document.record)
    assert record.body["terms"]["news"] == [news.id]  # type: ignore[index,call-overload]
    clock.move(days=2)
    again = _run(services)
    assert (again.terms.news, again.terms.unread) == ((), 1)


def test_a_change_found_by_a_run_that_was_cut_off_is_told_by_the_next(
    services: Services, site: Site, clock: Clock
) -> None:
    """The page is known anew by then, so only the change that was put down can tell of it."""
    _served(services, site)
    choose(services, True)
    _run(services)
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    _ask(services)  # and the process ended here
    (news,) = _run(services).terms.news
    assert news.latest == clock()


def test_a_page_that_cannot_be_had_is_no_all_clear(
    services: Services, site: Site, clock: Clock, unplug: Callable[[], None]
) -> None:
    """The run counts the pages that nobody could compare, and ends with 3 at best."""
    _served(services, site)
    choose(services, True)
    _run(services)
    clock.move(days=2)
    unplug()
    document = _run(services)
    assert (document.terms.seen, document.terms.not_compared) == ("undetermined", 2)
    assert exit_code(document) == 3


def test_overdue_letters_get_their_drafts_in_a_run(watcher: Watcher) -> None:
    """Forty days after an unanswered request there are a reminder and a complaint; the next run adds none."""
    services = watcher.services
    first = letters.write_letter(services, Wish("lab", "access", account="robin")).id
    letters.mark_sent(services, first, services.clock().date())
    assert watcher.run().letters == ()
    watcher.sleep(days=40)
    document = watcher.run()
    assert {(x.about, x.stage) for x in document.letters} == {(first, "reminder"), (first, "complaint")}
    assert [r.name for r in document.reminders] == [f"letter-{first}"]
    watcher.sleep(days=1)
    assert watcher.run().letters == ()


def test_a_letter_that_cannot_be_followed_up_stops_nothing(watcher: Watcher) -> None:
    """Its provider's pack is gone: the run says so, and does the rest."""
    services = watcher.services
    first = letters.write_letter(services, Wish("lab", "access", account="robin")).id
    letters.mark_sent(services, first, services.clock().date())
    watcher.sleep(days=40)
    services.packs = {}
    document = watcher.run()
    assert document.letters == ()
    assert any(first in notice for notice in document.notices)
    assert timedelta(0) <= services.clock() - document.generated_at
