"""What can be seen on this machine without asking anything."""

import os
import platform
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.machine.transcripts import RememberedRows, SessionReader, TermsChanges, in_this_process
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from withhold.machine.interface import CopyRow, RouteRow, Scan, TranscriptRow
    from withhold.packs.tools import ToolPack

_NO_HOMES = frozenset({"shared", "public", "default", "default user", "all users", "guest", "lost+found"})
SYSTEMS = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}


def scan(
    services: Services,
    *,
    home: Path | None = None,
    root: Path | None = None,
    system: str | None = None,
    env_file: Path | None = None,
    project: Path | None = None,
    policy: Path | None = None,
) -> d.ScanDocument:
    """Look at this machine, or at a copy of one. Reads files; opens no socket, starts no program.

    ``project`` is a folder whose own settings count too. ``policy`` is a file of requirements; what breaks
    them is in ``violations``. Raises ``UsageProblem`` for a policy or a file of variables that is wrong.
    """
    from withhold.app.machine.policy import read_policy, require_known, violations
    from withhold.machine.interface import Machine, OsLayout
    from withhold.machine.scan import scan as look

    stamp = services.stamp()
    layout = OsLayout(system or SYSTEMS.get(platform.system(), "linux"))
    foreign = home is not None or root is not None
    machine = Machine(
        home=(home or services.user_home).absolute(),
        root=(root or Path(services.user_home.anchor)).absolute(),
        os=layout,
        environment=_environment(services, env_file, foreign=foreign),
        project=None if project is None else project.absolute(),
    )
    required = None if policy is None else read_policy(policy)
    packs = tool_packs(services)
    if required is not None:
        require_known(required, packs.values())
    services.progress.step(f"looking at {machine.home}")
    changed = TermsChanges(services.packs)
    memory = RememberedRows(services.home, stamp.tool_version, changed)
    with in_this_process():
        found = look(machine, SessionReader(), changed, packs, memory)
    try:
        memory.write()
    except (OSError, EnvironmentProblem) as problem:
        services.progress.step(f"what was counted is not kept for the next time: {problem}")
    secrets = _secrets(services, found)
    broken = () if required is None else violations(found, required)
    return d.ScanDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        tools=tuple(d.Tool(id=t.id, found_by=t.found_by, version=t.version) for t in found.tools),
        routes=tuple(_route(r) for r in found.routes),
        settings=tuple(
            d.SettingRow(
                id=s.id,
                tool=s.tool,
                purpose=s.purpose,
                verdict=s.verdict.value,
                effective_value=s.effective_value,
                decided_by=s.decided_by,
                fix=s.fix,
                why=s.why,
                applies_when=s.applies_when,
            )
            for s in found.settings
        ),
        placebos=tuple(d.Placebo(tool=p.tool, where=p.where, why=p.why) for p in found.placebos),
        transcripts=tuple(_transcripts(t) for t in found.transcripts),
        copies=tuple(_copy(c) for c in found.copies),
        secrets=secrets,
        unseen=(
            *_without_variables(foreign=foreign and env_file is None),
            *_odd_lines(env_file),
            *(d.Unseen(what=u.what, why=u.why) for u in found.unseen),
        ),
        violations=tuple(
            d.PolicyViolation(rule=v.rule, id=v.id, verdict=v.verdict, why=v.why) for v in broken
        ),
        next=_next(found, machine.home),
    )


def scan_homes(
    services: Services, *, root: Path | None = None, system: str | None = None, policy: Path | None = None
) -> d.ScanHomesDocument:
    """Look at every home directory of this machine or a copy. Variables of other people are not known.

    Homes that lie elsewhere than where a system puts them are not found.
    """
    top = (root or Path(services.user_home.anchor)).absolute()
    layout = system or SYSTEMS.get(platform.system(), "linux")
    own = services.user_home.absolute()
    found = [
        d.HomeScan(home=str(home), scan=_of_home(services, home, own, top, layout, policy))
        for home in homes_in(top, layout)
    ]
    stamp = services.stamp()
    return d.ScanHomesDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, homes=tuple(found)
    )


