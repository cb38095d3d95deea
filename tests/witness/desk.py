"""A person in a visible browser at the lab, with real mouse and key events; the lab holds the truth."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.controls.fakes import MemorySink
from tests.witness.person import Person
from withhold.controls.browser import open_page
from withhold.controls.capture import CaptureOptions
from withhold.controls.record import RunContext
from withhold.controls.settle import Patience
from withhold.controls.witness.watching import witness
from withhold.lab.server import RunningLab
from withhold.model.control import OptOutResult
from withhold.model.words import Mode, Outcome

QUICK = Patience(quiet=0.2, first_look=0.2, claim=1.5, afterwards=0.6, standing=6.0, limit=10.0)
SWITCH = "[data-key=help_improve]"


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
    url: str = ""
    """Of the page that is opened, where it is not the lab's settings; nobody signs in there."""
    capture: CaptureOptions = field(default_factory=CaptureOptions)
    truly_private: bool = False
    """Whether a page of the test's own, at ``url``, really is private."""

    def watch(self, acts: Callable[[Person], None]) -> OptOutResult:
        """Watch while a person ``acts`` beside us; they stop it all if they get stuck."""
        port = free_port()
        person = Person(port)
        trouble: list[BaseException] = []

        def live() -> None:
            try:
                if not self.url:
                    signs_in(person)
                acts(person)
            except BaseException as problem:  # noqa: BLE001 - raised again in the test's own thread
                trouble.append(problem)
                person.clicks("#stop", bar=True)

        arguments = (f"--remote-debugging-port={port}",)
        with open_page(profile=self.profile, arguments=arguments, follows_window=True) as opened:
            context = RunContext(
                None,
                None,
                opened.browser,
                mode=Mode.WITNESS,
                actor="person",
                patience=QUICK,
                capture=self.capture,
            )
            thread = threading.Thread(target=live, daemon=True)
            thread.start()
            result = witness(
                opened.page,
                self.url or f"{self.lab.url}/settings/privacy",
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
            private = self.truly_private if self.url else account.setting is False
            assert private, "a false claim of privacy"
        return result


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signs_in(person: Person) -> None:
    person.reads("Nothing here decides about training")
    person.types("form[action='/signin'] input[name=email]", "ada@example.invalid")
    person.clicks("form[action='/signin'] button:not([type=hidden])")
    person.wait_for("location.pathname === '/chats'")
    person.goes_to("/".join(person.sees("location.href").split("/")[:3]) + "/settings/privacy")
    person.wait_for("location.pathname === '/settings/privacy' && document.readyState === 'complete'")
