"""``withhold demo``, as a newcomer runs it."""

from pathlib import Path

import pytest

from tests.cli.tool import Tool


@pytest.mark.browser
def test_the_whole_story(tool: Tool, tmp_path: Path) -> None:
    """Every step holds, every prediction agrees with the lab's runs, and the page can be opened."""
    document = tool.document("demo", "--out", tmp_path / "result")
    assert document["held"] is True
    assert all(step["held"] for step in document["steps"])
    assert document["comparison"]
    assert all(row["agrees"] for row in document["comparison"])
    page = Path(document["page"]).read_text("utf-8")
    assert "<script" not in page.lower()
    assert all(row["title"] in page.replace("&#39;", "'") for row in document["comparison"])


def test_a_folder_of_other_things_is_left_alone(tool: Tool, tmp_path: Path) -> None:
    """The demo clears only a folder that an earlier demo made."""
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert tool.document("demo", "--out", tmp_path, code=2)["code"] == "usage"
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "mine"
