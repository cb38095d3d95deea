"""Showing what the pack of a tool says."""

import json
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.machine.scan import tool_packs
from withhold.report.documents.tools import ToolCopiesRow, ToolSettingRow, ToolShowDocument

if TYPE_CHECKING:
    from withhold.packs.tools import Place, SettingFacts


def is_tool(services: Services, name: str) -> bool:
    """Whether a pack of that name is about a tool. A provider of the same name goes first."""
    return name not in services.packs and name in tool_packs(services)


def show_tool(services: Services, name: str) -> ToolShowDocument:
    """Everything a tool's pack says. Raises ``KeyError`` for a tool that no pack is about."""
    pack, stamp = tool_packs(services)[name], services.stamp()
    tool = pack.tool
    return ToolShowDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        id=tool.id,
        name=tool.name,
        vendor=tool.vendor,
        kind=tool.kind,
        training=tool.training_in_short,
        compiled_on=pack.compiled_on,
        settings=tuple(map(_setting, tool.settings)),
        copies=tuple(
            ToolCopiesRow(
                what=t["content"], paths=t["paths"], kept=t["default_retention"], how_known=t["how_known"]
            )
            for t in tool.transcripts
        ),
        traps=tuple(str(trap["text"]) for trap in pack.traps),
        sources={key: str(source.get("url")) for key, source in pack.sources.items()},
    )


def _setting(setting: "SettingFacts") -> ToolSettingRow:
    return ToolSettingRow(
        id=setting.id,
        purpose=setting.purpose,
        title=setting.title,
        private_value=_text(setting.private_value),
        default=_text(setting.default),
        absent_means=setting.absent_means,
        authority=setting.authority,
        applies_when=setting.applies_when,
        fix=setting.fix,
        how_known=setting.how_known,
        places=tuple(dict.fromkeys(map(_place, setting.where))),
        sources=setting.sources,
        notes=setting.notes,
    )


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _place(place: "Place") -> str:
    where = place.url or place.path or place.domain or next(filter(None, (place.paths or {}).values()), "")
    named = place.label or place.flag or place.word
    return f"{place.scope or place.kind}: {named}" + (f" in {where}" if where else "")
