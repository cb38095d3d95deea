"""Fetching a bundle of packs: one request, only when asked for, and said before it is made."""

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from withhold.app.bootstrap import Services
from withhold.packs.archives import LARGEST
from withhold.support.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    import httpx2

SECONDS = 120.0
QUIET = 20.0
"""Seconds without a byte after which a server is taken to be away."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_address(source: str) -> bool:
    """Whether ``source`` is an address on the web rather than a file."""
    return "://" in source


def shown(url: str) -> str:
    """The address without what may be secret in it: user, password, query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def download(services: Services, url: str, *, seconds: float = SECONDS) -> bytes:
    """The bytes at ``url``. Raises ``UsageProblem`` for an address that is not asked, ``EnvironmentProblem``.

    No cookie, no redirect, no compression, and no more bytes than a bundle may have.
    """
    _refuse(url)
    try:
        import httpx2
    except ImportError as problem:
        raise EnvironmentProblem(
            "fetching an update needs the extra 'terms'",
            next_step="pip install 'withhold[terms]', or fetch the file yourself and name it",
        ) from problem
    services.progress.step(f"one request goes out, for {shown(url)}")
    try:
        with (
            httpx2.Client(headers=_headers(services), timeout=QUIET, follow_redirects=False) as client,
            client.stream("GET", url) as response,
        ):
            return _body(url, response, time.monotonic() + seconds)
    except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
        raise _failed(url, f"{type(problem).__name__}: {problem}") from problem


def _refuse(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, credentials = parts.hostname, parts.username or parts.password
    except ValueError as problem:
        raise UsageProblem(f"that is no address: {problem}") from problem
    plain = parts.scheme == "http" and host in _LOOPBACK
    if not host or not (parts.scheme == "https" or plain):
        raise UsageProblem(
            "an update is fetched over https alone", next_step="name an https address or a file"
        )
    if credentials:
        raise UsageProblem("the address holds a user or a password, which others on this computer can see")


def _headers(services: Services) -> dict[str, str]:
    version = services.stamp().tool_version
    return {"user-agent": f"withhold/{version} (packs update)", "accept-encoding": "identity"}


def _body(url: str, response: "httpx2.Response", until: float) -> bytes:
    if response.status_code != 200:
        where = response.headers.get("location")
        raise _failed(
            url, f"it answered {response.status_code}" + (f" and points to {where}" if where else "")
        )
    if response.headers.get("content-encoding", "identity") != "identity":
        raise _failed(url, "it sent compressed bytes that were not asked for")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST:
            raise _failed(url, f"what it sends is longer than {LARGEST >> 20} MiB")
        if time.monotonic() > until:
            raise _failed(url, "it took too long")
    return bytes(body)


def _failed(url: str, why: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{shown(url)} was not fetched: {why}",
        next_step="nothing was changed; look at the address, or fetch the file yourself and name it",
    )
