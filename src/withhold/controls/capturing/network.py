"""What the page's own site and the browser said to one another, kept in memory until it is masked."""

import base64
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from withhold.controls.capturing.bodies import masked_body, saved_keys
from withhold.controls.capturing.headers import masked_headers, secrets_in
from withhold.controls.capturing.masker import Masker
from withhold.controls.driver import BrowserError, Page
from withhold.model.evidence import Json
from withhold.model.web import Exchange

_KEPT_TYPES = frozenset({"Document", "XHR", "Fetch", "Stylesheet"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LARGEST = 2_000_000
_MOST = 400
_BUFFERS = {"maxTotalBufferSize": 64_000_000, "maxResourceBufferSize": 8_000_000}


@dataclass(slots=True)
class Call:
    """One request as seen on the line: unmasked, in memory alone."""

    url: str
    method: str
    type: str
    at: datetime
    page: str
    request_headers: dict[str, str]
    request_body: bytes | None = field(default=None, repr=False)
    response: Mapping[str, Any] | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    no_body: str | None = None

    @property
    def writes(self) -> bool:
        return self.method in _WRITES

    @property
    def media_type(self) -> str:
        return _header(self.response_headers, "content-type")


class Network:
    """Listens to one page from its making on. Frames in other processes are not heard."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._calls: dict[str, Call] = {}
        self._finished: list[Call] = []
        self._early: dict[str, dict[str, str]] = {}
        self._late: dict[str, dict[str, str]] = {}
        self._connections: dict[str, set[str]] = {}
        self.left_out: Counter[tuple[str, str]] = Counter()
        self._session.on("Network.requestWillBeSent", self._sent)
        self._session.on("Network.requestWillBeSentExtraInfo", self._sent_headers)
        self._session.on("Network.responseReceived", self._received)
        self._session.on("Network.responseReceivedExtraInfo", self._received_headers)
        self._session.on("Network.loadingFinished", self._whole)
        self._session.on("Network.loadingFailed", self._failed)
        self._session.on("Network.webSocketCreated", self._socket)
        self._session.on("Network.webTransportCreated", self._socket)
        self._session.send("Network.enable", _BUFFERS)

    def close(self) -> None:
        """Stop listening. Fails only where the page is gone, which is as well."""
        with suppress(BrowserError):
            self._session.detach()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls to the page's own site, in the order in which they began."""
        return tuple(sorted((*self._finished, *self._calls.values()), key=lambda call: call.at))

    def certificate(self, origin: str) -> list[bytes]:
        """The chain of certificates that the site at ``origin`` showed on this browser's connection (DER)."""
        answer = self._session.send("Network.getCertificate", {"origin": origin})
        return [base64.b64decode(item) for item in answer["tableNames"]]

    def connections(self, origin: str) -> frozenset[str]:
        """Numbers of all connections on which ``origin`` answered this page, of requests left out as well."""
        return frozenset(self._connections.get(origin, ()))

    def cookies(self) -> Iterator[tuple[str, str]]:
        """Values of the cookies that the browser holds for the page, to find them wherever they stand."""
        try:
            told = self._session.send("Network.getCookies")["cookies"]
        except BrowserError:
            return  # the page is gone; what it sent was heard
        yield from (("cookie", cookie["value"]) for cookie in told)

    def _sent(self, event: dict[str, Any]) -> None:
        number, request = event["requestId"], event["request"]
        if "redirectResponse" in event:
            self._connected(event["redirectResponse"])
        if "redirectResponse" in event and number in self._calls:
            redirected = self._calls.pop(number)
            redirected.response = event["redirectResponse"]
            redirected.response_headers = self._late.pop(number, {}) or dict(
                event["redirectResponse"]["headers"]
            )
            redirected.no_body = "a redirection"
            self._finished.append(redirected)
        kind, url = event.get("type", "Other"), request["url"]
        why = self._why_not(kind, url, event.get("documentURL", url))
        if why is not None:
            self.left_out[urlsplit(url).hostname or "", why] += 1
            return
        self._calls[number] = Call(
            url=url + request.get("urlFragment", ""),
            method=request["method"],
            type=kind,
            at=datetime.fromtimestamp(event["wallTime"], UTC),
            page=event.get("documentURL", url),
            request_headers=self._early.pop(number, {}) or dict(request["headers"]),
            request_body=_posted(request),
        )

    def _why_not(self, kind: str, url: str, page: str) -> str | None:
        if urlsplit(url).scheme not in {"http", "https"}:
            return "no address of the web"
        if kind not in _KEPT_TYPES:
            return f"type {kind}"
        if kind != "Document" and not _same_site(url, page):
            return "another site"
        return "too many requests" if len(self._calls) + len(self._finished) >= _MOST else None

    def _socket(self, event: dict[str, Any]) -> None:
        """What goes over a socket is not kept; that there was one is."""
        self.left_out[urlsplit(event.get("url", "")).hostname or "", "type WebSocket"] += 1

    def _sent_headers(self, event: dict[str, Any]) -> None:
        call = self._calls.get(event["requestId"])
        if call is None:
            self._early[event["requestId"]] = dict(event["headers"])
        else:
            call.request_headers = dict(event["headers"])

    def _received(self, event: dict[str, Any]) -> None:
        self._connected(event["response"])
        call = self._calls.get(event["requestId"])
        if call is not None:
            call.response = event["response"]
            call.response_headers = self._late.pop(event["requestId"], {}) or dict(
                event["response"]["headers"]
            )

    def _connected(self, response: Mapping[str, Any]) -> None:
        numbers = self._connections.setdefault(origin_of(response["url"]), set())
        numbers.add(str(response.get("connectionId")))

    def _received_headers(self, event: dict[str, Any]) -> None:
        call = self._calls.get(event["requestId"])
        if call is None or call.response is None:
            self._late[event["requestId"]] = dict(event["headers"])
        else:
            call.response_headers = dict(event["headers"])

    def _whole(self, event: dict[str, Any]) -> None:
        """The body is fetched at once: it goes when the page is left."""
        call = self._calls.pop(event["requestId"], None)
        if call is None:
            return
        self._finished.append(call)
        if call.request_body is None and call.writes:
            call.request_body = self._post_data(event["requestId"])
        if event.get("encodedDataLength", 0) > _LARGEST:
            call.no_body = f"larger than {_LARGEST} bytes"
            return
        try:
            told = self._session.send("Network.getResponseBody", {"requestId": event["requestId"]})
        except BrowserError as problem:
            call.no_body = problem.message.splitlines()[0][:120]
            return
        call.body = base64.b64decode(told["body"]) if told["base64Encoded"] else told["body"].encode()

    def _post_data(self, number: str) -> bytes | None:
        try:
            return str(
                self._session.send("Network.getRequestPostData", {"requestId": number})["postData"]
            ).encode()
        except BrowserError:
            return None  # it had none

    def _failed(self, event: dict[str, Any]) -> None:
        call = self._calls.pop(event["requestId"], None)
        if call is not None:
            call.no_body = f"not answered whole: {event.get('errorText', '')}"
            self._finished.append(call)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def learn_secrets(calls: tuple[Call, ...], masker: Masker) -> None:
    """Tell ``masker`` every cookie and token that went over the line, to find it wherever it stands."""
    for call in calls:
        for headers in (call.request_headers, call.response_headers):
            for kind, value in secrets_in(headers):
                masker.know_secret(kind, value)


def exchanges(
    calls: tuple[Call, ...], masker: Masker, where: str, public: Collection[str]
) -> tuple[list[Exchange], list[Json]]:
    """The calls as they may be kept, and what of their bodies is not. ``public`` as in ``masked_body``."""
    saved = frozenset().union(*(_saved(call) for call in calls))
    made: list[Exchange] = []
    missing: list[Json] = []
    for call in calls:
        exchange, reasons = _exchange(call, masker, where, saved, public)
        made.append(exchange)
        missing += [{"url": exchange.url, "part": part, "reason": why} for part, why in reasons]
    return made, missing


def _saved(call: Call) -> frozenset[str]:
    if not call.writes or not call.request_body:
        return frozenset()
    return saved_keys(call.request_body, _header(call.request_headers, "content-type"))


def _exchange(
    call: Call, masker: Masker, where: str, saved: frozenset[str], public: Collection[str]
) -> tuple[Exchange, list[tuple[str, str]]]:
    reasons = []
    sent, got = None, None
    if call.request_body:
        kept = masked_body(
            call.request_body, _header(call.request_headers, "content-type"), masker, where, saved
        )
        sent = kept.data
        reasons += [("request", kept.left_out)] if kept.left_out else []
    if call.body is not None:
        kept = masked_body(call.body, call.media_type, masker, where, saved, public)
        got = kept.data
        reasons += [("answer", kept.left_out)] if kept.left_out else []
    elif call.no_body:
        reasons.append(("answer", masker.text(call.no_body, where)))
    response = call.response or {}
    return Exchange(
        at=call.at,
        method=call.method,
        url=masker.url(call.url, where),
        request_headers=masked_headers(call.request_headers, masker, where),
        status=int(response["status"]) if response else None,
        reason=_phrase(response),
        response_headers=masked_headers(call.response_headers, masker, where),
        request_body=sent,
        response_body=got,
        ip=response.get("remoteIPAddress") or None,
        protocol="HTTP/1.1",
    ), reasons


def _phrase(response: Mapping[str, Any]) -> str:
    """The words behind a status as HTTP has them: a server may write anything there."""
    try:
        return HTTPStatus(int(response.get("status", 0))).phrase if response.get("statusText") else ""
    except ValueError:
        return ""


def _posted(request: Mapping[str, Any]) -> bytes | None:
    entries = request.get("postDataEntries")
    if entries and all("bytes" in entry for entry in entries):
        return b"".join(base64.b64decode(entry["bytes"]) for entry in entries)
    return str(request["postData"]).encode() if "postData" in request else None


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.casefold() == name), "")


def _same_site(url: str, page: str) -> bool:
    """One host, or hosts of which one stands under the other, or beside it under a name of two parts."""
    one, other = ((urlsplit(u).hostname or "").split(".") for u in (url, page))
    if one == other:
        return True
    if other[-1:] == [""] or one[-1].isdigit() or other[-1].isdigit():
        return False
    shared = 0
    while shared < min(len(one), len(other)) and one[-1 - shared] == other[-1 - shared]:
        shared += 1
    return shared >= 2 and shared >= min(len(one), len(other)) - 1
