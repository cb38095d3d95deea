"""Setting local tools' settings right: a plan to look at, then writing, then reading again."""

import difflib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.machine.scan import SYSTEMS, tool_packs
from withhold.model.evidence import Draft, Json
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.machine.apply.plan import Change, FileChange, Plan
    from withhold.machine.apply.runs import Run, Runs, Written
    from withhold.machine.interface import Machine, Scan

BY_DEFAULT = frozenset({"training", "feedback", "telemetry", "crash", "sharing"})
"""Purposes that are set without being named. Retention, memory and routes have a price that is a choice."""
NAMED_ONLY = frozenset(
    {"claude-code.nonessential-traffic", "claude-code.remote-control", "claude-code.artifact"}
)
"""The first stops security updates too, the others take away whole features."""
WRITTEN, UNDONE = "apply.written", "apply.undone"
LONGEST_LINE = 160
"""Signs of a changed line that are shown."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\'[^\']*\'?|[^\s"\'{}\[\],:=#;]+')
"""Texts in quotation marks, and what stands between signs and blanks."""

Confirm = Callable[[d.ApplyDocument], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """A setting that is written only if the person says so, with what it is about."""

    id: str
    why: str


@dataclass(frozen=True)
class _Prepared:
    machine: "Machine"
    plan: "Plan"
    refused: tuple[d.ApplyRefused, ...]
    guided: tuple[d.ApplyGuided, ...]
    made: "tuple[Change, ...]"


def apply(
    services: Services,
    ids: tuple[str, ...] = (),
    *,
    dry_run: bool = False,
    in_repositories: bool = False,
    managed: bool = False,
    also: tuple[str, ...] = (),
    confirm: Confirm = lambda _shown: True,
) -> d.ApplyDocument:
    """Make settings private that a file decides; ``ids`` or all that are open and have no price.

    ``managed`` writes the files that bind all users of this computer, for settings that are named. ``also``
    are settings with a price (:func:`offers`) that the person took beside those without. ``confirm`` sees
    the plan and says whether to go on; nothing is written otherwise. Raises ``UsageProblem`` for an id that
    no tool has here.
    """
    if managed and not ids:
        raise UsageProblem("name the settings that bind all users", next_step="withhold apply ID --managed")
    prepared = _prepared(services, ids, also, in_repositories=in_repositories, managed=managed)
    shown = _document(services, prepared, run=None)
    if dry_run or not prepared.plan.files or not confirm(shown):
        return shown
    from withhold.support.locks import held

    home = services.home.prepare()
    with held(home.lock, doing="apply"):
        run, written = _runs(services).perform(prepared.plan.files, services.clock())
        _record(services, WRITTEN, run, written)
    return _document(services, prepared, run=run.id, written=written, after=_looked(services)[1])


def offers(services: Services) -> tuple[Offer, ...]:
    """Open settings that a file decides and that have a price or an uncertain effect: to be asked about."""
    from withhold.machine.apply.plan import Change
    from withhold.machine.changes import changes

    machine, found = _looked(services)
    open_ = {
        row.id: row.why
        for row in found.settings
        if row.fix == "offer-only" and row.verdict.value in {"bad", "partly"} and row.purpose in BY_DEFAULT
    }
    made = changes(machine, tool_packs(services), frozenset(open_))
    writable = dict.fromkeys(c.setting for c in made if isinstance(c, Change))
    return tuple(Offer(name, open_[name]) for name in writable)


def undo(services: Services, prefix: str | None) -> d.UndoDocument:
    """Put the files of a run back (the last one that stands, if none is named), byte for byte."""
    from withhold.support.locks import held

    home = services.home.prepare()
    runs = _runs(services)
    standing = [run for run in runs.all() if run.undone is None]
    if prefix is None and not standing:
        raise UsageProblem("there is no run to undo", next_step="withhold apply --list")
    run = standing[-1] if prefix is None else runs.get(prefix)
    with held(home.lock, doing="apply --undo"):
        written = runs.undo(run, services.clock())
        _record(services, UNDONE, run, written)
    stamp = services.stamp()
    files = tuple(d.UndoneFile(file=w.file, problem=w.problem) for w in written)
    return d.UndoDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, run=run.id, files=files
    )


def _record(services: Services, kind: str, run: "Run", written: "Iterable[Written]") -> None:
    """Evidence of what was done to which files: hashes of the bytes before and after, never the bytes."""
    problems = {w.file: w.problem for w in written}
    files: list[Json] = [
        {
            "file": file.file,
            "settings": list(file.settings),
            "before": file.before,
            "after": file.after,
            "problem": problems.get(file.file),
        }
        for file in run.files
    ]
    services.journal.append(Draft(type=kind, at=services.clock(), body={"run": run.id, "files": files}))


def hand_out(
    services: Services, folder: Path, tools: tuple[str, ...], given: dict[str, str]
) -> d.ManagedDocument:
    """Write files for the device manager of an organisation into ``folder``, which must be new or empty.

    ``tools`` are ids; none means all. Raises ``UsageProblem`` for an unknown tool and for a folder in use.
    """
    from withhold.machine.managed import managed

    packs = tool_packs(services)
    unheard = [name for name in tools if name not in packs]
    if unheard:
        raise UsageProblem(f"no tool is called {unheard[0]!r}", next_step="withhold packs list")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblem(f"{folder} holds something already", next_step="name a new folder")
    files, left = managed((packs[name] for name in tools or packs), given, NAMED_ONLY)
    for file in files:
        path = folder / file.system / file.tool / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    stamp = services.stamp()
    return d.ManagedDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        folder=str(folder),
        files=tuple(
            d.ManagedFileRow(
                tool=f.tool,
                system=f.system,
                file=f"{f.system}/{f.tool}/{f.name}",
                goes_to=f.goes_to,
                settings=f.settings,
            )
            for f in files
        ),
        left_out=tuple(d.ApplyRefused(id=row.setting, file=None, reason=row.reason) for row in left),
    )


def list_runs(services: Services) -> d.ApplyRunsDocument:
    """All runs, oldest first."""
    stamp = services.stamp()
    rows = tuple(
        d.ApplyRunRow(
            id=run.id, at=run.at, undone=run.undone, settings=tuple(s for f in run.files for s in f.settings)
        )
        for run in _runs(services).all()
    )
    return d.ApplyRunsDocument(generated_at=stamp.generated_at, tool_version=stamp.tool_version, runs=rows)


def _runs(services: Services) -> "Runs":
    from withhold.machine.apply.runs import Runs

    return Runs(services.home.root / "applied")


def _looked(services: Services) -> tuple["Machine", "Scan"]:
    from withhold.machine.interface import Machine, OsLayout
    from withhold.machine.scan import scan as look

    system = OsLayout(SYSTEMS.get(services.system, "linux"))
    root = Path(services.user_home.anchor)
    machine = Machine(services.user_home, root, system, services.environ)
    return machine, look(machine, packs=tool_packs(services))


def _prepared(
    services: Services, ids: tuple[str, ...], also: tuple[str, ...], *, in_repositories: bool, managed: bool
) -> _Prepared:
    from withhold.machine.apply.plan import Change, plan
    from withhold.machine.changes import NoChange, changes

    machine, found = _looked(services)
    packs = tool_packs(services)
    rows = {row.id: row for row in found.settings}
    unheard = [name for name in ids if name not in rows]
    if unheard:
        raise UsageProblem(
            f"no tool that is here has the setting {unheard[0]!r}", next_step="withhold scan --json"
        )
    open_ = [r for r in rows.values() if r.verdict.value not in {"good", "not-applicable"}]
    chosen = [rows[name] for name in ids] or [
        r
        for r in open_
        if r.purpose in BY_DEFAULT and r.id not in NAMED_ONLY and r.verdict.value != "unknown"
    ]
    account = [r for r in chosen if r.fix == "guide-to-account"]
    wanted = frozenset(r.id for r in chosen if r not in account and r.verdict.value != "good")
    if not ids:
        wanted = frozenset(r.id for r in chosen if r.fix == "edit-file" or r.id in also)
    made = list(changes(machine, packs, wanted, managed=managed))
    planned = plan((c for c in made if isinstance(c, Change)), in_repositories=in_repositories)
    refused = [
        *(d.ApplyRefused(id=c.setting, file=None, reason=c.reason) for c in made if isinstance(c, NoChange)),
        *(d.ApplyRefused(id=r.setting, file=str(r.file), reason=r.reason) for r in planned.refused),
    ]
    urls = {
        s.id: next((p.url for p in s.where if p.url), None)
        for pack in packs.values()
        for s in pack.tool.settings
    }
    guided = tuple(d.ApplyGuided(id=r.id, url=urls.get(r.id)) for r in account)
    wanted_changes = tuple(c for c in made if isinstance(c, Change))
    return _Prepared(machine, planned, tuple(refused), guided, wanted_changes)


def _sets(prepared: _Prepared, setting: str, file: "FileChange") -> str | None:
    mine = (c for c in prepared.made if c.setting == setting and c.file == file.file)
    return next(map(_assignment, mine), None)


def _assignment(change: "Change") -> str:
    return f"{'.'.join(change.key)} = {json.dumps(change.value)}"


def _document(
    services: Services,
    prepared: _Prepared,
    *,
    run: str | None,
    written: "Iterable[Written]" = (),
    after: "Scan | None" = None,
) -> d.ApplyDocument:
    stamp = services.stamp()
    problems = {w.file: w.problem for w in written}
    verdicts = {row.id: row.verdict.value for row in after.settings} if after is not None else {}
    changes = tuple(
        d.ApplyChange(
            id=setting,
            file=str(file.file),
            sets=_sets(prepared, setting, file),
            diff=_diff(file, _own_words(prepared, file)),
            backup=None if run is None else run,
            written=run is not None and problems.get(str(file.file)) is None,
            problem=problems.get(str(file.file)),
            verdict_after=verdicts.get(setting),
        )
        for file in prepared.plan.files
        for setting in file.settings
    )
    return d.ApplyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        run=run,
        changes=changes,
        already=prepared.plan.already,
        refused=prepared.refused,
        guided=prepared.guided,
    )


def _diff(file: "FileChange", words: frozenset[str]) -> tuple[str, ...]:
    """Changed lines alone, and in them only ``words``: all else, on the same line too, may be a key."""
    old = (file.before or b"").decode("utf-8", "replace").splitlines()
    new = file.after.decode("utf-8", "replace").splitlines()
    lines = list(difflib.unified_diff(old, new, str(file.file), str(file.file), n=0, lineterm=""))
    return (*lines[:2], *(line if line.startswith("@@ ") else _masked(line, words) for line in lines[2:]))


def _masked(line: str, words: frozenset[str]) -> str:
    """A changed line with every word replaced that is none of the settings' own."""
    shown = line[:1] + _TOKEN.sub(lambda found: found[0] if _bare(found[0]) in words else "…", line[1:])
    return shown if len(shown) <= LONGEST_LINE else f"{line[:1]} (a long line)"


def _bare(token: str) -> str:
    return token[1:-1] if token[:1] in {'"', "'"} else token


def _own_words(prepared: _Prepared, file: "FileChange") -> frozenset[str]:
    """Keys and values that are written to a file, and the switches."""
    mine = [c for c in prepared.made if c.setting in file.settings and c.file == file.file]
    keys = {part for change in mine for part in (*change.key, ".".join(change.key))}
    values = {_bare(json.dumps(change.value)) for change in mine}
    return frozenset(keys | values | {"true", "false", "null", "none"})
