"""What of HTTP passes, in both directions, and how a refusal looks to either kind of client."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from withhold.gateway.config import Dialect

REFUSED: Final = "withhold_policy_refused"
UNAUTHORISED: Final = "withhold_token_unknown"
BAD_REQUEST: Final = "withhold_request_unclear"
UNAVAILABLE: Final = "withhold_unavailable"
UPSTREAM: Final = "withhold_upstream_failed"
Code = Literal[
    "withhold_policy_refused",
    "withhold_token_unknown",
    "withhold_request_unclear",
    "withhold_unavailable",
    "withhold_upstream_failed",
]
_STATUS: Mapping[str, int] = {
    REFUSED: 403,
    UNAUTHORISED: 401,
    BAD_REQUEST: 400,
    UNAVAILABLE: 503,
    UPSTREAM: 502,
}
_ANTHROPIC_TYPES: Mapping[str, str] = {
    REFUSED: "invalid_request_error",
    UNAUTHORISED: "authentication_error",
    BAD_REQUEST: "invalid_request_error",
    UNAVAILABLE: "api_error",
    UPSTREAM: "api_error",
}
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}")
_QUERY = {
    "POST": re.compile(rb"(?:beta=(?:true|false))?"),
    "GET": re.compile(rb"(?:(?:beta|limit|after|after_id|before_id)=[A-Za-z0-9._-]{1,100}&?){0,5}"),
}
_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
    }
    | {"transfer-encoding", "upgrade", "http2-settings"}
)
_OURS = frozenset(
    {
        "host",
        "authorization",
        "x-api-key",
        "api-key",
        "cookie",
        "content-length",
        "content-encoding",
        "expect",
    }
    | {"accept-encoding", "origin", "referer", "forwarded", "via", "x-real-ip", "x-http-method-override"}
    | {"x-method-override", "x-original-url", "x-rewrite-url"}
)
"""Headers that we set ourselves, or that would tell the upstream of the person's machine, or re-route."""
_ONCE = frozenset(
    {"host", "authorization", "x-api-key", "content-length", "content-type", "transfer-encoding"}
)
_NOT_BACK = frozenset(
    {"set-cookie", "alt-svc", "content-length", "strict-transport-security", "date", "server"}
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something that clients may call. ``after`` is its path below a route's upstream."""

    dialect: Dialect
    after: str
    has_body: bool


@dataclass(frozen=True, slots=True)
class Unclear(Exception):
    """A request that is not plain; ``message`` says why it is refused."""

    message: str
    code: Code = BAD_REQUEST


_POST: Mapping[bytes, Endpoint] = {
    b"/v1/chat/completions": Endpoint("openai", "/chat/completions", has_body=True),
    b"/v1/responses": Endpoint("openai", "/responses", has_body=True),
    b"/v1/embeddings": Endpoint("openai", "/embeddings", has_body=True),
    b"/v1/messages": Endpoint("anthropic", "/v1/messages", has_body=True),
    b"/v1/messages/count_tokens": Endpoint("anthropic", "/v1/messages/count_tokens", has_body=True),
}
_MODELS = re.compile(rb"/v1/models(?:/([A-Za-z0-9][A-Za-z0-9._:@-]{0,199}))?")


def endpoint(method: str, raw_path: str, headers: Sequence[tuple[bytes, bytes]]) -> tuple[Endpoint, str]:
    """What is asked for, and its query. Raises :class:`Unclear`; nothing is decoded or normalised.

    Only a path that is written exactly as the providers write it counts.
    """
    path, mark, query = raw_path.encode("latin-1", "replace").partition(b"?")
    if method not in _QUERY or not path.startswith(b"/"):
        raise Unclear(f"{method} with this address is not passed on")
    if mark and not _QUERY[method].fullmatch(query):
        raise Unclear("the query holds something that is not passed on; only beta, limit and cursors are")
    found = _POST.get(path) if method == "POST" else None
    if found is None and method == "GET" and (match := _MODELS.fullmatch(path)) is not None:
        anthropic = any(name.lower() == b"anthropic-version" for name, _ in headers)
        after = "/models" + (f"/{match[1].decode()}" if match[1] else "")
        found = Endpoint(
            "anthropic" if anthropic else "openai", ("/v1" if anthropic else "") + after, has_body=False
        )
    if found is None:
        raise Unclear(
            "this address is not passed on; there are chat/completions, responses, embeddings, models,"
            " messages and messages/count_tokens"
        )
    return found, query.decode()


def dialect_of(raw_path: str, headers: Sequence[tuple[bytes, bytes]]) -> Dialect:
    """In whose format an error is told."""
    named = any(name.lower() in {b"anthropic-version", b"x-api-key"} for name, _ in headers)
    return "anthropic" if raw_path.startswith("/v1/messages") or named else "openai"


def check_headers(headers: Sequence[tuple[bytes, bytes]], hosts: frozenset[str], *, has_body: bool) -> None:
    """Refuse what could be read in two ways, or comes from a page. Raises :class:`Unclear`."""
    names = [name.lower().decode("latin-1") for name, _ in headers]
    twice = [name for name in _ONCE if names.count(name) > 1]
    if twice:
        raise Unclear(f"the header {twice[0]} is there twice")
    found = dict(zip(names, (value.decode("latin-1") for _, value in headers), strict=True))
    if found.get("host", "").lower() not in hosts:
        raise Unclear("the Host header does not name this gateway")
    if "origin" in found or found.get("sec-fetch-site", "none") != "none":
        raise Unclear("it comes from a web page; pages are not served")
    if "upgrade" in found:
        raise Unclear("an upgrade of the connection (such as a websocket) is not passed on")
    if "transfer-encoding" in found and (
        "content-length" in found or found["transfer-encoding"].lower() != "chunked"
    ):
        raise Unclear("its length is said in two ways")
    if found.get("content-encoding", "identity").lower() != "identity":
        raise Unclear("a compressed body is not read; send it plain")
    if has_body and not found.get("content-type", "").lower().startswith("application/json"):
        raise Unclear("the body is to be application/json")


def presented(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The client's token: as a bearer, or as an API key. Two different ones are none."""
    said = set()
    for name, value in headers:
        text = value.decode("latin-1")
        if name.lower() == b"authorization" and text[:7].lower() == "bearer ":
            said.add(text[7:].strip())
        elif name.lower() == b"x-api-key":
            said.add(text.strip())
    return said.pop() if len(said) == 1 else ""


def to_upstream(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """The client's headers that pass, in their order: an open list without those of the connection."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.decode("latin-1").split(",")
    }
    passing = []
    for name, value in headers:
        low = name.lower().decode("latin-1")
        if (
            low in _HOP
            or low in _OURS
            or low in named
            or low.startswith(("x-forwarded-", "sec-", "proxy-", "cf-"))
        ):
            continue
        passing.append((name.decode("latin-1"), value.decode("latin-1")))
    return passing


def to_client(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """The upstream's headers that pass; lengths and what binds a browser to the upstream's host do not."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if (low := name.lower().decode("latin-1")) not in _HOP and low not in _NOT_BACK
    ]


def models_of(body: Mapping[str, object]) -> tuple[str, ...]:
    """Every model that a body names. Raises :class:`Unclear` for one that is not plainly written."""
    several = body.get("models", [])
    said = [body.get("model"), *(several if isinstance(several, list) else [several])]
    if not all(isinstance(name, str) and _MODEL.fullmatch(name) for name in said):
        raise Unclear("it names no model, or one that is not plainly written")
    return tuple(str(name) for name in said)


def refusal(dialect: Dialect, code: Code, message: str) -> tuple[int, bytes]:
    """Status and body of our own errors, in the client's format."""
    text = f"withhold: {message}"
    if dialect == "anthropic":
        kind = _ANTHROPIC_TYPES[code]
        made: object = {"type": "error", "error": {"type": kind, "message": text, "code": code}}
    else:
        kind = "authentication_error" if code == UNAUTHORISED else "invalid_request_error"
        made = {"error": {"message": text, "type": kind, "param": None, "code": code}}
    return _STATUS[code], json.dumps(made).encode()
