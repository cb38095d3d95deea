"""Bodies of requests and answers, masked by their kind before they are kept.

In JSON and forms every text is masked but on and off, and words of settings under keys that a change was
saved with: what was set can be read, what else the account holds cannot.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from withhold.controls.capturing.headers import masked_headers
from withhold.controls.capturing.markup import Markup
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.parsing import parse_html
from withhold.controls.capturing.plan import learn, plan
from withhold.controls.capturing.styles import masked_style
from withhold.controls.capturing.tables import WORDS
from withhold.controls.mask import IDENTIFIER
from withhold.controls.phrases import OFF_WORDS, ON_WORDS, normal
from withhold.model.web import Exchange

_KEY = re.compile(r"^[A-Za-z_$][A-Za-z0-9_$.\-]{0,60}$")
_WORD = re.compile(r"^[A-Za-z][a-z]*(?:[_.\-][a-z]+){0,4}$|^[A-Z]+(?:_[A-Z]+){0,4}$")
_PERSONAL_KEYS = re.compile(
    r"name|mail|title|user|token|secret|pass|auth|csrf|session|phone|address|text|content|message|prompt"
    r"|summary|label|description|avatar|picture|url|uri|^id$|_id$|Id$|uuid|ip$",
    re.IGNORECASE,
)
_LARGEST_NUMBER = 10_000
"""Days of keeping are below it; codes that sign in, numbers of phones and accounts are not."""
_LONGEST_WORD = 32


@dataclass(frozen=True, slots=True)
class Body:
    """``data`` is ``None`` where the body is not kept; ``left_out`` says why."""

    data: bytes | None
    left_out: str | None = None


def masked_body(
    data: bytes,
    media_type: str,
    masker: Masker,
    where: str,
    saved: frozenset[str] = frozenset(),
    public: Collection[str] = (),
) -> Body:
    """``data`` with all that evidence must not carry replaced.

    ``saved`` are keys that changes were sent under; ``public`` are texts of the settings region, which stay
    readable in the document that the server sent as well.
    """
    kind = media_type.partition(";")[0].strip().casefold()
    text = data.decode("utf-8", "replace")
    if not data:
        return Body(b"")
    if kind in {"text/html", "application/xhtml+xml"}:
        return Body(masked_html(text, masker, where, public).encode("utf-8", "replace"))
    if kind == "application/x-www-form-urlencoded":
        return Body(_form(text, masker, where, saved).encode())
    if kind == "text/css":
        return Body(masked_style(text, masker, where).encode("utf-8", "replace"))
    value = _json(text)
    if value is not _NOTHING:
        return Body(json.dumps(_leaf("", value, masker, where, saved), ensure_ascii=False).encode())
    masker.count("body left out", where)
    return Body(None, f"a body of type {kind or 'unknown'} is not kept: it cannot be masked piece by piece")


def masked_html(text: str, masker: Masker, where: str, public: Collection[str] = ()) -> str:
    """A document as the server sent it: its structure, with every text masked that is not ``public``."""
    made = plan(parse_html(text), None, whole=False, public=public)
    learn(made, masker, public)
    return Markup(made, masker, where, fetches=True).page()


def saved_keys(data: bytes, media_type: str) -> frozenset[str]:
    """The keys under which a change was sent, where it set something on, off or to a word."""
    text = data.decode("utf-8", "replace")
    if media_type.startswith("application/x-www-form-urlencoded"):
        return frozenset(key for key, _ in parse_qsl(text) if _plain_key(key))
    value = _json(text)
    return frozenset() if value is _NOTHING else frozenset(_keys(value))


_NOTHING = object()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if _plain_key(key):
                yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _leaf(key: str, value: Any, masker: Masker, where: str, saved: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            _masked_key(name, masker, where): _leaf(name, inner, masker, where, saved)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_leaf(key, inner, masker, where, saved) for inner in value]
    if isinstance(value, str):
        return _string(key, value, masker, where, saved)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and abs(value) < _LARGEST_NUMBER and not _PERSONAL_KEYS.search(key):
        return value
    return masker.hide("number", str(value), where)


def _string(key: str, value: str, masker: Masker, where: str, saved: frozenset[str]) -> str:
    if normal(value) in ON_WORDS | OFF_WORDS or value.casefold() in {"true", "false", ""}:
        return value
    word = key in saved and len(value) <= _LONGEST_WORD and _WORD.match(value)
    spoken = word and all(part in WORDS for part in re.split(r"[_.\-]", value.casefold()))
    if spoken and not _PERSONAL_KEYS.search(key) and not masker.touches(value):
        return value
    return masker.hide("value", value, where)


def _masked_key(key: str, masker: Masker, where: str) -> str:
    plain = _KEY.match(key) and not (IDENTIFIER.match(key) and "_" not in key) and not masker.touches(key)
    return key if plain else masker.hide("key", key, where)


def _plain_key(key: str) -> bool:
    return bool(_KEY.match(key)) and not _PERSONAL_KEYS.search(key)


def _form(text: str, masker: Masker, where: str, saved: frozenset[str]) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode(
        [(_masked_key(k, masker, where), _string(k, v, masker, where, saved)) for k, v in pairs], safe="[]:"
    )


def masked_archive(
    exchanges: Iterable[Exchange], masker: Masker, where: str, public: Collection[str]
) -> list[Exchange]:
    """Answers of somebody's own archive, masked as ours are; what cannot be masked is left out, counted."""
    kept = []
    for exchange in exchanges:
        headers = dict(exchange.response_headers)
        kind = next((v for k, v in headers.items() if k.casefold() == "content-type"), "")
        body = masked_body(exchange.response_body or b"", kind, masker, where, public=public)
        if body.data is not None:
            masked = masked_headers(headers, masker, where)
            kept.append(
                replace(
                    exchange,
                    url=masker.url(exchange.url, where),
                    response_headers=masked,
                    response_body=body.data,
                )
            )
    return kept
