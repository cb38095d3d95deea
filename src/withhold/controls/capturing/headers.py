"""Headers of requests and answers: harmless ones stay, the value of every other is a marker."""

import re
from collections.abc import Iterable, Iterator, Mapping

from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.tables import HEADERS
from withhold.model.web import Headers

_ADDRESSES = frozenset({"referer", "location", "content-location", "origin", "access-control-allow-origin"})
_DROPPED = frozenset({"content-length", "content-encoding", "transfer-encoding", "content-md5", "digest"})
"""They describe bytes as they went over the line; what is kept is decoded and masked."""
_SECRET_KINDS = {
    "cookie": "cookie",
    "set-cookie": "cookie",
    "authorization": "authorization",
    "proxy-authorization": "authorization",
}
_COOKIE_NAME = re.compile(r"(?:__(?:Host|Secure)-)?[a-z]{1,16}(?:[_\-][a-z]{1,16}){0,2}")
_TOKEN_WORDS = ("csrf", "xsrf", "token", "auth", "key", "session", "secret")


def secrets_in(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Values that must not appear anywhere: of cookies, authorization and token headers."""
    for name, value in headers.items():
        plain = name.casefold()
        if plain == "cookie":
            yield from (("cookie", pair.partition("=")[2]) for pair in value.split(";"))
        elif plain == "set-cookie":
            for line in value.split("\n"):
                yield "cookie", line.partition(";")[0].partition("=")[2]
        elif plain.endswith("authorization"):
            yield "authorization", value
            yield "authorization", value.partition(" ")[2]
        elif _is_token(plain):
            yield "token", value


def masked_headers(headers: Mapping[str, str], masker: Masker, where: str) -> Headers:
    """The headers in their order, pseudo headers of HTTP/2 left out."""
    return tuple(_masked(headers.items(), masker, where))


def _masked(headers: Iterable[tuple[str, str]], masker: Masker, where: str) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        plain = name.casefold()
        if plain.startswith(":") or plain in _DROPPED:
            continue
        for line in value.split("\n"):
            yield name, _value(plain, line, masker, where)


def _value(name: str, value: str, masker: Masker, where: str) -> str:
    if name in _ADDRESSES:
        return masker.url(value, where) if "/" in value else masker.text(value, where)
    if name == "set-cookie":
        cookie, _, attributes = value.partition(";")
        key, _, secret = cookie.partition("=")
        rest = masker.text(attributes.strip(), where)
        return f"{_cookie(key, masker, where)}={masker.hide('cookie', secret, where)}; {rest}"
    if name == "cookie":
        pairs = (pair.strip().partition("=") for pair in value.split(";"))
        return "; ".join(
            f"{_cookie(k, masker, where)}={masker.hide('cookie', v, where)}" for k, _, v in pairs
        )
    if name in HEADERS:
        return _one_line(masker.text(value, where))
    return masker.hide(_SECRET_KINDS.get(name, "token" if _is_token(name) else "header"), value, where)


def _cookie(name: str, masker: Masker, where: str) -> str:
    """A cookie's name as long as it is a plain word: some carry whose cookie it is."""
    plain = _COOKIE_NAME.fullmatch(name) and not masker.touches(name)
    return name if plain else masker.hide("cookie", name, where)


def _is_token(name: str) -> bool:
    return any(word in name for word in _TOKEN_WORDS) and not name.startswith("access-control-")


def _one_line(value: str) -> str:
    return " ".join(value.split())
