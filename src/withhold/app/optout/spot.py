"""What a sign-up, log-in or terms page lets a hurried person agree to. Nothing on it is changed."""

from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.optout.browsing import page_of
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage
    from withhold.controls.spotter.judge import Finding
    from withhold.controls.spotter.spot import Spotted


def spot(
    services: Services,
    url: str,
    *,
    profile: Path | None = None,
    headless: bool = False,
    opened: "OpenPage | None" = None,
) -> d.SpotDocument:
    """List every consent-like control and sentence of the page at ``url``.

    Raises ``UsageProblem`` for an address that is neither https nor of this computer, ``EnvironmentProblem``
    where no browser can be had, ``Undetermined`` where the page cannot be reached.
    """
    try:
        from withhold.controls.spotter.spot import require_page
        from withhold.controls.spotter.spot import spot as look
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "looking at a page needs the extra 'browser'", next_step="pip install 'withhold[browser]'"
        ) from missing
    require_page(url)
    services.progress.step(f"opening {url}")
    with page_of(services, profile, headless=headless, opened=opened) as page:
        return _document(services, look(page.page, url))


def _document(services: Services, spotted: "Spotted") -> d.SpotDocument:
    stamp = services.stamp()
    return d.SpotDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        url=_address(spotted.url),
        primary_button=spotted.primary_button,
        findings=tuple(_row(finding) for finding in spotted.findings),
        accepting_now=tuple(f.label for f in spotted.findings if f.preset or f.accept_all_button),
        unseen=spotted.unseen,
    )


def _address(url: str) -> str:
    """The address without what may be a secret in it."""
    return url.partition("?")[0].partition("#")[0]


def _row(finding: "Finding") -> d.SpotRow:
    states: dict[bool | None, d.OnOff] = {True: "on", False: "off", None: "unknown"}
    return d.SpotRow(
        label=finding.label,
        kind=finding.kind,
        covers_training=finding.covers_training,
        purposes=finding.purposes,
        state=states[finding.state],
        preset=finding.preset,
        consents_when=finding.consents_when,
        small=finding.small,
        low_contrast=finding.low_contrast,
        contrast=None if finding.contrast is None else round(finding.contrast, 2),
        after_primary_button=finding.after_primary_button,
        collapsed=finding.hidden is not None,
        hidden=finding.hidden,
        bundled=finding.bundled,
        implied_text=finding.implied_text,
        accept_all_button=finding.accept_all_button,
        width=round(finding.size[0], 1),
        height=round(finding.size[1], 1),
    )
