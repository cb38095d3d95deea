"""What an import says it took adds up: the row, what is counted apart, and what is new in the index."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.sources.conftest import OWN
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.report.text.simple import importing

NOTHING_IN_IT = {"claude-manifest"}


@pytest.mark.parametrize("name", sorted({p.name for p in OWN.iterdir() if p.is_dir()} - NOTHING_IN_IT))
def test_a_fresh_state_holds_what_the_rows_say(name: str, services: Services) -> None:
    """Conversations of the rows and those apart are those that the index has now."""
    before = sum(1 for _ in services.store.conversations())
    document = import_paths(services, [OWN / name])
    held = {stored.conversation.source_id for stored in services.store.conversations()}
    told = sum(s.conversations + sum(a.conversations for a in s.apart) for s in document.sources)
    assert sum(s.new_conversations for s in document.sources) == len(held) - before
    assert told >= len(held) - before
    if not any("more than once" in warning for s in document.sources for warning in s.warnings):
        assert told == len(held) - before


def test_group_chats_and_files_without_chats_are_said(services: Services, tmp_path: Path) -> None:
    """They stand in the row and on the terminal, each with its kind, so that no number is unexplained."""
    said = {"id": "m", "role": "user", "created_at": "2026-01-01T00:00:00Z", "content": "hello"}
    folder = tmp_path / "export"
    folder.mkdir()
    chat = {"id": "c", "mapping": {}, "title": "t", "create_time": 1.75e9}
    (folder / "conversations.json").write_text(json.dumps([chat]))
    (folder / "user.json").write_text(json.dumps({"id": "user-1", "email": "a@example.org"}))
    (folder / "group_chats.json").write_text(json.dumps([{"id": "g", "messages": [said]}]))
    (source,) = (document := import_paths(services, [folder])).sources
    assert [(a.what, a.conversations, a.human) for a in source.apart] == [("group chats", 1, 1)]
    assert [(o.what, o.count) for o in source.other_files] == [("user", 1)]
    assert source.new_conversations == 2
    out = io.StringIO()
    importing(Console(file=out, width=200), document)
    assert "counted apart, group chats: 1 conversation, 1 message of yours" in out.getvalue()
    assert "1 user" in out.getvalue()
