"""What an export that may speak of deletions holds: whose it is, when it was made, what it shows."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from withhold.model.conversation import Conversation
from withhold.model.when import When
from withhold.support.errors import NothingRead


@dataclass(slots=True)
class ReadExport:
    """What was read of an export, whatever readers took part."""

    made: When | None = None
    accounts: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    newest: datetime | None = None
    """The newest message that it surely shows: it was made after that, whatever its file's time says."""
    unread: int = 0
    formats: set[str] = field(default_factory=set)
    perhaps_partial: bool = False


def read_export(path: Path) -> ReadExport:
    """Read all of it, without keeping anything. Raises ``NothingRead`` where it is no export."""
    from withhold.sources.registry import UNKNOWN, read_paths

    read = ReadExport()
    try:
        for reading in read_paths([path.expanduser()]):
            for item in reading:
                if isinstance(item, Conversation):
                    read.shown.add(item.source_id)
                    read.kinds.add(item.kind.value)
                    read.newest = _newest(read.newest, item)
                    if item.account_ref is not None:
                        read.accounts.add(item.account_ref)
            summary = reading.summary()
            read.accounts |= set(summary.account_refs)
            read.unread += summary.unrecognised_count
            read.perhaps_partial |= summary.perhaps_partial
            if reading.format != UNKNOWN:
                read.formats.add(reading.format)
                read.made = _later(read.made, summary.exported_at, first=len(read.formats) == 1)
    except NothingRead:
        if not read.formats:
            raise
    if not _dated(path.expanduser()):
        read.made = _by_content(read)
    return read


def _newest(held: datetime | None, shown: Conversation) -> datetime | None:
    times = [m.at.earliest for m in shown.messages]
    return max(times if held is None else [held, *times], default=None)


def _dated(path: Path) -> bool:
    """Whether names say when it was made: its own, or those of all parts in the folder."""
    from withhold.sources.made_at import is_dated

    parts = [p for p in path.iterdir() if not p.name.startswith(".")] if path.is_dir() else []
    return is_dated(path.name) or (bool(parts) and all(is_dated(p.name) for p in parts))


def _by_content(read: ReadExport) -> When | None:
    """A file's time alone may be that of a copy: the export is only surely newer than what it shows."""
    if read.made is None or read.newest is None:
        return None
    return When(min(read.newest, read.made.latest), read.made.latest)


def _later(held: When | None, made: When | None, *, first: bool) -> When | None:
    """The span of the whole: as early as its earliest part, and unknown as soon as one part is."""
    if first:
        return made
    if held is None or made is None:
        return None
    return When(min(held.earliest, made.earliest), max(held.latest, made.latest))
