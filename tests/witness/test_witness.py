"""A person in a visible browser at the lab, with real mouse and key events; the lab holds the truth."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.controls.fakes import MemorySink
from tests.witness.person import Person
from withhold.controls.browser import open_page
from withhold.controls.record import RunContext
from withhold.controls.settle import Patience
from withhold.controls.witness.watching import witness
from withhold.lab.server import RunningLab, running_lab
from withhold.model.control import OptOutResult
from withhold.model.words import Mode, Outcome, Setting

pytestmark = pytest.mark.browser
QUICK = Patience(quiet=0.2, first_look=0.2, claim=1.5, afterwards=0.6, limit=10.0)
SWITCH = "[data-key=help_improve]"


@pytest.fixture(scope="module")
def screen() -> Iterator[None]:
    """A screen of its own where there is Xvfb; nothing is shown on anybody's."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("not run: there is no Xvfb, and the person's own screen is left alone")
    read, write = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    before = os.environ.get("DISPLAY")
    os.close(write)
    with os.fdopen(read) as told:
        os.environ["DISPLAY"] = f":{told.readline().strip()}"
    yield
    if before is None:
        del os.environ["DISPLAY"]
    else:
        os.environ["DISPLAY"] = before
    server.terminate()
    server.wait(10)


@dataclass
class Keys:
    """The terminal: what was told there."""

    told: list[str] = field(default_factory=list)

    def pressed(self) -> str | None:
        return None

    def tell(self, text: str) -> None:
        self.told.append(text)


@dataclass
class Desk:
    lab: RunningLab
    sink: MemorySink
    keys: Keys
    profile: Path

    def watch(self, acts: Callable[[Person], None]) -> OptOutResult:
        """Watch while a person ``acts`` beside us; they stop it all if they get stuck."""
        port = _free_port()
        person = Person(port)
        trouble: list[BaseException] = []

        def live() -> None:
            try:
                signs_in(person)
                acts(person)
            except BaseException as problem:  # noqa: BLE001 - raised again in the test's own thread
                trouble.append(problem)
                person.clicks("#stop", bar=True)

        arguments = (f"--remote-debugging-port={port}",)
        with open_page(profile=self.profile, arguments=arguments, follows_window=True) as opened:
            context = RunContext(
                None, None, opened.browser, mode=Mode.WITNESS, actor="person", patience=QUICK
            )
            thread = threading.Thread(target=live, daemon=True)
            thread.start()
            result = witness(
                opened.page,
                f"{self.lab.url}/settings/privacy",
                clock=lambda: datetime.now(UTC),
                sink=self.sink,
                context=context,
                keys=self.keys,
            )
            thread.join(30)
        if trouble:
            raise trouble[0]
        (account,) = self.lab.lab.accounts.values()
        if result.outcome in (Outcome.CHANGED, Outcome.ALREADY_PRIVATE):
            assert account.setting is False, "a false claim of privacy"
        return result


@pytest.fixture
def desk(screen: None, tmp_path: Path) -> Iterator[Desk]:
    with running_lab(start=datetime(2025, 9, 1, 9, tzinfo=UTC)) as lab:
        lab.lab.create_account("Pro", lab.site.tick(), sharing=True, email="ada@example.invalid", label="Ada")
        yield Desk(lab, MemorySink(), Keys(), tmp_path / "profile")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signs_in(person: Person) -> None:
    person.reads("Nothing here decides about training")
    person.types("form[action='/signin'] input[name=email]", "ada@example.invalid")
    person.clicks("form[action='/signin'] button:not([type=hidden])")
    person.wait_for("location.pathname === '/chats'")
    person.goes_to("/".join(person.sees("location.href").split("/")[:3]) + "/settings/privacy")
    person.wait_for("location.pathname === '/settings/privacy'")


def test_set_reloaded_recorded(desk: Desk) -> None:
    """The person sets it, reloads and records: changed, on record, and true at the lab."""

    def acts(person: Person) -> None:
        person.reads("It shares your content now")
        person.clicks(SWITCH)
        person.reads("A page can show what it has not saved")
        person.reloads()
        person.reads("Read again after your reload: private")
        person.presses("r", bar=True)

    result = desk.watch(acts)
    assert result.outcome is Outcome.CHANGED, result.why
    (control,) = result.controls
    assert control.before.setting is Setting.SHARING
    assert control.after_reload is not None
    (draft,) = desk.sink.drafts
    assert (draft.type, draft.body["mode"], draft.body["actor"]) == ("control.optout", "witness", "person")


def test_a_change_that_does_not_hold(desk: Desk) -> None:
    """The page says saved and stores nothing: the bar says that it came back, and so does the record."""
    desk.lab.site.choose_variant("silent-failure")

    def acts(person: Person) -> None:
        person.reads("It shares your content now")
        person.clicks(SWITCH)
        person.reads("A page can show what it has not saved")
        person.reloads()
        person.reads("It came back")
        person.presses("r", bar=True)

    assert desk.watch(acts).outcome is Outcome.NOT_PERSISTED


def test_recording_before_a_reload_claims_nothing(desk: Desk) -> None:
    """The first press says what is lacking; the second records it without a claim."""

    def acts(person: Person) -> None:
        person.reads("It shares your content now")
        person.clicks(SWITCH)
        person.reads("Shown private, not read back yet")
        person.presses("r", bar=True)
        person.reads("Nothing was read back after a reload yet")
        person.presses("r", bar=True)

    result = desk.watch(acts)
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert len(desk.sink.drafts) == 1


def test_locked_by_an_organisation(desk: Desk) -> None:
    """It says so, and the record says blocked."""
    desk.lab.site.choose_variant("disabled")

    def acts(person: Person) -> None:
        person.reads("Locked while it shares")
        person.presses("r", bar=True)
        person.reads("Nothing was read back")
        person.presses("r", bar=True)

    assert desk.watch(acts).outcome is Outcome.BLOCKED


@pytest.mark.parametrize("bar", [True, False], ids=["bar", "page"])
def test_closing_a_window_records_nothing(desk: Desk, *, bar: bool) -> None:
    """Whichever window is closed: no record, no claim."""

    def acts(person: Person) -> None:
        person.reads("It shares your content now")
        person.clicks(SWITCH)
        person.closes(bar=bar)

    result = desk.watch(acts)
    assert (result.outcome, result.record) == (Outcome.NEEDS_HUMAN, None)
    assert not desk.sink.drafts


def test_the_page_cannot_reach_the_bar(desk: Desk) -> None:
    """No frame, opener or element of ours is within the page, whatever the page looks for."""

    def acts(person: Person) -> None:
        person.reads("It shares your content now")
        assert person.sees("window.opener === null && window.frames.length === 0")
        assert person.sees("globalThis.withheld === undefined")
        assert person.sees("[...document.querySelectorAll('*')].every(e => !/withhold/i.test(e.outerHTML))")
        person.presses("q", bar=True)

    assert desk.watch(acts).record is None
