"""What the page sends while we watch: requests under way, and the writes after an act with their answers."""

import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from withhold.controls.driver import BrowserError, Page, Request, Response, WebSocket
from withhold.controls.stated import switches

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LONG_POLL = 12.0
"""Seconds after which a request under way counts as a standing connection: a slow server may still be about
to say where a switch stands that the page meanwhile shows in its default position."""
_UNREAD = 0.7
"""Seconds after its head came in which an answer is expected to be whole; pages may never read the rest."""
_BODY_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class Write:
    """A changing request and how it was answered. ``doubt`` says what speaks against it. No body is kept."""

    method: str
    host: str
    status: int | None
    doubt: str | None
    positions: frozenset[bool] = frozenset()
    """What was sent to be on or off, where no answer speaks against it."""


class Traffic:
    """Watches one page from its making on."""

    def __init__(self, page: Page) -> None:
        self._under_way: dict[Request, float] = {}
        """Until when each is waited for."""
        self._answers: dict[Request, Response] = {}
        self._whole: set[Request] = set()
        self._last = time.monotonic()
        self._writes: list[Request] = []
        self._sockets: set[WebSocket] = set()
        self._page = page
        page.on("request", self._begun)
        page.on("response", self._answered)
        page.on("requestfinished", self._finished)
        page.on("requestfailed", self._ended)
        page.on("websocket", self._opened)

    def close(self) -> None:
        """Stop watching."""
        self._page.remove_listener("request", self._begun)
        self._page.remove_listener("response", self._answered)
        self._page.remove_listener("requestfinished", self._finished)
        self._page.remove_listener("requestfailed", self._ended)
        self._page.remove_listener("websocket", self._opened)

    def forget_writes(self) -> None:
        """Only writes from now on count."""
        self._writes.clear()

    @property
    def sent(self) -> int:
        """How many writes there were since :meth:`forget_writes`."""
        return len(self._writes)

    def idle_for(self, seconds: float) -> bool:
        """Whether nothing but standing connections has been under way for ``seconds``."""
        now = time.monotonic()
        waiting = any(now < until for until in self._under_way.values())
        return not waiting and now - self._last >= seconds

    @property
    def standing(self) -> bool:
        """Whether a connection stands over which the server may say more at any time."""
        return any(not s.is_closed() for s in self._sockets) or any(map(self._streams, self._under_way))

    def _streams(self, request: Request) -> bool:
        answer = self._answers.get(request)
        return answer is not None and "event-stream" in answer.headers.get("content-type", "")

    def _opened(self, socket: WebSocket) -> None:
        self._sockets.add(socket)

    def writes(self) -> tuple[Write, ...]:
        """The writes since :meth:`forget_writes`. To be read before the page is left: bodies go with it."""
        return tuple(self._write(request) for request in self._writes)

    def _begun(self, request: Request) -> None:
        self._last = time.monotonic()
        self._under_way[request] = self._last + _LONG_POLL
        if request.method in _WRITES and request.resource_type != "ping":
            self._writes.append(request)

    def _answered(self, response: Response) -> None:
        self._last = time.monotonic()
        self._answers[response.request] = response
        if response.request in self._under_way:
            self._under_way[response.request] = self._last + _UNREAD

    def _finished(self, request: Request) -> None:
        self._whole.add(request)
        self._ended(request)

    def _ended(self, request: Request) -> None:
        self._last = time.monotonic()
        self._under_way.pop(request, None)

    def _write(self, request: Request) -> Write:
        host = str(urlsplit(request.url).hostname)
        response = self._answers.get(request)
        if response is None:
            return Write(request.method, host, None, "the request to save was not answered")
        if response.status >= 400:
            doubt = f"the request to save was answered {response.status}"
            return Write(request.method, host, response.status, doubt)
        body = _text(response) if request in self._whole else None  # asking for a part of one never returns
        return _compared(Write(request.method, host, response.status, None), request.post_data, body)


def _compared(write: Write, asked: str | None, answer: str | None) -> Write:
    """``write`` with what its answer says of the values that were sent, under the same keys."""
    sent, got = switches(asked), switches(answer)
    both = sent.keys() & got.keys()
    if any(sent[key] is not got[key] for key in both):
        return replace(write, doubt="the answer to the request to save holds another state than was sent")
    return replace(write, positions=frozenset(sent.values()))


def _text(response: Response) -> str | None:
    try:
        body = response.body()
    except BrowserError:
        return None  # the page was left meanwhile, or the answer has no body
    return body.decode("utf-8", "replace") if len(body) <= _BODY_LIMIT else None
