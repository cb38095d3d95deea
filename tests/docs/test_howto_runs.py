"""The how-to on opting out is typed, line by line, by somebody who follows it."""

import json
import shutil
from pathlib import Path

from tests.cli.tool import CODE, EXPORT, Tool, checked
from tests.docs.pages import DOCS, fenced

HOW_TO = DOCS / "how-to" / "opt-out-of-claude-training.md"
ENDS_WITH = {"optout": 3}
"""Guidance leaves the act to a person, and says so by its exit code. All else ends with 0."""


def test_the_how_to_works_as_written(tool: Tool, own_home: Path) -> None:
    """Every command of the page runs as written, and what was told on the way decides the verdicts."""
    downloads = own_home / "Downloads"
    downloads.mkdir()
    shutil.make_archive(str(downloads / "data-2026-11-20"), "zip", EXPORT)
    shutil.copytree(CODE, own_home / ".claude")
    for words in fenced(HOW_TO.read_text("utf-8")):
        arguments = [_an_id(tool) if w == "ID" else w for w in words[1:]]
        ran = tool(*arguments)
        assert ran.code == ENDS_WITH.get(arguments[0], 0), (words, ran.err)
    rows = checked(tool("exposure", "--as-of", "2026-11-30T00:00:00Z", "--json").out)["conversations"]
    by_source = {r["source_id"]: r for r in rows}
    assert by_source["c-bread"]["past_exposure"] == "exposed", "resumed while the setting was on"
    assert by_source["d-1"]["past_exposure"] == "not_exposed", "begun after it was switched off"


def _an_id(tool: Tool) -> str:
    rows = json.loads(tool("exposure", "--json").out)["conversations"]
    return str(rows[0]["id"])
