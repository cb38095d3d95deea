"""Looking through the packs of a bundle: are they sound, and what would they change?"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from withhold.packs.archives import refused
from withhold.packs.compare import compare
from withhold.packs.installed import installed_packs
from withhold.packs.lint import check, lint
from withhold.packs.loader import load
from withhold.packs.overlay import InForce, by_id, providers_in_force, tools_in_force
from withhold.packs.problem import Problem, Severity
from withhold.packs.tools.lint import is_tool_pack, lint_tool
from withhold.packs.tools.loader import read_tool
from withhold.packs.updates import Updates
from withhold.report import documents as d
from withhold.support.errors import PackInvalid

_TOOLS = "tools"
_SHOWN = 20


def laid_out(packs: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """The packs as files in ``folder``, by their names in the bundle."""
    (folder / _TOOLS).mkdir()
    files = {name: folder.joinpath(*name.split("/")) for name in packs}
    for name, path in files.items():
        path.write_bytes(packs[name])
    return files


def check_packs(files: Mapping[str, Path], compiled_on: date) -> None:
    """Raises ``PackInvalid`` with every error, ``UsageProblem`` for a pack that is not what its name says."""
    lines = [
        str(problem).replace(str(path), name)
        for name, path in sorted(files.items())
        for problem in _errors(name, path)
    ]
    if lines:
        raise PackInvalid(
            "\n".join(lines[:_SHOWN]), next_step="nothing was changed; tell the maker of the bundle"
        )
    for name, path in sorted(files.items()):
        id_, day = _identity(name, path)
        if id_ != path.stem:
            raise refused(f"{name} holds the pack of {id_}, not of {path.stem}")
        if day > compiled_on.isoformat():
            raise refused(f"{name} was compiled on {day}, after the bundle ({compiled_on})")


def _errors(name: str, path: Path) -> Iterator[Problem]:
    tool = name.startswith(f"{_TOOLS}/")
    if tool is not is_tool_pack(path):
        raise refused(f"{name} is no pack of a {'tool' if tool else 'provider'}")
    found = lint_tool(path) if tool else lint(path, name=name)
    yield from (problem for problem in found if problem.severity is Severity.ERROR)


def _identity(name: str, path: Path) -> tuple[str, str]:
    """Id and day of compiling (ISO 8601) of a pack."""
    if name.startswith(f"{_TOOLS}/"):
        tool = read_tool(path)
        return tool.id, tool.compiled_on
    pack = load(path)
    return pack.id, "" if pack.compiled_on is None else pack.compiled_on.isoformat()


def changes(updates: Updates, files: Mapping[str, Path]) -> Iterator[d.PackChangeRow]:
    """What would be in force otherwise than now, the person's own folder apart.

    Raises ``UsageProblem`` where a pack is older than the same one of the update in force.
    """
    for tools in (False, True):
        new = {p.stem: p for name, p in sorted(files.items()) if name.startswith(f"{_TOOLS}/") is tools}
        old = by_id(updates.files(tools=tools))
        _refuse_older_packs(old, new, tools=tools)
        before, after = _in_force(old, tools=tools), _in_force(new, tools=tools)
        for id_ in sorted(new.keys() | old.keys()):
            yield _row(id_, before, after, new, tools=tools)


def _in_force(update: Mapping[str, Path], *, tools: bool) -> InForce:
    return tools_in_force(update) if tools else providers_in_force(installed_packs(), update)


def _refuse_older_packs(old: Mapping[str, Path], new: Mapping[str, Path], *, tools: bool) -> None:
    prefix = f"{_TOOLS}/" if tools else ""
    for id_ in sorted(old.keys() & new.keys()):
        former, day = _identity(prefix, old[id_])[1], _identity(prefix, new[id_])[1]
        if day < former:
            raise refused(
                f"its pack of {id_} is of {day}, older than the one in force ({former})", older=True
            )


def _row(
    id_: str, before: InForce, after: InForce, new: Mapping[str, Path], *, tools: bool
) -> d.PackChangeRow:
    was, will = before.files.get(id_), after.files.get(id_)
    differences = () if was is None or will is None else tuple(_differences(was, will, tools=tools))
    if id_ in after.silent:
        change = "silent"
    elif id_ not in new:
        change = "withdrawn"
    elif was is None:
        change = "new"
    else:
        change = "changed" if differences else "same"
    return d.PackChangeRow(
        id=id_,
        kind="tool" if tools else "provider",
        change=change,  # type: ignore[arg-type]
        differences=differences,
    )


def _differences(was: Path, will: Path, *, tools: bool) -> Iterator[d.DifferenceRow]:
    if tools:
        found = compare(read_tool(was), read_tool(will))
    else:
        packs = [check(path.read_bytes(), path.name)[0] for path in (was, will)]
        found = () if None in packs else compare(*packs)  # type: ignore[arg-type]
    for x in found:
        yield d.DifferenceRow(path=x.path, before=x.before, after=x.after)
