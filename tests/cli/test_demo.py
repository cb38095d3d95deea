"""``withhold demo``, as a newcomer runs it."""

import os
from pathlib import Path

import pytest

from tests.cli.tool import Tool
from tests.docs.pages import DOCS, fenced

TUTORIAL = DOCS / "tutorial.md"


@pytest.mark.browser
def test_the_whole_story(tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step holds, every prediction agrees with the lab's runs, and the page can be opened.

    What the tutorial then types on the demo's state works as written.
    """
    monkeypatch.chdir(tmp_path)
    document = tool.document("demo")
    assert document["held"] is True
    assert all(step["held"] for step in document["steps"])
    assert len(document["comparison"]) == 7
    assert all(row["agrees"] for row in document["comparison"])
    page = Path(document["page"]).read_text("utf-8")
    assert "<script" not in page.lower()
    for picture in ("dialog.png", "before.png", "after-reload.png"):
        assert f'src="{picture}"' in page
        assert Path(document["page"]).with_name(picture).stat().st_size > 1000
    assert not (Path(os.environ["WITHHOLD_HOME"]) / "state.sqlite").exists(), "one's own state is not touched"
    assert all(row["title"] in page.replace("&#39;", "'") for row in document["comparison"])
    monkeypatch.setenv("WITHHOLD_HOME", "demo-result/state")
    records = tool.document("evidence", "list")["records"]
    pictured = {r["type"] for r in records for a in r["artifacts"] if a["media_type"].startswith("image/")}
    assert pictured == {"control.optout", "control.check"}, "only pictures that were masked are on record"
    typed = [words for words in fenced(TUTORIAL.read_text("utf-8")) if words[1] in ("exposure", "evidence")]
    assert len(typed) == 4
    for words in typed:
        ran = tool(*[_an_id(tool) if word == "ID" else word for word in words[1:]])
        assert ran.code == 0, (words, ran.err)


def _an_id(tool: Tool) -> str:
    return str(tool.document("exposure")["conversations"][0]["id"])


def test_a_folder_of_other_things_is_left_alone(tool: Tool, tmp_path: Path) -> None:
    """The demo clears only a folder that an earlier demo made."""
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert tool.document("demo", "--out", tmp_path, code=2)["code"] == "usage"
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "mine"