def homes_in(root: Path, system: str) -> tuple[Path, ...]:
    """Home directories of people where a system puts them, without those that it keeps for itself."""
    folders = {"linux": ("home",), "macos": ("Users",), "windows": ("Users",)}[system]
    inside = [home for name in folders if (root / name).is_dir() for home in sorted((root / name).iterdir())]
    homes = [home for home in inside if home.is_dir() and home.name.casefold() not in _NO_HOMES]
    return (*homes, root / "root") if system == "linux" and (root / "root").is_dir() else tuple(homes)


def _of_home(
    services: Services, home: Path, own: Path, root: Path, system: str, policy: Path | None
) -> d.ScanDocument | None:
    if not os.access(home, os.R_OK | os.X_OK):
        return None
    if home == own and root == Path(own.anchor):
        return scan(services, policy=policy)
    return scan(services, home=home, root=root, system=system, policy=policy)


def tool_packs(services: Services) -> "Mapping[str, ToolPack]":
    """Packs of tools: built in, overlaid by the update that was taken and by those in the state folder."""
    from withhold.packs.tools import load_tools
    from withhold.packs.updates import Updates

    own = services.home.packs / "tools"
    update = Updates(services.home.pack_updates).files(tools=True)
    return load_tools((own,) if own.is_dir() else (), [pack.path for pack in update])


def _without_variables(*, foreign: bool) -> tuple[d.Unseen, ...]:
    """Of another home no variable is known, and variables override files."""
    why = "they can override files and choose another login; give them with --env-file"
    return (d.Unseen(what="variables that programs see there", why=why),) if foreign else ()


def _odd_lines(env_file: Path | None) -> tuple[d.Unseen, ...]:
    """Lines of the file of variables that were not understood: they may set what was called unset."""
    from withhold.machine.reading.variables import not_understood

    count = 0 if env_file is None else not_understood(_lines_of(env_file))
    what = f"lines of {env_file} that set no variable: {count}"
    return (d.Unseen(what=what, why="what they mean is not known"),) if count else ()


def _environment(services: Services, env_file: Path | None, *, foreign: bool) -> Mapping[str, str]:
    """The variables tools would see. A foreign tree does not see those of this process."""
    from withhold.machine.reading.variables import variables

    if env_file is None:
        return {} if foreign else services.environ
    return variables(_lines_of(env_file))


def _lines_of(env_file: Path) -> str:
    """A file of variables. PowerShell writes such files as UTF-16, and ``env -0`` parts them with zeros."""
    try:
        data = env_file.read_bytes()
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return data.decode("utf-16" if wide else "utf-8").replace("\0", "\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageProblem(
            f"{env_file} cannot be read: {problem}", next_step="give a file of KEY=VALUE lines"
        ) from problem


def _route(row: "RouteRow") -> d.Route:
    trainable: d.Trainable = {"yes": True, "no": False}.get(row.trainable, "unknown")
    return d.Route(tool=row.tool, kind=row.kind, trainable=trainable, signals=row.signals)


def _transcripts(row: "TranscriptRow") -> d.Transcripts:
    return d.Transcripts(
        tool=row.tool,
        sessions=row.sessions,
        first=row.first,
        last=row.last,
        resumed=row.resumed or 0,
        resumed_since=None if row.since is None else row.since.latest,
        resumed_after_pause=row.resumed_after_pause or 0,
        unrecognised=row.unreadable,
        account=row.account,
        shared=row.shared,
        feedback=row.feedback,
    )


def _copy(row: "CopyRow") -> d.LocalCopies:
    return d.LocalCopies(
        tool=row.tool,
        what=row.what,
        where=row.where,
        files=row.files,
        size=row.size,
        newest=row.newest,
        kept=row.kept,
        more=row.more,
    )


def _secrets(services: Services, found: "Scan") -> tuple[d.SecretsHeld, ...]:
    """How many conversations of each tool hold something that ``findings`` found and put down."""
    if not services.home.database.is_file():
        return ()
    from withhold.app.machine.findings import held_below

    folders: dict[str, list[Path]] = defaultdict(list)
    for row in found.copies:
        folders[row.tool] += row.paths
    held = {tool: held_below(services, paths) for tool, paths in folders.items()}
    return tuple(
        d.SecretsHeld(tool=tool, conversations=found.secrets, personal=found.personal)
        for tool, found in held.items()
        if found is not None
    )


def _next(found: "Scan", home: Path) -> str:
    """The one command that leads on."""
    if any(t.sessions for t in found.transcripts):
        return f"withhold import {home / '.claude'}"
    return "withhold optout anthropic"
