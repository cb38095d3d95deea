"""The watch over terms, from the server to the evidence."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.terms.conftest import Clock
from tests.terms.site import Answer, Site, page
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import looks_of
from withhold.app.status import status
from withhold.app.terms.watching import exit_code, list_changes, mark_read, watch_terms
from withhold.app.watch.due import watched
from withhold.model.account import Account, SettingEvidence
from withhold.model.words import Known as HowKnown
from withhold.model.words import Setting
from withhold.report.documents.terms import WatchTermsDocument
from withhold.support.errors import UsageProblem
from withhold.terms.fetch import Fetcher, Known, may_send_on

Watch = Callable[[], WatchTermsDocument]

TRAINS = "We may use your chats to train our models unless you opt out in your settings."
TRAINS_ANYWAY = "We may use your chats to train our models, and the setting no longer matters."
FORMAL = "Acme is a company with its seat in Springfield."
KEPT = "Deleted chats are removed from our servers within 30 days."


def at(document: WatchTermsDocument, path: str) -> str:
    return next(p.outcome for p in document.pages if p.url.endswith(path))


@pytest.fixture(autouse=True)
def first(site: Site) -> None:
    site.pages["/terms"] = Answer(page(TRAINS, FORMAL, "Last updated: 3 May 2026"))
    site.pages["/help"] = Answer(page(KEPT))


def test_first_run_keeps_and_claims_nothing(watch: Watch, services: Services) -> None:
    """The first versions are kept as evidence with page, text and hashes; nothing is said of changes."""
    document = watch()
    assert {p.outcome for p in document.pages} == {"first_seen"}
    assert document.seen == "first_seen"
    assert exit_code(document) == 0
    records = [r for r in services.journal.records() if r.type == "terms.version"]
    assert len(records) == 2
    assert {a.name for a in records[0].artifacts} == {"page.txt", "page.html.gz"}
    assert services.journal.verify().sound


def test_only_the_providers_own_pages_are_asked_for(watch: Watch, site: Site) -> None:
    """Press reports that a pack cites are no terms."""
    watch()
    assert site.paths() == ["/robots.txt", "/help", "/terms"]


def test_a_change_that_matters_is_told_side_by_side(
    watch: Watch, services: Services, site: Site, clock: Clock
) -> None:
    """Old and new sentence, both bounds in time, the control to look at, and the entry of the pack."""
    watch()
    before = clock()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY, FORMAL, "Last updated: 20 November 2026"))
    document = watch()
    assert exit_code(document) == 1
    (alarm,) = document.alarms
    (pair,) = alarm.sentences
    assert (pair.old, pair.new) == (TRAINS, TRAINS_ANYWAY)
    assert "training" in alarm.topics
    assert (alarm.earliest, alarm.latest) == (before, clock())
    assert [c.id for c in alarm.controls] == ["acme-switch"]
    assert alarm.entries == ("acme-free-2026",)
    assert at(document, "/help") == "same"


def test_a_change_makes_the_control_due(watch: Watch, services: Services, site: Site, clock: Clock) -> None:
    """The watch over settings learns of the change, with its bounds."""
    watch()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY, FORMAL))
    watch()
    (change,) = services.store.watching.changes("acme")
    assert change.control_id == "acme-switch"
    assert change.when.latest - change.when.earliest == timedelta(days=2)


def test_a_change_takes_the_last_look_down(
    watch: Watch, services: Services, site: Site, clock: Clock
) -> None:
    """Status, ledger and due dates no longer let a look stand that may have been before the change."""
    services.store.save_account(Account("robin", "acme", "robin"))
    watch()
    clock.move(days=20)
    looked = clock()
    seen = SettingEvidence("look", "acme-switch", looked, looked, Setting.PRIVATE, HowKnown.OBSERVED)
    services.store.add_setting_evidence("robin", seen)
    assert [row.setting for row in status(services).posture if row.control == "acme-switch"] == ["private"]
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY, FORMAL))
    watch()
    (row,) = (row for row in status(services).posture if row.control == "acme-switch")
    assert row.setting == "unknown"
    assert "the words of its terms changed" in row.text
    (look,) = looks_of(
        services.packs,
        services.store.setting_evidence,
        services.store.sources(),
        clock(),
        services.store.terms.changes(),
        services.store.accounts(),
        frozenset({"robin"}),
    )
    assert (look.at, look.look_again) == (clock(), clock())
    (item,) = (w for w in watched(services, clock()) if w.control.id == "acme-switch")
    assert item.due.now(clock())
    assert item.due.why == "the words of its terms changed"


def test_an_edit_that_does_not_matter_raises_no_alarm(watch: Watch, site: Site, clock: Clock) -> None:
    """It is counted, the version kept, and the word is "no relevant change seen"."""
    watch()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS, "Acme is a company with its seat in Shelbyville."))
    document = watch()
    assert at(document, "/terms") == "no_relevant_change"
    assert document.seen == "no_relevant_change_seen"
    assert exit_code(document) == 0


def test_dates_ids_and_markup_are_no_change(
    watch: Watch, services: Services, site: Site, clock: Clock
) -> None:
    """A new date of the text, another id in a link and other markup leave the version what it was."""
    watch()
    clock.move(days=2)
    marked = TRAINS.replace("settings", '<a href="/s?id=9f8e7d6c5b4a39281706">settings</a>')
    site.pages["/terms"] = Answer(page(f"<b>{marked}</b>", FORMAL, "Last updated: 20 November 2026"))
    assert at(watch(), "/terms") == "same"
    assert sum(r.type == "terms.version" for r in services.journal.records()) == 2


def test_a_date_within_a_sentence_on_training_counts(watch: Watch, site: Site, clock: Clock) -> None:
    """The day from which chats are used is no mere date."""
    site.pages["/terms"] = Answer(page("From 28 September 2026 we use your chats to train our models."))
    watch()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page("From 8 October 2026 we use your chats to train our models."))
    assert at(watch(), "/terms") == "relevant_change"


def test_each_page_is_asked_for_at_most_daily(watch: Watch, site: Site, clock: Clock) -> None:
    """A second run on the same day asks nobody, and says that it knows nothing new."""
    watch()
    clock.move(hours=23)
    document = watch()
    assert document.seen == "nothing_asked"
    assert site.paths().count("/terms") == 1
    clock.move(hours=1)
    watch()
    assert site.paths().count("/terms") == 2


def test_requests_are_conditional(watch: Watch, site: Site, clock: Clock) -> None:
    """The server's mark is sent back, and its 304 counts as seen again."""
    site.pages["/terms"] = Answer(page(TRAINS), etag='"v1"')
    watch()
    clock.move(days=1)
    document = watch()
    assert at(document, "/terms") == "same"
    headers = [h for path, h in site.asked if path == "/terms"][-1]
    assert headers["if-none-match"] == '"v1"'


