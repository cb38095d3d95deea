"""Word to the person: by the addresses they named, once, and again only where it did not go out."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.watch.conftest import Watcher
from withhold.app.watch.notify import put_addresses
from withhold.app.watch.status import calendar, set_place, set_rhythm, watch_status
from withhold.support.errors import RefusedByStance, UsageProblem


@pytest.fixture
def chat() -> Iterator[tuple[str, list[str], list[int]]]:
    """A chat service on this machine: its address, what it got, and how it answers."""
    got: list[str] = []
    answers = [200]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if answers[0] == 200:
                got.append(json.loads(body)["message"])
            self.send_response(answers[0])
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_address[1]}/", got, answers
    server.shutdown()
    server.server_close()


def test_word_of_a_drift_goes_out_once(watcher: Watcher, chat: tuple[str, list[str], list[int]]) -> None:
    """Tried again while it does not go out; then once; without an id or a title."""
    address, got, answers = chat
    put_addresses(watcher.services, [address])
    assert watcher.run().sent == ()
    watcher.lab.set_setting(watcher.account, on=True, at=watcher.lab.now)
    watcher.sleep(days=31)
    answers[0] = 500
    assert [s.sent for s in watcher.run().sent] == [False]
    answers[0] = 200
    assert [s.sent for s in watcher.run().sent] == [True]
    assert watcher.run().sent == ()
    (text,) = got
    assert "went from private to sharing" in text
    assert watcher.account not in text


def test_nothing_is_sent_to_nobody(watcher: Watcher, chat: tuple[str, list[str], list[int]]) -> None:
    """Addresses that were taken back get nothing; one that cannot be read is refused without being shown."""
    address, got, _ = chat
    put_addresses(watcher.services, [address])
    put_addresses(watcher.services, [])
    watcher.network = False
    watcher.run()
    assert got == []
    with pytest.raises(UsageProblem) as refused:
        put_addresses(watcher.services, ["nonsense://user:secret@host"])
    assert "secret" not in refused.value.diagnostics()


def test_a_due_look_is_told_once(watcher: Watcher, chat: tuple[str, list[str], list[int]]) -> None:
    """What needs the person is told on the first day, and not every day."""
    address, got, _ = chat
    put_addresses(watcher.services, [address])
    watcher.network = False
    watcher.run()
    watcher.run()
    assert len(got) == 1
    assert "Due: look at" in got[0]


def test_the_calendar_has_what_is_due(watcher: Watcher) -> None:
    """One event for each control, on its day; the rhythm moves it."""
    watcher.run()
    day = (watcher.lab.now + timedelta(days=30)).strftime("%Y%m%d")
    assert f"DTSTART;VALUE=DATE:{day}".encode() in calendar(watcher.services)
    set_rhythm(watcher.services, every=timedelta(days=7), after_change=None)
    day = (watcher.lab.now + timedelta(days=7)).strftime("%Y%m%d")
    assert f"DTSTART;VALUE=DATE:{day}".encode() in calendar(watcher.services)
    with pytest.raises(UsageProblem):
        set_rhythm(watcher.services, every=timedelta(days=31), after_change=None)


def test_a_timer_never_looks_where_the_terms_forbid_it(watcher: Watcher) -> None:
    """There is no override, and nothing is put down."""
    from pathlib import Path

    from withhold.model.account import Account

    watcher.services.store.save_account(Account("c", "anthropic", "claude"))
    with pytest.raises(RefusedByStance):
        set_place(watcher.services, "claude", profile=Path("x"), url="https://claude.ai/settings")
    with pytest.raises(UsageProblem):
        set_place(watcher.services, "claude", profile=Path("x"), url="http://127.0.0.1:1/settings")
    assert {row.by for row in watch_status(watcher.services).due} == {"you"}
