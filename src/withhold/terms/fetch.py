"""Fetching one page the way a polite program does: asking robots.txt, conditionally, within limits.

No cookie is kept, no script runs, nothing pretends to be a browser. Follows RFC 9309: a robots.txt that is
absent allows, one that cannot be had forbids.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    import httpx2
    from protego import Protego

AGENT = "withhold"
MAX_BYTES = 8 * 1024 * 1024
"""Of a page, after decoding. A longer one is not read in part: half a page would look like a change."""
MAX_ROBOTS = 512 * 1024
SECONDS = 60.0
"""For one page with all its redirects."""
QUIET = 20.0
"""Seconds without a byte after which a server is taken to be away."""
REDIRECTS = 5
LONGEST_PAUSE = 30.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Outcome = Literal["page", "same", "robots", "refused", "gone", "unreachable", "too_large", "not_text"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the last answer said of itself, for a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it. ``body`` is there for ``page`` only; ``why`` is a short sentence for people."""

    outcome: Outcome
    why: str = ""
    url: str = ""
    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None


class Fetcher:
    """Fetches pages one after the other; robots.txt is asked for once per server. Close it when done."""

    def __init__(
        self,
        version: str,
        *,
        pause: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
        seconds: float = SECONDS,
        quiet: float = QUIET,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        import httpx2

        self._http = httpx2.Client(
            headers={"user-agent": f"{AGENT}/{version} (checks terms pages for changes, at most daily)"},
            timeout=quiet,
            follow_redirects=False,
        )
        self._robots: dict[str, Protego | Fetched] = {}
        self._asked_at: dict[str, float] = {}
        self._pause, self._sleep = pause, sleep
        self._seconds, self._max = seconds, max_bytes

    def close(self) -> None:
        self._http.close()

    def fetch(self, url: str, known: Known) -> Fetched:
        """One page. Never raises for what a server or the network does: the outcome says it."""
        import httpx2

        until = time.monotonic() + self._seconds
        try:
            return self._follow(url, known, until)
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            return Fetched("unreachable", _said(problem), url)

    def _follow(self, url: str, known: Known, until: float) -> Fetched:
        for _ in range(REDIRECTS + 1):
            refusal = self._refusal(url, until)
            if refusal is not None:
                return refusal
            answer = self._get(url, known, until)
            if not isinstance(answer, str):
                return answer
            if not may_send_on(url, answer):
                return Fetched("refused", "the site sends on to an address that no site may send to", url)
            url = answer
        return Fetched("unreachable", f"more than {REDIRECTS} redirects", url)

    def _refusal(self, url: str, until: float) -> Fetched | None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            return Fetched("refused", "not an https address", url)
        rules = self._rules(f"{parts.scheme}://{parts.netloc}", until)
        if isinstance(rules, Fetched):
            return rules
        if not rules.can_fetch(url, AGENT):
            return Fetched("robots", "robots.txt of the site asks programs to stay away from this page", url)
        return None

    def _rules(self, origin: str, until: float) -> "Protego | Fetched":
        """The rules of a server, or why they cannot be had, which forbids every page there."""
        from protego import Protego

        if origin not in self._robots:
            text = self._robots_text(origin, until)
            self._robots[origin] = text if isinstance(text, Fetched) else Protego.parse(text)
        return self._robots[origin]

    def _robots_text(self, origin: str, until: float) -> str | Fetched:
        import httpx2

        url = f"{origin}/robots.txt"
        try:
            for _ in range(REDIRECTS + 1):
                with self._http.stream("GET", url) as response:
                    if response.has_redirect_location:
                        there = urljoin(url, response.headers.get("location", ""))
                        if not may_send_on(url, there):
                            why = "robots.txt of the site cannot be had (it sends elsewhere), which forbids"
                            return Fetched("robots", why, url, response.status_code)
                        url = there
                        continue
                    if response.status_code >= 500 or response.status_code == 429:
                        why = f"robots.txt of the site cannot be had ({response.status_code}), which forbids"
                        return Fetched("robots", why, url, response.status_code)
                    if response.status_code >= 400:
                        return ""
                    return _read(response, MAX_ROBOTS, until, cut=True).decode("utf-8", "replace")
        except (httpx2.HTTPError, httpx2.InvalidURL, _TooMuch) as problem:
            return Fetched("unreachable", f"the site did not answer ({_said(problem)})", url)
        return ""  # RFC 9309, 2.3.1.2: after five redirects it may be taken to be absent

    def _get(self, url: str, known: Known, until: float) -> Fetched | str:
        """The outcome, or the address that the server sends on to."""
        self._wait(url)
        with self._http.stream("GET", url, headers=_conditions(known)) as response:
            status = response.status_code
            if response.has_redirect_location:
                return urljoin(url, response.headers.get("location", ""))
            if status == 304:
                return Fetched("same", "", url, status, etag=known.etag, last_modified=known.last_modified)
            if status in (404, 410):
                return Fetched("gone", f"the page is not there any more ({status})", url, status)
            if status in (401, 403, 429) or "challenge" in response.headers.get("cf-mitigated", ""):
                return Fetched("refused", f"the site turns programs away ({status})", url, status)
            if status != 200:
                return Fetched("unreachable", f"the site answered {status}", url, status)
            return self._body(url, response, until)

    def _body(self, url: str, response: "httpx2.Response", until: float) -> Fetched:
        kind = response.headers.get("content-type", "").split(";")[0].strip().casefold()
        if kind and not (kind.startswith("text/") or "html" in kind):
            return Fetched("not_text", f"the page is of type {kind}", url, 200)
        try:
            body = _read(response, self._max, until)
        except _TooMuch as problem:
            return Fetched("too_large", str(problem), url, 200)
        said = response.headers
        return Fetched(
            "page", "", url, 200, body, kind or "text/html", said.get("etag"), said.get("last-modified")
        )

    def _wait(self, url: str) -> None:
        """Leave the server the pause that it asks for, or ours."""
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = None if rules is None or isinstance(rules, Fetched) else rules.crawl_delay(AGENT)
        pause = min(max(self._pause, float(asked or 0)), LONGEST_PAUSE)
        last = self._asked_at.get(parts.netloc)
        if last is not None and (left := last + pause - time.monotonic()) > 0:
            self._sleep(left)
        self._asked_at[parts.netloc] = time.monotonic()


def may_send_on(url: str, there: str) -> bool:
    """Whether a site at ``url`` may send a program on to ``there``: not to this computer nor in clear."""
    came, goes = urlsplit(url), urlsplit(there)
    if goes.hostname in _LOOPBACK:
        return came.hostname in _LOOPBACK
    return goes.scheme == "https" and bool(goes.hostname)


class _TooMuch(Exception):
    """More bytes, or more seconds, than one page may take."""


def _read(response: "httpx2.Response", limit: int, until: float, *, cut: bool = False) -> bytes:
    """The decoded body. ``cut`` takes the beginning of a long one; else ``_TooMuch``."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if time.monotonic() > until:
            raise _TooMuch("the page took too long")
        if len(body) > limit:
            if cut:
                return bytes(body[:limit])
            raise _TooMuch(f"the page is longer than {limit // 1024:,} KiB")
    return bytes(body)


def _conditions(known: Known) -> dict[str, str]:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value}


def _said(problem: Exception) -> str:
    text = str(problem).strip()
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
