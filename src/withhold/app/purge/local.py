"""``withhold purge local``: removing old transcripts on this machine."""

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import structs

from withhold.app.bootstrap import Services
from withhold.app.machine.scan import SYSTEMS, tool_packs
from withhold.app.purge.keep import KeepRules, keep_rules
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
_NAMES = re.compile(r"<[^>]+>|YYYY|MM|DD")
_HOMES = ("~/", "%USERPROFILE%\\")
_BLOCK = 1 << 20
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
    found = sorted(_sessions(services, tools), key=str)
    rows, kept = [], 0
    for path in found:
        row = _file(path)
        if _keeps(rules, named, path) or stamp.generated_at - row.last < older_than:
            kept += 1
        else:
            rows.append(row)
    if write and rows and not clock_is_right:
        _believe_the_clock(services, found, stamp.generated_at)
    record = _record(services, "purge.local.begun", rows, shred=shred) if write and rows else None
    if write:
        rows = [_removed(row, shred=shred) for row in rows]
        record = _record(services, "purge.local", rows, shred=shred) if rows else None
    return d.PurgeLocalDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        files=tuple(rows),
        kept=kept,
        shredded=shred,
        written=write,
        provider_copy=PROVIDER_COPY,
        notices=((_SHRED_LIMITS,) if shred else ()) + tuple(_unmet(rules)),
        record=record,
        next="withhold scan" if write or not rows else "repeat with --yes",
    )


def _believe_the_clock(services: Services, found: list[Path], now: datetime) -> None:
    """Ages are told by the clock: where nothing is known from the last weeks, it may have jumped ahead."""
    times = [r.at for r in services.journal.records()] + [_file(path).last for path in found]
    newest = max(times, default=now)
    if now - newest > FAR:
        raise UsageProblem(
            f"the clock says {now:%Y-%m-%d}, and nothing known here is newer than {newest:%Y-%m-%d}:"
            " if it is wrong, these files are not as old as they look",
            next_step="look at the date; if it is right, repeat with --clock-is-right",
        )


def _sessions(services: Services, tools: tuple[str, ...]) -> Iterator[Path]:
    packs = tool_packs(services)
    unknown = set(tools) - set(packs)
    if unknown:
        raise UsageProblem(f"no tool is called {min(unknown)!r}", next_step="withhold scan")
    system = SYSTEMS.get(services.system, "linux")
    seen: set[Path] = set()
    for name in tools or tuple(packs):
        for place in packs[name].tool.transcripts:
            pattern = _pattern(place.get("paths", {}).get(system))
            for path in services.user_home.glob(pattern) if pattern else ():
                if path.is_file() and not path.is_symlink() and path not in seen:
                    seen.add(path)
                    yield path


def _pattern(stated: str | None) -> str | None:
    """A pattern below the home folder for files of one session each; ``None`` for anything else."""
    if stated is None or not stated.startswith(_HOMES) or "..." in stated:
        return None
    pattern = _NAMES.sub("*", stated.removeprefix(_HOMES[0]).removeprefix(_HOMES[1]).replace("\\", "/"))
    name = pattern.rpartition("/")[2]
    several = "*" in name and name.endswith((".jsonl", ".json"))
    return pattern if several and "**" not in pattern and "$" not in pattern else None


def _file(path: Path) -> d.LocalFileRow:
    told = path.stat()
    last = datetime.fromtimestamp(told.st_mtime, UTC)
    return d.LocalFileRow(path=str(path), last=last, size=told.st_size, done=False)


def _named_by(services: Services, rules: KeepRules) -> dict[str, str]:
    """Ids by which tools name sessions that the keep-list names by ours, each with the entry that does."""
    if not rules.ids:
        return {}
    return {
        stored.conversation.source_id: entry
        for stored in services.store.conversations()
        for entry in rules.ids
        if stored.id.startswith(entry) or stored.conversation.source_id.startswith(entry)
    }


def _keeps(rules: KeepRules, named: Mapping[str, str], path: Path) -> bool:
    met = [i for i in rules.ids if path.stem.startswith(i)]
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
    dashed = re.sub(r"[^0-9A-Za-z]", "-", project).strip("-")
    own = any(part in (project, f"-{dashed}") for part in path.parts)
    may_be = bool(dashed) and any(part.endswith(f"-{dashed}") for part in path.parts)
    return own or (may_be and not surely)


def _unmet(rules: KeepRules) -> Iterator[str]:
    for entry in rules.unmet():
        yield f"The keep-list's entry {entry!r} meets no file."


def _removed(row: d.LocalFileRow, *, shred: bool) -> d.LocalFileRow:
    try:
        if _file(Path(row.path)).last != row.last:
            return structs.replace(row, problem="it was written to meanwhile, and was left")
        if shred:
            _overwrite(Path(row.path))
        Path(row.path).unlink()
    except OSError as problem:
        return structs.replace(row, problem=problem.strerror or str(problem))
    return structs.replace(row, done=True)


def _overwrite(path: Path) -> None:
    """Random bytes over the file's length, down to the disk, once: more often reaches nothing more."""
    with path.open("r+b", buffering=0) as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(secrets.token_bytes(min(left, _BLOCK)))
        os.fsync(file.fileno())


def _record(services: Services, type_: str, rows: list[d.LocalFileRow], *, shred: bool) -> str:
    body: dict[str, Json] = {
        "outcome": f"{sum(r.done for r in rows)} of {len(rows)} files removed",
        "shred": shred,
        "files": [{"name": Path(r.path).name, "size": r.size, "done": r.done} for r in rows],
    }
    return services.journal.append(Draft(type=type_, at=services.clock(), body=body)).id
