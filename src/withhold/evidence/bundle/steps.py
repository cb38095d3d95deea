"""The parts of VERIFY.md that differ from record to record: commands with the values that must come out."""

import base64
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePosixPath
from string import Template

from withhold.evidence.bundle.contents import ARTIFACTS, KEY, KEYS, LEAF, PROOF, RECORD, Held, file_name
from withhold.evidence.checkpoints import read_checkpoint, read_proof
from withhold.evidence.notes import encode64
from withhold.evidence.opening import ANCHORED
from withhold.evidence.proving import Token
from withhold.evidence.records import digest
from withhold.evidence.sessions import FIELD, ROOT, TOKEN, value_of
from withhold.evidence.timestamps import NoToken, Stamp, check
from withhold.support.terminal import visible

_CHAIN = f"{ARTIFACTS}tls-chain.pem"
_LEFT = '    { part %d; cat "$T/h"; } | node\n'
_RIGHT = '    { cat "$T/h"; part %d; } | node\n'


class _Part(Template):
    """A text in which ``@{name}`` is filled in: shell commands use the other signs."""

    delimiter = "@"


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, str]:
    source = files("withhold.evidence.bundle").joinpath("guide.toml")
    found: dict[str, str] = tomllib.loads(source.read_text("utf-8"))
    return found


def filled(part: str, **values: object) -> str:
    """A part of ``guide.toml``; every name in it must be given."""
    return _Part(_texts()[part]).substitute(values)


def inclusion(held: Held) -> Iterator[str]:
    """The path from the record, or from the leaf that holds on to it, to the signed root, hash by hash."""
    proof = read_proof(held.files[PROOF])
    head = read_checkpoint(proof.checkpoint)[0]
    if ANCHORED in held.files:
        yield filled("anchored", id=held.record.id)
    yield filled(
        "included",
        number=proof.index + 1,
        index=proof.index,
        size=head.size,
        root=encode64(head.root),
        leaf=LEAF if LEAF in held.files else RECORD,
        path="".join(_path(proof.index, head.size, len(proof.path))),
    )


def _path(index: int, size: int, length: int) -> Iterator[str]:
    """On which side the hash of each line of the proof goes (RFC 9162, section 2.1.3.2)."""
    node, last = index, size - 1
    for line in range(3, 3 + length):
        left = node % 2 == 1 or node == last
        yield (_LEFT if left else _RIGHT) % line
        while left and node % 2 == 0 and node != 0:
            node, last = node // 2, last // 2
        node, last = node // 2, last // 2


def times(held: Held) -> Iterator[str]:
    """What the tokens say, and the one from before the session."""
    yield from (_stamped(token) for token in held.tokens)
    if not held.tokens:
        yield filled("bare")
    if ARTIFACTS + TOKEN in held.files:
        yield _before(held)


def _stamped(token: Token) -> str:
    try:
        said = check(token.answer, token.checkpoint, token.root)
    except NoToken as problem:
        return filled("unverified", name=token.authority, problem=_line(problem))
    latest = _second(said.at + timedelta(seconds=said.accuracy))
    return filled("stamped", name=token.authority, latest=latest, **_said(said))


def _before(held: Held) -> str:
    try:
        value = value_of(held.record) or b""
        said = check(held.files[ARTIFACTS + TOKEN], value, held.files.get(ARTIFACTS + ROOT, b""))
    except (NoToken, ValueError) as problem:
        return filled("unbounded", problem=_line(problem))
    field = held.record.body[FIELD]
    name = _line(field.get("authority")) if isinstance(field, Mapping) else "not named"
    earliest = _second(said.at - timedelta(seconds=said.accuracy))
    return filled("before", name=name, earliest=earliest, value=value.hex(), **_said(said))


def _said(said: Stamp) -> dict[str, str]:
    told = f"give or take {said.accuracy:g} s" if said.accuracy else "and tells no accuracy"
    return {"at": _second(said.at), "accuracy": told, "seconds": str(int(said.at.timestamp()))}


def _line(told: object) -> str:
    """Words of others on one line, steering no terminal: a break in them would begin a command of its own."""
    return visible(" ".join(str(told).split()))


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def keys_before(held: Held) -> Iterator[str]:
    """How each key before the one that signed names the next."""
    pems = sorted(path for path in held.files if path.startswith(KEYS) and path.endswith(".pem"))
    if not pems:
        return
    yield filled("vouched")
    for pem, following in zip(pems, [*pems[1:], KEY], strict=True):
        yield filled(
            "former",
            pem=pem,
            note=PurePosixPath(pem).with_suffix(".note"),
            next=following,
            fingerprint=digest(_der(held.files[pem])),
            follower=encode64(b"\1" + _der(held.files[following])[-32:]),
        )


def _der(pem: bytes) -> bytes:
    """A public key as openssl writes it with ``-outform DER``."""
    return base64.b64decode(b"".join(line for line in pem.splitlines() if not line.startswith(b"-")))


def captures(held: Held) -> Iterator[str]:
    """The artifacts that are there, those that are not, and how to look at the certificates among them."""
    listed = held.record.artifacts
    there = sum(ARTIFACTS + file_name(one) in held.files for one in listed)
    if listed:
        yield filled("captures", count=there) if there else filled("no_captures")
    for one in listed:
        left = "   (left out of this bundle)" if one.name in held.left_out else ""
        yield f"    # {one.sha256}  {_line(one.name)}{left}\n"
    yield from (f"    # not captured: {_line(name)} ({_line(why)})\n" for name, why in held.record.missing)
    if _CHAIN in held.files:
        yield filled("connection")


def held_tokens(held: Held, among: Iterable[Held]) -> Iterator[str]:
    """That this record, one of the log's own, holds tokens of the records ``among``."""
    for one in among:
        for token in one.tokens:
            if token.record == held.record.id:
                yield filled("held", name=token.authority, short=one.record.id[:12], id=one.record.id)
