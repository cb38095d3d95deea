"""The token before: an authority's word that a random value existed, fetched before anything is captured.

A record that holds the value was not made before the token's time: nobody could know the value then.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from withhold.evidence.authorities import Authority
from withhold.evidence.records import stamp
from withhold.evidence.timestamps import TIMEOUT, NoToken, ask
from withhold.model.evidence import Artifact, Draft, Json, Record

FIELD = "not_before"
TOKEN = "start.tsr"  # noqa: S105 - a file name
ROOT = "start-root.pem"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """What every record of a session carries. ``answer`` is ``None`` where no token could be had: ``why``."""

    value: bytes
    authority: str | None
    at: datetime | None
    answer: bytes | None
    root: bytes | None
    why: str | None

    def joined(self, draft: Draft) -> Draft:
        """``draft`` with the value in its body and the token as an artifact, or with why there is none."""
        if self.answer is None or self.root is None or self.at is None:
            return replace(draft, missing=(*draft.missing, (TOKEN, self.why or "no token")))
        said: Json = {"authority": self.authority, "time": stamp(self.at), "value": self.value.hex()}
        parts = (
            Artifact(TOKEN, "application/timestamp-reply", self.answer),
            Artifact(ROOT, "application/x-pem-file", self.root),
        )
        return replace(draft, body={**draft.body, FIELD: said}, artifacts=(*draft.artifacts, *parts))


def begin(authorities: Sequence[Authority], *, timeout: float = TIMEOUT) -> Session:
    """Fetch a token over a fresh random value from the first authority that gives one. Never raises for a
    token that does not come: the session then says why.
    """
    value = secrets.token_bytes(_BYTES)
    reasons = []
    for authority in authorities:
        try:
            answer, made = ask(authority, value, timeout=timeout)
        except NoToken as problem:
            reasons.append(f"{authority.name}: {problem}")
            continue
        return Session(value, authority.name, made.at, answer, authority.root, None)
    return Session(value, None, None, None, None, "; ".join(reasons) or "no authority is configured")


def value_of(record: Record) -> bytes | None:
    """The random value that a record carries; ``None`` if it has none, ``ValueError`` if it is malformed."""
    said = record.body.get(FIELD)
    if said is None:
        return None
    if not isinstance(said, Mapping) or not isinstance(said.get("value"), str):
        raise ValueError("the value before the session cannot be read")
    value = bytes.fromhex(str(said["value"]))
    if len(value) != _BYTES:
        raise ValueError(f"the value before the session has {len(value)} bytes instead of {_BYTES}")
    return value
