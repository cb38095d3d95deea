"""Listing what a page asks consent for: every control on it, what it means and where it stands."""

from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.optout.browsing import page_of
from withhold.model.terms import Control
from withhold.report import documents as d

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage
    from withhold.controls.inspect import Listed


def inspect(
    services: Services,
    url: str,
    *,
    pack_id: str | None = None,
    profile: Path | None = None,
    headless: bool = False,
    opened: "OpenPage | None" = None,
) -> d.InspectDocument:
    """Open ``url``, wait until it has come to rest, and list its controls. Nothing is pressed or typed.

    Raises ``UsageProblem`` for an address that is not opened, ``EnvironmentProblem`` without a browser.
    """
    from withhold.controls.inspect import inspect_page
    from withhold.controls.stance import require_web_address

    require_web_address(url)
    controls = _controls(services, pack_id)
    with page_of(services, profile, headless=headless, opened=opened) as page:
        services.progress.step(f"opening {url}")
        seen = inspect_page(page.page, url, controls, clock=services.clock)
    stamp = services.stamp()
    return d.InspectDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        controls=tuple(_row(each) for each in seen.controls),
        loaded=seen.loaded,
        notes=seen.notes,
    )


def _controls(services: Services, pack_id: str | None) -> tuple[Control, ...]:
    if pack_id is None:
        return ()
    from withhold.app.accounts import provider_of

    return tuple(c for c in provider_of(services, pack_id).controls if c.labels)


def _row(listed: "Listed") -> d.InspectedControl:
    reading = listed.reading
    return d.InspectedControl(
        label=reading.label,
        role=reading.role,
        section=reading.section,
        state=reading.state.value,
        polarity=reading.polarity.value,
        setting=None if reading.setting is None else reading.setting.value,
        confidence=reading.confidence,
        box=d.ControlBox(width=listed.width, height=listed.height),
        preset=listed.preset,
        locked=reading.disabled,
        shown=listed.shown,
        why=reading.why,
    )
