"""Whether we may click for the person: a pure rule on what the provider's terms say of automated access."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from withhold.model.terms import Provider, StanceRule
from withhold.model.words import Stance
from withhold.support.errors import RefusedByStance, UsageProblem

_INSTEAD = "use --mode guide, which prints the steps and leaves every click to you"


def is_loopback(url: str) -> bool:
    """Whether ``url`` is a page of this computer: 127.0.0.0/8, ::1 or ``localhost``."""
    host = _host(url)
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_page_of(provider: Provider, url: str) -> bool:
    """Whether ``url`` is a page of ``provider``: only such a page can say how the provider's setting stands.

    That is the host of a control's address in the pack, the homepage's host, or one below either of them
    that the provider's own sources in the pack stand on; encrypted. Any other host below them may be
    anybody's (``sites.google.com``). A fictional provider lives on this computer alone, and no other does.
    """
    if provider.fictional:
        return is_loopback(url)
    host = _host(url)
    if not host or urlsplit(url).scheme != "https":
        return False
    return host in _own_hosts(provider)


def _own_hosts(provider: Provider) -> frozenset[str]:
    home = _host(provider.homepage or "")
    bare = home.removeprefix("www.")
    named = {_host(control.url) for control in provider.controls if control.url} | {home, bare, f"www.{bare}"}
    named -= {"", "www."}
    stood_on = {_host(source.url) for source in provider.sources.values() if source.kind == "provider"}
    return frozenset(named | {h for h in stood_on if any(h.endswith(f".{n}") for n in named)})


def require_assist(provider: Provider | None, url: str, *, override: bool) -> bool:
    """Pass where acting on ``url`` is allowed; returns whether terms were overridden to allow it.

    The stance of ``provider`` speaks of its own pages alone. Any other page, or one without a pack
    (``None``), is unknown and treated like prohibited. A page on loopback is nobody's service, so no stance
    speaks of it. Raises :class:`RefusedByStance` with the stance's own words, and ``UsageProblem`` for an
    address that is neither https nor of this computer.
    """
    require_web_address(url)
    stance = provider.stance if provider is not None and is_page_of(provider, url) else None
    if is_loopback(url) or (stance is not None and stance.stance is Stance.PERMITTED):
        return False
    if override:
        return True
    raise RefusedByStance(
        _words(stance), next_step=f"{_INSTEAD}; or repeat with --override-terms at your own risk"
    )


def require_web_address(url: str) -> None:
    """Refuse what a browser may read as another host than we do, and what is open to any listener."""
    odd = any(c <= " " or c in "\\\x7f" for c in url)
    try:
        parts = urlsplit(url)
    except ValueError:
        odd = True
    if odd or not parts.hostname or "@" in parts.netloc:
        raise UsageProblem(
            "this is not an address of a web page", next_step="give one like https://HOST/PATH"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise UsageProblem(
            f"an address that begins with {parts.scheme}: is not opened",
            next_step="give one that begins with https: (http: is for pages of this computer alone)",
        )


def _host(url: str) -> str:
    """The host of ``url`` as names are compared: in small letters, without the dot at the end."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _words(stance: StanceRule | None) -> str:
    if stance is None:
        return (
            "Nothing is known of what this site's terms say on automated access, so nothing is clicked there."
        )
    said = stance.summary or "The pack holds no summary of what they say."
    source = f" Source: {stance.source}" if stance.source else ""
    copy = f" (copy of {stance.copy_date.isoformat()})" if stance.copy_date else ""
    return f"The provider's terms on automated access: {stance.stance.value}. {said}{source}{copy}"
