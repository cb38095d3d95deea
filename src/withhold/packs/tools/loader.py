"""Reading packs of tools."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec
import yaml

from withhold.packs.tools.schema import ToolPack
from withhold.support.errors import PackInvalid, UsageProblem

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST = 4 << 20


def tools_dir() -> Path:
    """Where the packs that come with the program lie."""
    return Path(__file__).parent.parent / "data" / "tools"


@lru_cache(maxsize=1)
def builtin_tool_ids() -> tuple[str, ...]:
    """Ids of the built-in packs in alphabetical order."""
    return tuple(sorted(path.stem for path in tools_dir().glob("*.yaml")))


@lru_cache(maxsize=256)
def load_tool(tool: str) -> ToolPack:
    """A built-in pack. Raises ``UsageProblem`` for an id that has none, ``PackInvalid`` for a broken one."""
    if tool not in builtin_tool_ids():
        raise UsageProblem(f"there is no pack for the tool {tool!r}", next_step="withhold packs list")
    return read_tool(tools_dir() / f"{tool}.yaml")


def load_tools(folders: Iterable[Path] = (), updates: Iterable[Path] = ()) -> Mapping[str, ToolPack]:
    """All packs by id. One in ``folders`` replaces one of ``updates`` or a built-in one whole.

    One of ``updates`` that was compiled before the built-in one is passed over.
    """
    packs = {tool: load_tool(tool) for tool in builtin_tool_ids()}
    for path in updates:
        pack = read_tool(path)
        if pack.id not in packs or pack.compiled_on >= packs[pack.id].compiled_on:
            packs[pack.id] = pack
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            pack = read_tool(path)
            packs[pack.id] = pack
    return packs


def read_tool(path: Path) -> ToolPack:
    """The pack in a file. Raises ``PackInvalid`` with what is wrong."""
    try:
        return msgspec.convert(parsed(path), ToolPack)
    except (OSError, ValueError, yaml.YAMLError, msgspec.ValidationError) as problem:
        raise PackInvalid(
            f"{path}: {problem}", next_step="mend the file, then: withhold packs lint"
        ) from problem


def parsed(path: Path) -> object:
    """The file's YAML as plain values."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"larger than {LARGEST} bytes")
    return yaml.load(data, _Loader)  # noqa: S506 - a safe loader, in C where there is one
