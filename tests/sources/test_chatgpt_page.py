"""``chat.html`` of a ChatGPT export: read where the chats are missing otherwise, and never counted twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.support.errors import NothingRead

Read = Callable[..., Result]


def chat(source_id: str) -> dict[str, Any]:
    said = {"id": f"m-{source_id}", "author": {"role": "user"}, "create_time": 1.76e9}
    said["content"] = {"content_type": "text", "parts": ["</script> ]; {"]}
    return {"conversation_id": source_id, "mapping": {"n": {"id": "n", "parent": None, "message": said}}}


def page(*chats: Any, before: str = "") -> str:
    data = json.dumps(chats).replace("</", "<\\/")
    script = f"{before}var jsonData = {data};\nvar assetsJson = {{}};\nfunction show() {{ return [1]; }}"
    return f"<html>\n<head><style>p {{}}</style></head><body><script>{script}</script></body></html>"


def test_the_page_alone_is_read(read: Read, tmp_path: Path) -> None:
    """All chats of its list, whatever stands behind the list, and the source of them is told."""
    (tmp_path / "chat.html").write_text(page(chat("a"), chat("b")))
    row = read(tmp_path).only
    assert (row.format, row.conversations, row.human, row.unrecognised) == ("chatgpt", 2, 2, ())
    assert any("2 conversations are read from the page" in text for text in row.warnings)


@pytest.mark.parametrize("gap", [0, 262_120, 262_143, 300_000])
def test_the_list_is_found_behind_long_scripts(gap: int, read: Read, tmp_path: Path) -> None:
    """Wherever the pieces in which the page is read happen to end."""
    (tmp_path / "any-name.html").write_text(page(chat("a"), before=f"/*{'x' * gap}*/"))
    assert read(tmp_path).only.conversations == 1


def test_the_page_beside_its_list_counts_nothing(read: Read, tmp_path: Path) -> None:
    """It is a copy."""
    (tmp_path / "chat.html").write_text(page(chat("a"), chat("b")))
    (tmp_path / "conversations.json").write_text(json.dumps([chat("a"), chat("b")]))
    row = read(tmp_path).only
    assert (row.conversations, row.unrecognised) == (2, ())
    assert ("a copy of the chats as a page", 1) in row.members


def test_the_page_gives_what_the_lists_lack(read: Read, tmp_path: Path) -> None:
    """A shard that is missing is told all the same, and no chat counts twice."""
    (tmp_path / "chat.html").write_text(page(chat("a"), chat("b")))
    (tmp_path / "conversations-001.json").write_text(json.dumps([chat("b")]))
    row = read(tmp_path).only
    assert (row.conversations, row.human) == (2, 2)
    assert [u.place for u in row.unrecognised] == ["conversations-000.json"]


def test_a_cut_page_is_told(read: Read, tmp_path: Path) -> None:
    """What is complete is read."""
    whole = page(chat("a"), chat("b"))
    (tmp_path / "chat.html").write_text(whole[: whole.index("m-b")])
    row = read(tmp_path).only
    assert row.conversations == 1
    assert "everything from here on is lost" in row.unrecognised[0].reason


def test_a_page_of_something_else_is_no_export(read: Read, tmp_path: Path) -> None:
    """Pages have lists in scripts; without chats in them they hold none."""
    (tmp_path / "x.html").write_text("<html><script>var other = [1];</script></html>")
    with pytest.raises(NothingRead, match="no known format"):
        read(tmp_path)
    (tmp_path / "x.html").write_text(page())
    with pytest.raises(NothingRead, match="empty export"):
        read(tmp_path)
