"""One record as one line: RFC 8785 canonical JSON, so that its bytes, and so its id, are unique.

Every record carries 32 random bytes (``salt``): its id can be shown without telling what it says.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from withhold.model.evidence import Draft, Json, Record, StoredArtifact
from withhold.support.errors import StateTooNew

FORMER = 1
"""The format of ``journal.jsonl``: chained records without a signed log over them."""

FORMAT = 2
"""The format of ``log.jsonl``: the same fields; each record is a leaf of the signed log."""

_FIELDS = frozenset(
    {"artifacts", "at", "body", "format", "missing", "prev", "salt", "seq", "type", "written_at"}
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FORGOTTEN = re.compile(rb'\{"forgotten":\{"id":"([0-9a-f]{64})","leaf":"([0-9a-f]{64})"\}\} *')


@dataclass(frozen=True, slots=True)
class Line:
    """What stands in one line of the journal, without its end. ``record`` is ``None`` where it is not a
    record of this format; ``problem`` then says why. ``canonical`` tells whether the bytes are the only
    ones that say this. ``written_at`` is the time by this computer's clock.
    """

    id: str
    record: Record | None
    problem: str | None
    canonical: bool
    format: int | None = None
    written_at: datetime | None = None
    leaf: bytes | None = None
    """The hash that stands in the tree for a record whose content was forgotten; such a line says no more."""

    @property
    def newer(self) -> bool:
        """Whether a later version wrote it, as far as its bytes tell."""
        return self.record is None and self.format is not None and self.format > FORMAT

    def follows(self, seq: int, identity: str | None, form: int) -> bool:
        """Whether this is rightly the record of that format after the one of that number and id."""
        record = self.record
        if record is None or not self.canonical or self.format != form:
            return False
        return (record.seq, record.prev) == (seq + 1, identity)


def forgotten(line: bytes, leaf: bytes) -> bytes:
    """What stays of a record without line end: its salted hashes, in as many bytes as it had.

    So what follows it, and where it lies, is as before.
    """
    stub = f'{{"forgotten":{{"id":"{digest(line)}","leaf":"{leaf.hex()}"}}}}'.encode()
    if len(stub) > len(line):
        raise ValueError("this record is shorter than what would stay of it")
    return stub.ljust(len(line))


def refuse_newer(line: Line) -> None:
    """Raise ``StateTooNew`` for a record of a format that only a later version reads."""
    if line.newer:
        raise StateTooNew(
            f"the evidence holds records of format {line.format}, which a newer withhold wrote;"
            f" this version reads formats up to {FORMAT}, and nothing was verified",
            next_step="update withhold",
        )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def encode(
    draft: Draft,
    artifacts: Sequence[StoredArtifact],
    *,
    seq: int,
    prev: str | None,
    written_at: datetime,
) -> bytes:
    """The line for ``draft`` as record ``seq`` after ``prev``, without line end.

    Raises ``ValueError`` for what canonical JSON cannot hold alike everywhere: floats, integers beyond
    2**53, lone surrogates, times without a zone, two parts of one name.
    """
    _refuse_floats(draft.body)
    _refuse_twins([a.name for a in artifacts] + [name for name, _ in draft.missing])
    fields = {
        "artifacts": [
            {"name": a.name, "media_type": a.media_type, "sha256": a.sha256, "size": a.size}
            for a in artifacts
        ],
        "at": stamp(draft.at),
        "body": draft.body,
        "format": FORMAT,
        "missing": [{"name": name, "reason": reason} for name, reason in draft.missing],
        "prev": prev,
        "salt": secrets.token_hex(32),
        "seq": seq,
        "type": draft.type,
        "written_at": stamp(written_at),
    }
    return rfc8785.dumps(_plain(fields))


def decode(data: bytes) -> Line:
    """Read one line, without its end. Never raises: what is wrong stands in the answer."""
    identity = digest(data)
    stub = _FORGOTTEN.fullmatch(data)
    if stub:
        gone, leaf = stub.group(1).decode(), bytes.fromhex(stub.group(2).decode())
        return Line(gone, None, "its content was forgotten", canonical=True, format=FORMAT, leaf=leaf)
    try:
        fields = json.loads(data)
        canonical = rfc8785.dumps(fields) == data
    except (ValueError, RecursionError) as problem:
        return Line(identity, None, f"it is not canonical JSON: {problem}", canonical=False)
    try:
        record = _record(identity, fields)
    except ValueError as problem:
        return Line(identity, None, str(problem), canonical, _format(fields))
    written_at = datetime.fromisoformat(fields["written_at"])
    return Line(identity, record, None, canonical, fields["format"], written_at)


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds, always of the same length."""
    if instant.tzinfo is None:
        raise ValueError("a time without a zone is not an instant")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _format(fields: Any) -> int | None:
    """The number of the format; it stands at the same place in any later one."""
    found = fields.get("format") if isinstance(fields, dict) else None
    return found if type(found) is int else None


def _record(identity: str, fields: Any) -> Record:
    form = _format(fields)
    if form is not None and form not in (FORMER, FORMAT):
        raise ValueError(f"it has format {form}, and this version reads {FORMER} and {FORMAT}")
    if form is None or fields.keys() != _FIELDS:
        raise ValueError("its fields are not those of a record")
    _instant(fields["written_at"])
    _hash(fields["salt"])
    return Record(
        id=identity,
        seq=_number(fields["seq"]),
        prev=None if fields["prev"] is None else _hash(fields["prev"]),
        type=_text(fields["type"]),
        at=_instant(fields["at"]),
        body=_body(fields["body"]),
        artifacts=tuple(_artifact(item) for item in _items(fields["artifacts"])),
        missing=tuple(_missing(item) for item in _items(fields["missing"])),
    )


def _artifact(item: dict[str, Any]) -> StoredArtifact:
    return StoredArtifact(
        name=_text(item.get("name")),
        media_type=_text(item.get("media_type")),
        sha256=_hash(item.get("sha256")),
        size=_number(item.get("size")),
    )


def _missing(item: dict[str, Any]) -> tuple[str, str]:
    return _text(item.get("name")), _text(item.get("reason"))


def _items(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("artifacts or missing is not a list of objects")
    return value


def _body(value: Any) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise ValueError("its body is not an object")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is missing")
    return value


def _hash(value: Any) -> str:
    if not _SHA256.fullmatch(_text(value)):
        raise ValueError("a hash or salt is not 64 hexadecimal digits")
    return _text(value)


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a number is missing")
    return value


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if stamp(instant) != value:
        raise ValueError(f"{value} is not a time as written here")
    return instant


def _refuse_floats(value: Json) -> None:
    if isinstance(value, float):
        raise ValueError("a record holds no floats")
    if isinstance(value, Mapping):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            _refuse_floats(part)


def _refuse_twins(names: Sequence[str]) -> None:
    twins = {name for name in names if names.count(name) > 1}
    if twins:
        raise ValueError(f"two parts of a record are named {', '.join(sorted(twins))}")


def _plain(value: Any) -> Any:
    """Read-only mappings and tuples as what the encoder takes."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(part) for part in value]
    return value
