"""Where each pack comes from."""

from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.packs.overlay import InForce, by_id, providers_in_force, tools_in_force
from withhold.packs.updates import Updates

if TYPE_CHECKING:
    from withhold.report.documents.packs import Origin


def origin_of(services: Services, own_file: str | None) -> "Origin":
    """The origin of a provider's pack, by the file that it says it comes from."""
    if own_file is None:
        return "built in"
    if own_file.startswith(str(services.home.pack_updates)):
        return "update"
    return "own file" if own_file.startswith(str(services.home.packs)) else "package"


def tool_origins(services: Services) -> "dict[str, Origin]":
    """Origins of packs of tools that are not built in, by id."""
    from withhold.packs.tools.loader import read_tool

    update = _update(services, tools=True)
    found: dict[str, Origin] = {i: "update" for i in update if i not in tools_in_force(update).silent}
    own = services.home.packs / "tools"
    return {**found, **{read_tool(path).id: "own file" for path in sorted(own.glob("*.yaml"))}}


def silent(services: Services) -> tuple[str, ...]:
    """Ids whose pack in the update is older than what lies beneath it."""
    from withhold.packs.installed import installed_packs

    layers: tuple[InForce, ...] = (
        providers_in_force(installed_packs(), _update(services, tools=False)),
        tools_in_force(_update(services, tools=True)),
    )
    return tuple(sorted(id_ for layer in layers for id_ in layer.silent))


def update_files(services: Services) -> tuple[Path, ...]:
    """Every pack of the update in force, as files."""
    return tuple(path for tools in (False, True) for path in _update(services, tools=tools).values())


def _update(services: Services, *, tools: bool) -> dict[str, Path]:
    return by_id(Updates(services.home.pack_updates).files(tools=tools))
