"""What a report on evidence says, before it is laid out. Every text may be hostile: the layouts escape it."""

from dataclasses import dataclass, field
from datetime import datetime

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A capture of the page. ``name`` is the artifact, ``data`` a PNG."""

    name: str
    caption: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """An artifact as the record lists it; ``enclosed``: whether it is handed over with the report."""

    name: str
    what: str
    size: str
    sha256: str
    enclosed: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """One record. ``lead`` is what it is about in a sentence; ``stages`` are rows of the control's states:
    when, what was seen, its effect.
    """

    id: str
    title: str
    lead: str
    facts: Pairs
    stages: tuple[tuple[str, str, str], ...]
    steps: tuple[str, ...]
    pictures: tuple[Picture, ...]
    files: tuple[File, ...]
    missing: Pairs
    times: Pairs


@dataclass(frozen=True, slots=True)
class Attachment:
    """A machine-readable file that goes into the PDF."""

    name: str
    media_type: str
    what: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, what it tells, its columns and rows. ``codes`` are the columns that hold hashes."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """``made_at`` is the newest instant that the evidence itself tells, so that equal evidence gives equal
    reports. ``drawing`` is an SVG of ours, ``declaration`` a text with places to fill in.
    """

    title: str
    subtitle: str
    made_at: datetime
    tool: str
    found: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    key: Pairs
    limits: Pairs
    drawing: str | None = None
    tables: tuple[Table, ...] = ()
    declaration: tuple[str, ...] = ()
    notes: Pairs = ()
    attachments: tuple[Attachment, ...] = ()
