"""``withhold purge local``: removing old transcripts on this machine."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import structs

from withhold.app.bootstrap import Services
from withhold.app.purge.keep import KeepRules, begins, composed, keep_rules
from withhold.app.purge.removing import Opened, opened, remove
from withhold.app.purge.transcripts import Found, Session, sessions
from withhold.model.evidence import Draft, Json
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

PROVIDER_COPY = (
    "This does not touch the provider's copy: what was sent stays there as its terms say"
    " (withhold purge plan, withhold exposure)."
)
_SHRED_LIMITS = (
    "Overwriting reaches the file's present blocks at most: SSDs, journalling and copy-on-write file systems,"
    " snapshots and back-ups can keep older ones. An encrypted disk is the better answer."
)
FAR = timedelta(days=30)
"""How far past everything known here the clock may stand and still be believed."""


def purge_local(
    services: Services,
    *,
    older_than: timedelta,
    tools: tuple[str, ...] = (),
    keep: Path | None = None,
    shred: bool = False,
    write: bool = False,
    clock_is_right: bool = False,
) -> d.PurgeLocalDocument:
    """Remove session files that were last written more than ``older_than`` ago.

    Only files that a tool's pack names as one session each are touched; databases and lists of prompts are
    not. Without ``write`` nothing is. Raises ``UsageProblem`` for an unknown tool, and for a clock that
    stands far past everything that is known here, unless ``clock_is_right``.
    """
    stamp = services.stamp()
    rules = keep_rules(keep, (), ())
    named = _named_by(services, rules)
    found = sessions(services, tools)
    going = [
        one
        for one in found.sessions
        if not _keeps(rules, named, one.path) and stamp.generated_at - _at(one.last) >= older_than
    ]
    if write and going and not clock_is_right:
        _believe_the_clock(services, found.sessions, stamp.generated_at)
    rows = [_row(path, was) for one in going for path, was in one.files]
    record = _record(services, "purge.local.begun", rows, shred=shred) if write and rows else None
    if write and rows:
        held = opened()
        rows = [row for one in going for row in _removed(one, held, shred=shred)]
        record = _record(services, "purge.local", rows, shred=shred)
    return d.PurgeLocalDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        files=tuple(rows),
        kept=len(found.sessions) - len(going),
        shredded=shred,
        written=write,
        provider_copy=PROVIDER_COPY,
        notices=(*_notices(found, shred=shred), *_unmet(rules)),
        record=record,
        next="withhold scan" if write or not rows else "repeat with --yes",
    )


def _notices(found: Found, *, shred: bool) -> Iterator[str]:
    if shred:
        yield _SHRED_LIMITS
    if found.links:
        yield f"{found.links} that links lead to were left: they may be somebody's own copies."
    for place in dict.fromkeys(found.beside):
        yield f"Not touched, and may hold words of these sessions: {place}"


def _believe_the_clock(services: Services, found: list[Session], now: datetime) -> None:
    """Ages are told by the clock: where nothing is known from the last weeks, it may have jumped ahead."""
    times = [r.at for r in services.journal.records()] + [_at(one.last) for one in found]
    newest = max(times, default=now)
    if now - newest > FAR:
        raise UsageProblem(
            f"the clock says {now:%Y-%m-%d}, and nothing known here is newer than {newest:%Y-%m-%d}:"
            " if it is wrong, these files are not as old as they look",
            next_step="look at the date; if it is right, repeat with --clock-is-right",
        )


def _row(path: Path, told: os.stat_result) -> d.LocalFileRow:
    return d.LocalFileRow(path=str(path), last=_at(told.st_mtime), size=told.st_size, done=False)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _named_by(services: Services, rules: KeepRules) -> dict[str, str]:
    """Ids by which tools name sessions that the keep-list names by ours, each with the entry that does."""
    if not rules.ids:
        return {}
    return {
        stored.conversation.source_id: entry
        for stored in services.store.conversations()
        for entry in rules.ids
        if begins(entry, stored.id) or begins(entry, stored.conversation.source_id)
    }


def _keeps(rules: KeepRules, named: Mapping[str, str], path: Path) -> bool:
    met = [i for i in rules.ids if begins(i, path.stem)]
    met += [entry for source_id, entry in named.items() if source_id in path.stem]
    met += [p for p in rules.projects if _of_project(path, p, surely=False)]
    inside = [p for p in rules.only if _of_project(path, p, surely=True)]
    rules.used.update(met, inside)
    return bool(met) or (bool(rules.only) and not inside)


def _of_project(path: Path, project: str, *, surely: bool) -> bool:
    """Whether a folder on the way is the project's, by its name or by its path as tools write it into one.

    Such names run together: ``-home-r-my-site`` may be ``my-site``, or ``site`` in ``my``. What may be the
    project's is kept; only what surely is may go.
    """
    forms = (composed(project), unicodedata.normalize("NFD", project))
    dashed = {dashes for form in forms if (dashes := re.sub(r"[^0-9A-Za-z]", "-", form).strip("-"))}
    own = any(composed(part) == forms[0] or part in {f"-{one}" for one in dashed} for part in path.parts)
    may_be = any(part.casefold().endswith(f"-{one}".casefold()) for one in dashed for part in path.parts)
    return own or (may_be and not surely)


def _unmet(rules: KeepRules) -> Iterator[str]:
    for entry in rules.unmet():
        yield f"The keep-list's entry {entry!r} meets no file."


def _removed(session: Session, held: Opened, *, shred: bool) -> Iterator[d.LocalFileRow]:
    """Its own file last: one that is left keeps it too, and the next run finds all of it."""
    rows, left = [], False
    for path, was in (*session.files[1:], session.files[0]):
        row = _row(path, was)
        why = "it was left with its other files" if left else remove(path, was, held, shred=shred)
        left = left or why is not None
        rows.append(structs.replace(row, done=why is None, problem=why))
    _remove_empty(session.path.with_suffix(""))
    yield from (rows[-1], *rows[:-1])


def _remove_empty(folder: Path) -> None:
    """Folders of a session in which nothing is left."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for at, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):  # something is still in it, which its row says
            Path(at).rmdir()


def _record(services: Services, type_: str, rows: list[d.LocalFileRow], *, shred: bool) -> str:
    body: dict[str, Json] = {
        "outcome": f"{sum(r.done for r in rows)} of {len(rows)} files removed",
        "shred": shred,
        "files": [{"name": Path(r.path).name, "size": r.size, "done": r.done} for r in rows],
    }
    return services.journal.append(Draft(type=type_, at=services.clock(), body=body)).id
