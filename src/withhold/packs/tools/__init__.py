"""Packs of tools: how to find an AI tool on a computer, what its settings mean, where it sends content."""

from withhold.packs.tools.loader import builtin_tool_ids, load_tool, load_tools, tools_dir
from withhold.packs.tools.schema import Place, Rule, SettingFacts, ToolPack

__all__ = [
    "Place",
    "Rule",
    "SettingFacts",
    "ToolPack",
    "builtin_tool_ids",
    "load_tool",
    "load_tools",
    "tools_dir",
]
