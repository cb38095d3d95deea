"""Opting out on a page that no pack knows: its own wording decides, and nothing is filed under an account."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.model.terms import Provider

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage
    from withhold.model.control import OptOutResult


@dataclass(frozen=True, slots=True)
class How:
    """How a page is opened and recorded."""

    override_terms: bool = False
    profile: Path | None = None
    headless: bool = False
    full_page: bool = False
    opened: "OpenPage | None" = None


def pack_of(services: Services, url: str) -> Provider | None:
    """The provider whose own page ``url`` is, if a pack knows it. Pages of this computer are nobody's."""
    from withhold.controls.stance import is_loopback, is_page_of

    if is_loopback(url):
        return None
    return next((provider for provider in services.packs.values() if is_page_of(provider, url)), None)


def opt_out_there(services: Services, url: str, how: How) -> "OptOutResult":
    """Set what decides about training on the page at ``url`` private, by the wording of the page alone.

    Nothing is known of what the site's terms say, so that counts as forbidden: raises ``RefusedByStance``
    unless overridden, except for pages of this computer. Raises ``UsageProblem`` for an address that is not
    opened, ``EnvironmentProblem`` where no browser can be had.
    """
    from withhold.controls.stance import require_assist

    overrode = require_assist(None, url, override=how.override_terms)
    services.journal.mend()  # a journal that cannot be written to stops the act before it begins
    from withhold.app.evidence.stamping import begin_session
    from withhold.app.optout.browsing import page_of

    begin_session(services)
    with page_of(services, how.profile, headless=how.headless, opened=how.opened) as page:
        services.progress.step(f"opening {url}")
        return _run(services, page, url, overrode=overrode, full_page=how.full_page)


def _run(
    services: Services, opened: "OpenPage", url: str, *, overrode: bool, full_page: bool
) -> "OptOutResult":
    from withhold.controls.assist import set_private
    from withhold.controls.capture import CaptureOptions
    from withhold.controls.record import RunContext
    from withhold.evidence.web.packing import Packager

    context = RunContext(
        provider_id=None,
        pack_sha256=None,
        browser=opened.browser,
        overrode_terms=overrode,
        capture=CaptureOptions(full_page=full_page, packager=Packager()),
    )
    return set_private(opened.page, url, clock=services.clock, sink=services.journal, context=context)
