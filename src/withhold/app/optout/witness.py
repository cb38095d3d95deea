"""Witness mode: a visible browser in which the person acts, and we read and record.

No stance is asked for: the person presses everything, as in their own browser. A page on loopback, of a pack
or of none is opened alike; only addresses that no browser should open are refused.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.optout.browsing import has_screen
from withhold.model.terms import Control
from withhold.model.words import Mode
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.interrupts import interruptible

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage
    from withhold.controls.capture import CaptureOptions
    from withhold.controls.witness.watching import Keys
    from withhold.model.control import OptOutResult


@dataclass(frozen=True, slots=True)
class Watch:
    """How the person wants it. ``passphrase`` asks for one; ``None`` deletes the profile at the end."""

    keys: "Keys | None" = None
    passphrase: Callable[[bool], str] | None = None
    """Called with whether it is a new one, to close the profile that is kept."""
    profile: Path | None = None
    opened: "OpenPage | None" = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is watched: an address, and what a pack says of it, if one knows it."""

    url: str
    controls: tuple[Control, ...]
    provider_id: str | None
    pack_sha256: str | None
    account: str | None
    capture: "CaptureOptions"


class _NoKeys:
    """Where there is no terminal, the bar alone is listened to."""

    def pressed(self) -> str | None:
        return None

    def tell(self, text: str) -> None:
        """Nobody is there."""


def watch(services: Services, subject: Subject, how: Watch) -> "OptOutResult":
    """Watch the person at ``subject``. Raises ``UsageProblem`` for an address that is not opened, and
    ``EnvironmentProblem`` where there is no screen or no browser. The profile is deleted, or sealed, whatever
    happens here; also when the terminal is closed."""
    from withhold.app.evidence.stamping import begin_session
    from withhold.controls.record import RunContext
    from withhold.controls.stance import require_web_address
    from withhold.controls.witness.watching import witness

    require_web_address(subject.url)
    services.journal.mend()  # a journal that cannot be written to stops it before it begins
    begin_session(services)
    with interruptible() as interrupts, _page(services, subject, how) as opened:
        services.progress.step(f"opening {subject.url} for you")
        context = RunContext(
            provider_id=subject.provider_id,
            pack_sha256=subject.pack_sha256,
            browser=opened.browser,
            mode=Mode.WITNESS,
            actor="person",
            account=subject.account,
            pack_id=subject.provider_id,
            capture=subject.capture,
        )
        return witness(
            opened.page,
            subject.url,
            subject.controls,
            clock=services.clock,
            sink=services.journal,
            context=context,
            keys=how.keys or _NoKeys(),
            heed=interrupts.heed,
        )


@contextmanager
def _page(services: Services, subject: Subject, how: Watch) -> Iterator["OpenPage"]:
    if how.opened is not None:
        yield how.opened
        return
    if not has_screen(services):
        raise EnvironmentProblem(
            "witness mode needs a screen: you act in its window",
            next_step="run it in a graphical session (DISPLAY or WAYLAND_DISPLAY), or use --mode guide",
        )
    try:
        from withhold.controls.browser import find_browser, open_page
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "driving a browser needs the extra 'browser'", next_step="pip install 'withhold[browser]'"
        ) from missing
    browser = find_browser(services.environ.get("WITHHOLD_BROWSER"))
    with (
        _kept_profile(services, subject, how) as folder,
        open_page(browser=browser, profile=folder, follows_window=True) as opened,
    ):
        yield opened


def _kept_profile(services: Services, subject: Subject, how: Watch) -> AbstractContextManager[Path | None]:
    """The folder of a profile that lasts; ``None`` for one that is made for this run and deleted."""
    if how.passphrase is None:
        return nullcontext(how.profile)
    if how.profile is not None:
        raise UsageProblem(
            "--profile keeps a folder as it is, and --keep-profile keeps one encrypted",
            next_step="give one of them",
        )
    from withhold.app.optout.profile import unsealed

    name = subject.provider_id or "other"
    return unsealed(services.home.profiles / f"{name}.profile.age", how.passphrase)
