"""Records of what was done or seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What a record may hold. No floats: their text differs between tools, and a record must not."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """Bytes that belong to a record. ``name`` tells what they are (``before.png``)."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A record before it is written: what happened, and the captures that show it.

    ``missing`` names every part that could not be captured, with the reason; nothing is dropped silently.
    """

    type: str
    at: datetime
    body: Mapping[str, Json]
    artifacts: tuple[Artifact, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Record:
    """A written record. ``id`` is the SHA-256 of its canonical JSON (RFC 8785) without line end."""

    id: str
    seq: int
    prev: str | None
    type: str
    at: datetime
    body: Mapping[str, Json]
    artifacts: tuple[StoredArtifact, ...]
    missing: tuple[tuple[str, str], ...]
