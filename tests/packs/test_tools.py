"""Packs of tools: complete, sound, and no fact of the collection lost."""

import json
from pathlib import Path

import pytest

from withhold.packs.problem import Severity
from withhold.packs.tools import builtin_tool_ids, load_tool, load_tools, tools_dir
from withhold.packs.tools.coverage import tool_coverage
from withhold.packs.tools.lint import is_tool_pack, lint_tool
from withhold.support.errors import PackInvalid, UsageProblem

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "local-tools.json"


def test_no_fact_is_lost() -> None:
    """Every value that was collected stands in a pack."""
    if not FACTS.is_file():
        pytest.skip("the collected facts are not beside this checkout")
    rows = tool_coverage(json.loads(FACTS.read_text("utf-8")))
    assert sum(row.stated for row in rows) > 9_000
    assert [(row.field, row.lost) for row in rows if row.lost] == []


@pytest.mark.parametrize("tool", builtin_tool_ids())
def test_a_built_in_pack_has_no_error(tool: str) -> None:
    """Each is read, its rules name settings and places that it has, its sources are there."""
    path = tools_dir() / f"{tool}.yaml"
    assert is_tool_pack(path)
    assert [str(p) for p in lint_tool(path) if p.severity is Severity.ERROR] == []
    assert load_tool(tool).id == tool


def test_what_the_linter_says(tmp_path: Path) -> None:
    """A rule for a setting or a place that is not there, and a source that is missing, are errors."""
    text = (tools_dir() / "kiro.yaml").read_text("utf-8")
    broken = tmp_path / "kiro.yaml"
    broken.write_text(text.replace("kiro.content-collection-ide:", "kiro.unheard-of:", 1), "utf-8")
    assert "unknown-setting" in {p.code for p in lint_tool(broken)}
    other = tmp_path / "other.yaml"
    other.write_text(text.split("\nsources:")[0] + "\nsources: {}\n", "utf-8")
    assert "unknown-source" in {p.code for p in lint_tool(other)}
    garbage = tmp_path / "garbage.yaml"
    garbage.write_text("tool: [", "utf-8")
    assert {p.code for p in lint_tool(garbage)} == {"unreadable"}


def test_an_own_pack_replaces_a_built_in_one(tmp_path: Path) -> None:
    """A new tool needs a file and no code; a broken one is refused by name."""
    text = (tools_dir() / "qwen-code.yaml").read_text("utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("id: qwen-code", "id: my-tool", 1), "utf-8")
    assert "my-tool" in load_tools((tmp_path,))
    (tmp_path / "own.yaml").write_text("tool: {}", "utf-8")
    with pytest.raises(PackInvalid, match=r"own\.yaml"):
        load_tools((tmp_path,))
    with pytest.raises(UsageProblem):
        load_tool("no-such-tool")