def test_robots_are_honoured(watch: Watch, site: Site) -> None:
    """A page that robots.txt closes is not asked for; the run is undetermined, not quiet."""
    site.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /ter*s$\n")
    document = watch()
    assert at(document, "/terms") == "robots"
    assert "/terms" not in site.paths()
    assert document.seen == "undetermined"
    assert exit_code(document) == 3


def test_robots_that_cannot_be_had_forbid(watch: Watch, site: Site) -> None:
    """RFC 9309: a server error in place of robots.txt closes the site."""
    site.pages["/robots.txt"] = Answer(status=503)
    assert {p.outcome for p in watch().pages} == {"robots"}


def test_a_page_that_needs_a_browser_says_so(watch: Watch, site: Site) -> None:
    """Without text of its own the page is no empty one: it cannot be read."""
    site.pages["/terms"] = Answer(
        '<html><body><div id="root"></div><script src="/app.js"></script></body></html>'
    )
    document = watch()
    assert at(document, "/terms") == "needs_browser"
    assert exit_code(document) == 3


@pytest.mark.parametrize(("status", "outcome"), [(403, "refused"), (404, "gone"), (500, "unreachable")])
def test_what_could_not_be_had_is_open(
    watch: Watch, site: Site, clock: Clock, status: int, outcome: str
) -> None:
    """The kept version stays, nothing is claimed of the page, and the exit code is 3."""
    watch()
    clock.move(days=1)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY), status=status)
    document = watch()
    assert at(document, "/terms") == outcome
    assert exit_code(document) == 3
    clock.move(days=1)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    (alarm,) = watch().alarms
    assert alarm.latest - alarm.earliest == timedelta(days=2)


