"""``withhold purge verify``: what a later export says of conversations that were deleted.

Absent means: absent from that export, which can speak for them. It is no word on back-ups, on copies kept on
other grounds, or on what was trained.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from withhold.app.bootstrap import Services
from withhold.app.imports.importing import fingerprint
from withhold.app.purge.plan import back_end_until
from withhold.app.purge.reading import ReadExport, read_export
from withhold.model.account import Account
from withhold.model.conversation import Deletion
from withhold.model.evidence import Draft, Json
from withhold.model.when import END, When
from withhold.model.words import Kind, Known
from withhold.policy.purging import Deleted, Export, Presence, presence
from withhold.report import documents as d
from withhold.store.purges import PurgeItem

_SPOKEN_OF = ("deleted", "requested", "intended")
_NO_SET = 0
"""Stands for the set of what was in none."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What earlier exports showed of a conversation: their formats, and when its last message came."""

    formats: frozenset[str] = frozenset()
    last: datetime | None = None
    source_id: str = ""
    deletion: Deletion | None = None
    """Of a chat, as it is known now: what a later import showed again has none that counts."""


def purge_verify(services: Services, path: Path, *, whole: bool = False) -> d.PurgeVerifyDocument:
    """Look for every deleted conversation in an export. The index is left as it is: ``import`` reads it in.

    ``whole`` is the person's word that the export was of all time and had no further parts. Raises
    ``NothingRead`` where the file is no export.
    """
    stamp = services.stamp()
    services.progress.step(f"reading {path.name}")
    read = read_export(path)
    read.perhaps_partial &= not whole
    sha256 = fingerprint(path)
    rows: list[d.VerifyRow] = []
    lacking: list[str] = []
    changed: list[PurgeItem] = []
    for account in services.store.accounts():
        asked = _chosen(services, account)
        speaks = read.accounts & {account.id, *account.source_account_ids}
        known = _shown_before(services, account) if asked or speaks else {}
        asked += [] if not speaks else list(_noted(services, account, known, asked))
        missing = tuple(_missing(services, account, read)) if asked else ()
        lacking += missing
        for item in asked:
            before = known.get(item.conversation, _Shown())
            row = _row(account, item, read, len(missing), stamp.generated_at, before)
            rows.append(row)
            changed += _changed(item, row, sha256, read)
    record = _record(services, path, sha256, read, rows, whole=whole)
    with services.store.transaction():
        for item in changed:
            services.store.purges.put(item)
    return d.PurgeVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        export=str(path),
        made_earliest=None if read.made is None else read.made.earliest,
        made_latest=None if read.made is None else read.made.latest,
        rows=tuple(rows),
        missing=tuple(lacking),
        unread=read.unread,
        record=record,
        notices=_notices(rows, tuple(lacking), read, path),
        next=_next(rows, path),
    )


def exit_code(document: d.PurgeVerifyDocument) -> int:
    """1 something is still there or came back; 3 something is unknown, or nothing was looked for; else 0."""
    results = {row.result for row in document.rows}
    if results & {"reappeared", "still_there"}:
        return 1
    return 3 if "unknown" in results or not results else 0


def _missing(services: Services, account: Account, read: ReadExport) -> Iterator[str]:
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
            stored.conversation.source_id,
            stored.conversation.deletion if stored.conversation.kind is Kind.CHAT else None,
        )
        for stored in services.store.conversations(account.id)
    }


def _chosen(services: Services, account: Account) -> list[PurgeItem]:
    """What was chosen to be deleted of this account, and is or may be by now."""
    purges = (p for p in services.store.purges.all() if p.account_id == account.id)
    return [item for purge in purges for item in purge.items if item.state in _SPOKEN_OF]


def _noted(
    services: Services, account: Account, known: Mapping[str, _Shown], chosen: Sequence[PurgeItem]
) -> Iterator[PurgeItem]:
    """What the person says that they deleted, outside of any set."""
    provider = services.packs.get(account.provider_id)
    for conversation, shown in known.items():
        gone = shown.deletion
        if (
            gone is None
            or gone.known is not Known.ATTESTED
            or conversation in {i.conversation for i in chosen}
        ):
            continue
        until = None
        if provider is not None:
            until = back_end_until(provider, account, gone.when.latest, services.clock())
        yield PurgeItem(
            _NO_SET, 0, conversation, shown.source_id, "deleted", gone.when, gone.known, kept_until=until
        )


def _gone(item: PurgeItem, before: _Shown) -> When | None:
    """When it left. Not before its last message, whatever this computer's clock said then."""
    if item.gone is None or before.last is None or item.gone.latest >= before.last:
        return item.gone
    return When(min(item.gone.earliest, before.last), before.last)


def _row(
    account: Account, item: PurgeItem, read: ReadExport, missing: int, now: datetime, before: _Shown
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
        purge=None if item.purge == _NO_SET else item.purge,
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


def _changed(item: PurgeItem, row: d.VerifyRow, sha256: str, read: ReadExport) -> Iterator[PurgeItem]:
    """The first export that lacks it is put down; one that shows it again takes that back."""
    if (
        row.result == Presence.ABSENT.value
        and item.absent_from is None
        and read.made is not None
        and item.purge != _NO_SET
    ):
        yield replace(item, absent_from=sha256, absent_at=read.made.latest)


def _record(
    services: Services, path: Path, sha256: str, read: ReadExport, rows: list[d.VerifyRow], *, whole: bool
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


def _notices(
    rows: list[d.VerifyRow], missing: tuple[str, ...], read: ReadExport, path: Path
) -> tuple[str, ...]:
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
