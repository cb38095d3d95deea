"""``withhold purge verify``: what a later export says of conversations that were deleted.

Absent means: absent from that export, which can speak for them. It is no word on back-ups, on copies kept on
other grounds, or on what was trained.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from withhold.app.bootstrap import Services
from withhold.app.imports.importing import fingerprint
from withhold.model.account import Account
from withhold.model.conversation import Conversation
from withhold.model.evidence import Draft, Json
from withhold.model.when import END, When
from withhold.model.words import Kind, Known
from withhold.policy.purging import Deleted, Export, Presence, presence
from withhold.report import documents as d
from withhold.store.purges import PurgeItem
from withhold.support.errors import NothingRead

_SPOKEN_OF = ("deleted", "requested", "intended")


@dataclass(slots=True)
class _Read:
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


@dataclass(frozen=True, slots=True)
class _Shown:
    """What earlier exports showed of a conversation: their formats, and when its last message came."""

    formats: frozenset[str] = frozenset()
    last: datetime | None = None


def purge_verify(services: Services, path: Path, *, whole: bool = False) -> d.PurgeVerifyDocument:
    """Look for every deleted conversation in an export. The index is left as it is: ``import`` reads it in.

    ``whole`` is the person's word that the export was of all time and had no further parts. Raises
    ``NothingRead`` where the file is no export.
    """
    stamp = services.stamp()
    services.progress.step(f"reading {path.name}")
    read = _read(path)
    read.perhaps_partial &= not whole
    known: dict[str, _Shown] = {}
    sha256 = fingerprint(path)
    rows: list[d.VerifyRow] = []
    missing: dict[str, tuple[str, ...]] = {}
    changed: list[PurgeItem] = []
    for purge in services.store.purges.all():
        account = next((a for a in services.store.accounts() if a.id == purge.account_id), None)
        if account is None:
            continue
        if account.id not in missing:
            missing[account.id] = tuple(_missing(services, account, read))
            known |= _shown_before(services, account)
        for item in purge.items:
            if item.state in _SPOKEN_OF:
                before = known.get(item.conversation, _Shown())
                row = _row(account, item, read, len(missing[account.id]), stamp.generated_at, before)
                rows.append(row)
                changed += _changed(item, row, sha256, read)
    record = _record(services, path, sha256, read, rows, whole=whole)
    with services.store.transaction():
        for item in changed:
            services.store.purges.put(item)
    lacking = tuple(x for found in missing.values() for x in found)
    return d.PurgeVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        export=str(path),
        made_earliest=None if read.made is None else read.made.earliest,
        made_latest=None if read.made is None else read.made.latest,
        rows=tuple(rows),
        missing=lacking,
        unread=read.unread,
        record=record,
        notices=_notices(rows, lacking, read, path),
        next=_next(rows, path),
    )


def exit_code(document: d.PurgeVerifyDocument) -> int:
    """1 something is still there or came back; 3 something is unknown, or nothing was looked for; else 0."""
    results = {row.result for row in document.rows}
    if results & {"reappeared", "still_there"}:
        return 1
    return 3 if "unknown" in results or not results else 0


def _read(path: Path) -> _Read:
    from withhold.sources.registry import UNKNOWN, read_paths

    read = _Read()
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


def _by_content(read: _Read) -> When | None:
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


def _missing(services: Services, account: Account, read: _Read) -> Iterator[str]:
    """Conversations that nobody deleted, that exports of this format show, and that this one should show."""
    items = (i for p in services.store.purges.all() for i in p.items)
    asked = {i.conversation for i in items if i.state in _SPOKEN_OF}
    formats = {s.id: s.format for s in services.store.sources()}
    if read.made is None:
        return
    for stored in services.store.conversations(account.id):
        c = stored.conversation
        begun = max((m.at.earliest for m in c.messages), default=None)
        if (
            c.kind is Kind.CHAT
            and c.source_id not in read.shown
            and c.deletion is None
            and stored.id not in asked
            and begun is not None
            and begun < read.made.earliest
            and any(formats.get(s) in read.formats for s in stored.sources)
        ):
            yield stored.id


def _shown_before(services: Services, account: Account) -> dict[str, _Shown]:
    """By conversation of an account: what the exports that were read in showed of it."""
    named = {source.id: source.format for source in services.store.sources()}
    return {
        stored.id: _Shown(
            frozenset(named[source] for source in stored.sources if source in named),
            max((m.at.latest for m in stored.conversation.messages if m.at.latest != END), default=None),
        )
        for stored in services.store.conversations(account.id)
    }


def _gone(item: PurgeItem, before: _Shown) -> When | None:
    """When it left. Not before its last message, whatever this computer's clock said then."""
    if item.gone is None or before.last is None or item.gone.latest >= before.last:
        return item.gone
    return When(min(item.gone.earliest, before.last), before.last)