def test_a_page_that_shrank_is_not_compared_at_once(watch: Watch, site: Site, clock: Clock) -> None:
    """A wall in front of the terms looks like a change of everything; if it stays, it is one."""
    site.pages["/terms"] = Answer(
        page(TRAINS, *(f"Clause {n} of these terms says what it says." * 3 for n in range(40)))
    )
    watch()
    clock.move(days=1)
    site.pages["/terms"] = Answer(page(FORMAL))
    assert at(watch(), "/terms") == "shrunk"
    clock.move(days=1)
    assert at(watch(), "/terms") == "relevant_change"


def test_an_uncovered_language_is_not_called_quiet(watch: Watch, site: Site, clock: Clock) -> None:
    """A change in a language without a lexicon is told as one to read oneself."""
    korean = "당사는 귀하의 대화를 사용하여 서비스를 제공합니다. " * 20
    site.pages["/terms"] = Answer(
        page(korean, lang="ko").replace("The company", "당사").replace("These pages", "페이지")
    )
    first = page(korean, lang="ko")
    site.pages["/terms"] = Answer(
        first[: first.index("<p>Part A")] + f"<p>{korean}</p></article></main></body></html>"
    )
    watch()
    clock.move(days=1)
    site.pages["/terms"] = Answer(site.pages["/terms"].body.replace("제공합니다", "학습합니다", 1))
    document = watch()
    assert at(document, "/terms") == "other_language"
    assert exit_code(document) == 3


def test_changes_are_listed_until_they_are_read(
    watch: Watch, services: Services, site: Site, clock: Clock
) -> None:
    """Marking a change as read asks nobody and leaves the evidence as it is."""
    watch()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    (alarm,) = watch().alarms
    assert list_changes(services).unread == 1
    listed = mark_read(services, alarm.id[:6])
    assert listed.unread == 0
    assert listed.alarms[0].read
    assert listed.alarms[0].sentences == alarm.sentences
    with pytest.raises(UsageProblem):
        mark_read(services, "zzz")


def test_no_text_of_a_page_is_in_the_database(
    watch: Watch, services: Services, site: Site, clock: Clock
) -> None:
    """Texts lie in the evidence store alone."""
    watch()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    watch()
    services.store.close()
    data = services.home.database.read_bytes()
    assert b"train our models" not in data
    del services.__dict__["store"]


def test_the_evidence_holds_the_pairs(watch: Watch, services: Services, site: Site, clock: Clock) -> None:
    """The record of a change names both versions and holds both sentences."""
    watch()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    watch()
    (record,) = (r for r in services.journal.records() if r.type == "terms.change")
    (pair, *_) = json.loads(services.journal.artifact(record, "change.json"))
    assert TRAINS in (pair["old"], pair["new"]) or TRAINS_ANYWAY in (pair["old"], pair["new"])
    assert len(record.body["versions"]) == 2  # type: ignore[arg-type]


def test_whose_pages_must_be_known(services: Services) -> None:
    """Without an account nobody is asked unless named."""
    with pytest.raises(UsageProblem, match="no account"):
        watch_terms(services)


def test_a_run_that_was_cut_off_finds_the_change_again(
    watch: Watch, services: Services, site: Site, clock: Clock
) -> None:
    """Evidence is written first: without the rows of the database the next run tells the same change."""
    watch()
    services.close()
    before = services.home.database.read_bytes()
    clock.move(days=2)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    (told,) = watch().alarms
    services.close()
    for left in services.home.root.glob("state.sqlite*"):
        left.unlink()
    services.home.database.write_bytes(before)
    clock.move(days=1)
    (again,) = watch().alarms
    assert again.sentences == told.sentences
    assert again.earliest == told.earliest
    assert services.journal.verify().sound


def test_a_network_that_is_away_claims_nothing(
    services: Services, watch: Watch, clock: Clock, unplug: Callable[[], None]
) -> None:
    """Nobody answers: every page is open, and the kept versions stay."""
    watch()
    clock.move(days=1)
    records = len(list(services.journal.records()))
    unplug()
    document = watch_terms(services, ["acme"], fetcher=lambda: Fetcher("1", pause=0, quiet=2))
    assert {p.outcome for p in document.pages} <= {"robots", "unreachable"}
    assert exit_code(document) == 3
    assert len(list(services.journal.records())) == records


def test_a_clock_that_was_set_back_does_not_stop_the_watch(watch: Watch, site: Site, clock: Clock) -> None:
    """A page that was asked for "tomorrow" is asked for again."""
    watch()
    clock.move(days=-300)
    assert {p.outcome for p in watch().pages} == {"same"}


