"""What the page sends while we watch: requests under way, and the writes after an act with their answers."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserError, Page, Request
from withhold.controls.phrases import OFF_WORDS, ON_WORDS, normal

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LONG_POLL = 6.0
"""Seconds after which a request under way counts as a standing connection."""
_BODY_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class Write:
    """A changing request and how it was answered. ``doubt`` says what speaks against it. No body is kept."""

    method: str
    place: str
    status: int | None
    doubt: str | None


class Traffic:
    """Watches one page from its making on."""

    def __init__(self, page: Page) -> None:
        self._under_way: dict[Request, float] = {}
        self._last = time.monotonic()
        self._writes: list[Request] = []
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def forget_writes(self) -> None:
        """Only writes from now on count."""
        self._writes.clear()

    @property
    def wrote(self) -> bool:
        return bool(self._writes)

    @property
    def answered(self) -> bool:
        """Whether no write is under way."""
        return not any(r in self._under_way for r in self._writes)

    def idle_for(self, seconds: float) -> bool:
        """Whether nothing but standing connections has been under way for ``seconds``."""
        now = time.monotonic()
        waiting = any(now - since < _LONG_POLL for since in self._under_way.values())
        return not waiting and now - self._last >= seconds

    def writes(self) -> tuple[Write, ...]:
        """The writes since :meth:`forget_writes`. To be read before the page is left: bodies go with it."""
        return tuple(_write(request) for request in self._writes)

    def _begun(self, request: Request) -> None:
        self._last = time.monotonic()
        self._under_way[request] = self._last
        if request.method in _WRITES and request.resource_type != "ping":
            self._writes.append(request)

    def _ended(self, request: Request) -> None:
        self._last = time.monotonic()
        self._under_way.pop(request, None)


def _write(request: Request) -> Write:
    place = f"{urlsplit(request.url).hostname}"
    if request.failure is not None:
        return Write(request.method, place, None, "the request to save failed")
    try:
        response = request.response()
        if response is None:
            return Write(request.method, place, None, "the request to save was not answered")
        status = response.status
        doubt = f"the request to save was answered {status}" if status >= 400 else _disagreement(request)
    except BrowserError:
        return Write(request.method, place, None, None)
    return Write(request.method, place, status, doubt)


def _disagreement(request: Request) -> str | None:
    """Says so where the answer holds another value than was sent, under the same key."""
    response = request.response()
    if response is None:
        return None
    sent, got = _switches(request.post_data), _switches(_text(response))
    differing = [key for key in sent.keys() & got.keys() if sent[key] != got[key]]
    return "the answer to the request to save holds another state than was sent" if differing else None


def _text(response: Any) -> str | None:
    try:
        body = response.body()
    except BrowserError:
        return None  # the page was left meanwhile, or the answer has no body
    return body.decode("utf-8", "replace") if len(body) <= _BODY_LIMIT else None


def _switches(text: str | None) -> dict[str, bool]:
    """Values that read as on or off, by their innermost key, of a JSON text."""
    try:
        return dict(_leaves(json.loads(text))) if text else {}
    except (ValueError, RecursionError):
        return {}


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, bool]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, bool):
        yield key, value
    elif isinstance(value, str) and normal(value) in ON_WORDS | OFF_WORDS:
        yield key, normal(value) in ON_WORDS