def _row(
    account: Account, item: PurgeItem, read: _Read, missing: int, now: datetime, before: _Shown
) -> d.VerifyRow:
    deleted = Deleted(
        accounts=frozenset({account.id, *account.source_account_ids}),
        kind=Kind.CHAT.value,
        gone=_gone(item, before),
        seen_gone=item.absent_from is not None or (item.state == "deleted" and item.known is Known.OBSERVED),
        formats=before.formats,
    )
    export = Export(
        made=read.made,
        accounts=frozenset(read.accounts),
        kinds=frozenset(read.kinds),
        unread=read.unread,
        missing=missing,
        formats=frozenset(read.formats),
        perhaps_partial=read.perhaps_partial,
    )
    found, why = presence(deleted, export, now, shown=item.source_id in read.shown)
    return d.VerifyRow(
        purge=item.purge,
        id=item.conversation,
        source_id=item.source_id,
        result=found.value,
        why=why,
        back_end_until=item.kept_until,
        back_end=_back_end(item, now),
    )


def _back_end(item: PurgeItem, now: datetime) -> Literal["running", "over", "unknown"]:
    if item.kept_until is None:
        return "unknown"
    return "running" if now <= item.kept_until else "over"


def _changed(item: PurgeItem, row: d.VerifyRow, sha256: str, read: _Read) -> Iterator[PurgeItem]:
    """The first export that lacks it is put down; one that shows it again takes that back."""
    if row.result == Presence.ABSENT.value and item.absent_from is None and read.made is not None:
        yield replace(item, absent_from=sha256, absent_at=read.made.latest)


def _record(
    services: Services, path: Path, sha256: str, read: _Read, rows: list[d.VerifyRow], *, whole: bool
) -> str:
    body: dict[str, Json] = {
        "file": path.name,
        "outcome": ", ".join(f"{n} {what}" for what, n in sorted(Counter(r.result for r in rows).items())),
        "sha256": sha256,
        "made": None if read.made is None else [read.made.earliest.isoformat(), read.made.latest.isoformat()],
        "unread": read.unread,
        "whole_on_word": whole,
        "results": [
            {
                "purge": r.purge,
                "conversation": r.id,
                "source_id": r.source_id,
                "result": r.result,
                "why": r.why,
            }
            for r in rows
        ],
    }
    return services.journal.append(Draft(type="purge.verify", at=services.clock(), body=body)).id


def _notices(rows: list[d.VerifyRow], missing: tuple[str, ...], read: _Read, path: Path) -> tuple[str, ...]:
    notes = []
    if read.perhaps_partial and any(r.result == "unknown" for r in rows):
        notes.append(
            "An export can be of a chosen time, or one of several parts, without saying so. Give all parts in"
            f" one folder; if it is of all time, say so: withhold purge verify {path.name} --whole"
        )
    if any(r.result == "absent" for r in rows):
        notes.append(
            "Absent speaks of this export alone: not of back-ups, nor of copies kept on other grounds."
        )
    if missing:
        notes.append(
            f"{len(missing)} that nobody deleted are missing too ({', '.join(missing[:3])}); if you deleted"
            " them, say so (withhold account deleted ID), else get a whole export."
        )
    return tuple(notes)


def _next(rows: list[d.VerifyRow], path: Path) -> str:
    if any(r.result in ("reappeared", "still_there") for r in rows):
        return f"withhold import {path.name}; withhold purge run ID..."
    return "withhold watch status"