def test_three_months_asleep(watch: Watch, site: Site, clock: Clock) -> None:
    """The change is told with both bounds, three months apart."""
    watch()
    clock.move(days=92)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY))
    (alarm,) = watch().alarms
    assert alarm.latest - alarm.earliest == timedelta(days=92)


def test_too_large_pages_are_not_read_in_part(services: Services, site: Site) -> None:
    """Half a page would look like a change of the other half."""
    small = watch_terms(services, ["acme"], fetcher=lambda: Fetcher("1", pause=0, max_bytes=500))
    assert {p.outcome for p in small.pages} == {"too_large"}


def test_redirects_are_followed_and_asked_for_leave(watch: Watch, site: Site) -> None:
    """A page that moved is read where it is now, unless robots.txt closes that place."""
    site.pages["/terms"] = Answer(status=301, headers={"Location": "/new"})
    site.pages["/new"] = Answer(page(TRAINS))
    site.pages["/help"] = Answer(status=302, headers={"Location": "/closed"})
    site.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /closed\n")
    document = watch()
    assert (at(document, "/terms"), at(document, "/help")) == ("first_seen", "robots")
    assert "/closed" not in site.paths()


def test_a_ring_of_redirects_ends(watch: Watch, site: Site) -> None:
    """After five of them the page is given up."""
    site.pages["/terms"] = Answer(status=302, headers={"Location": "/terms"})
    assert at(watch(), "/terms") == "unreachable"
    assert site.paths().count("/terms") == 6


def test_other_addresses_than_https_are_refused() -> None:
    """Away from loopback nothing is asked for in the clear."""
    fetcher = Fetcher("1", pause=0)
    try:
        assert fetcher.fetch("http://terms.example/", Known()).outcome == "refused"
    finally:
        fetcher.close()


def test_a_whole_page_with_many_edits(watch: Watch, site: Site, clock: Clock) -> None:
    """Of twelve edits the two that matter raise the alarm."""
    kept = [f"Clause {n} of these terms says what it says about the weather in the town." for n in range(12)]
    site.pages["/terms"] = Answer(page(TRAINS, *kept, "Chats are kept for 30 days."))
    watch()
    clock.move(days=1)
    now = [text.replace("weather", f"climate of {n}") if n < 10 else text for n, text in enumerate(kept)]
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY, *now, "Chats are kept for five years."))
    document = watch()
    (row,) = (p for p in document.pages if p.url.endswith("/terms"))
    assert (row.edits, row.relevant) == (12, 2)
    assert {pair.new for pair in document.alarms[0].sentences} == {
        TRAINS_ANYWAY,
        "Chats are kept for five years.",
    }


@pytest.mark.parametrize(
    ("url", "there", "may"),
    [
        ("https://a.example/terms", "https://b.example/terms", True),
        ("https://a.example/terms", "http://a.example/terms", False),
        ("https://a.example/terms", "http://127.0.0.1:631/admin", False),
        ("https://a.example/terms", "https://localhost/", False),
        ("https://a.example/terms", "http://[::1]/", False),
        ("https://a.example/terms", "file:///etc/passwd", False),
        ("https://a.example/terms", "https:///x", False),
        ("http://127.0.0.1:1/terms", "http://127.0.0.1:2/terms", True),
    ],
)
def test_no_site_sends_a_run_to_this_computer(url: str, there: str, may: bool) -> None:
    """What listens on the person's own machine is asked by nobody's redirect; nor is plain HTTP taken."""
    assert may_send_on(url, there) is may


@pytest.mark.parametrize("body", ["", "  \n", "<!-- nothing -->", "<html>" + "<div>" * 100_000, "\x00\x01"])
def test_a_page_that_holds_nothing_ends_no_run(watch: Watch, site: Site, clock: Clock, body: str) -> None:
    """An empty, damaged or absurd page is one that could not be compared; the other pages are looked at."""
    watch()
    clock.move(days=2)
    site.pages["/help"] = Answer(body)
    site.pages["/terms"] = Answer(page(TRAINS_ANYWAY, FORMAL))
    document = watch()
    assert at(document, "/help") == "needs_browser"
    assert at(document, "/terms") == "relevant_change"


def test_a_page_of_endless_text_is_not_compared(watch: Watch, site: Site, clock: Clock) -> None:
    """More text than anybody reads is told as such and not compared."""
    watch()
    clock.move(days=2)
    site.pages["/help"] = Answer(page("We train on chats. " * 120_000))
    assert at(watch(), "/help") == "too_large"
