"""What the page told its server after an act, and what the server says of it at a fresh load.

A setting of which the server never heard is kept in this browser alone, whatever the page shows.
"""

import re
from collections.abc import Collection
from contextlib import suppress

from withhold.controls.driver import BrowserError, Page, Request, Response, WebSocket
from withhold.controls.stated import switches

_BODY_LIMIT = 200_000


class Told:
    """Watches one page: requests after an act until the page is left, and answers of a fresh load."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._watching = False
        self._stated = False
        self._asked: dict[str, bool] = {}
        self._answers: list[Response] | None = None
        self._said: list[dict[str, bool]] = []
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("websocket", self._websocket)

    def close(self) -> None:
        """Stop watching."""
        self._page.remove_listener("request", self._request)
        self._page.remove_listener("response", self._response)
        self._page.remove_listener("websocket", self._websocket)

    def begin(self) -> None:
        """From now on whatever is sent counts as telling the server."""
        self._watching = True

    def end(self) -> None:
        """The page is being left; answers are collected from now on."""
        self._watching = False
        self._answers, self._said = [], []

    @property
    def stated(self) -> bool:
        """Whether the page sent anything after an act that says of a thing that it is on or off.

        A page that only counts its visitors sends as well, and its server has heard of no setting.
        """
        return self._stated

    def contradiction(self, shown: Collection[bool]) -> str | None:
        """What the server's own words say against privacy: what was sent, or what the fresh load got.

        Values are read under the key that was sent, and under keys whose name speaks of training; there only
        where they also differ from the positions that the controls ``shown``, for a name alone may mislead.
        """
        if any(shares(key, on=on) and on not in shown for key, on in self._asked.items()):
            return "what was sent to the server means that it shares"
        for said in self._heard():
            if any(said[key] is not on for key, on in self._asked.items() if key in said):
                return "an answer of the server at the fresh load holds another state than was sent"
            named = {key: on for key, on in said.items() if key not in self._asked}
            if any(shares(key, on=on) and on not in shown for key, on in named.items()):
                return "an answer of the server at the fresh load says that it shares"
        return None

    @property
    def backed(self) -> bool:
        """Whether an answer of the fresh load says, by a key that speaks of training, that it is private."""
        return any(refuses(key, on=on) for said in self._heard() for key, on in said.items())

    def _heard(self) -> list[dict[str, bool]]:
        """What the answers of the fresh load say to be on or off, so far."""
        while self._answers:
            self._said.append(switches(_text(self._answers.pop())))
        return self._said

    def _request(self, request: Request) -> None:
        if self._watching:
            with suppress(BrowserError, UnicodeDecodeError):
                said = switches(request.post_data)
                self._asked.update(said)
                self._stated = self._stated or bool(said)

    def _response(self, response: Response) -> None:
        if self._answers is not None and response.request.resource_type in {"fetch", "xhr"}:
            self._answers.append(response)

    def _websocket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._frame)

    def _frame(self, payload: str | bytes) -> None:
        if self._watching:
            text = payload if isinstance(payload, str) else payload.decode("utf-8", "replace")
            self._stated = self._stated or bool(switches(text))


_TRAINING_KEY = re.compile(
    r"train|improve|model_?impr|data_?shar|share_?data|contribut|learn_?from", re.IGNORECASE
)
_REFUSING_KEY = re.compile(
    r"opt_?-?out|no_?train|not_?train|dont|exclu|disab|priva|block|refus|no_?shar|without", re.IGNORECASE
)
_OTHER_KEY = re.compile(
    r"default|mail|notif|ads?(?:_|$)|perform|device|session|url|link|label|title|visible|seen", re.IGNORECASE
)


def shares(key: str, *, on: bool) -> bool:
    """Whether a field called ``key`` that holds ``on`` says that content is used for training."""
    return _speaks(key) and on is not bool(_REFUSING_KEY.search(key))


def refuses(key: str, *, on: bool) -> bool:
    """Whether a field called ``key`` that holds ``on`` says that content is not used for training."""
    return _speaks(key) and on is bool(_REFUSING_KEY.search(key))


def _speaks(key: str) -> bool:
    return bool(_TRAINING_KEY.search(key)) and not _OTHER_KEY.search(key)


def _text(response: Response) -> str | None:
    if "json" not in response.headers.get("content-type", ""):
        return None
    with suppress(BrowserError):
        response.finished()
        body = response.body()
        return body.decode("utf-8", "replace") if len(body) <= _BODY_LIMIT else None
    return None
