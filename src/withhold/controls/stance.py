"""Whether we may click for the person: a pure rule on what the provider's terms say of automated access."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from withhold.model.terms import StanceRule
from withhold.model.words import Stance
from withhold.support.errors import RefusedByStance

_INSTEAD = "use --mode guide, which prints the steps and leaves every click to you"


def is_loopback(url: str) -> bool:
    """Whether ``url`` is a page of this computer: 127.0.0.0/8, ::1 or ``localhost``."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_assist(stance: StanceRule | None, url: str, *, override: bool) -> bool:
    """Pass where acting on ``url`` is allowed; returns whether terms were overridden to allow it.

    ``stance`` is the pack's; ``None`` for a page without a pack, which is unknown and treated like
    prohibited. A page on loopback is nobody's service, so no stance speaks of it. Raises
    :class:`RefusedByStance` with the stance's own words.
    """
    if is_loopback(url) or (stance is not None and stance.stance is Stance.PERMITTED):
        return False
    if override:
        return True
    raise RefusedByStance(
        _words(stance), next_step=f"{_INSTEAD}; or repeat with --override-terms at your own risk"
    )


def _words(stance: StanceRule | None) -> str:
    if stance is None:
        return (
            "Nothing is known of what this site's terms say on automated access, so nothing is clicked there."
        )
    said = stance.summary or "The pack holds no summary of what they say."
    source = f" Source: {stance.source}" if stance.source else ""
    copy = f" (copy of {stance.copy_date.isoformat()})" if stance.copy_date else ""
    return f"The provider's terms on automated access: {stance.stance.value}. {said}{source}{copy}"
