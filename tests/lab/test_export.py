"""What a person gets: read back with plain zipfile and json."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from withhold.lab.core import Lab
from withhold.lab.export import ROOT, export_name, export_transcripts, export_zip, write_export
from withhold.lab.transcripts import slug

START = datetime(2025, 9, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lab() -> Lab:
    return Lab(START)


@pytest.fixture
def account(lab: Lab) -> str:
    return lab.create_account("Pro", email="ada@example.invalid", label="Ada Löwe")


def members(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_layout(lab: Lab, account: str) -> None:
    """One ZIP holds users, conversations, memories and a file per project, with exactly the real keys."""
    lab.start_conversation(account, "chat", text="Grüße?")
    content = members(export_zip(lab, account))
    project = next(name for name in content if name.startswith("projects/"))
    assert set(content) == {"users.json", "conversations.json", "memories.json", project}
    assert content["users.json"] == [
        {
            "uuid": account,
            "full_name": "Ada Löwe",
            "email_address": "ada@example.invalid",
            "verified_phone_number": None,
        }
    ]
    assert set(content["conversations.json"][0]) == {
        "uuid", "name", "summary", "created_at", "updated_at", "account", "chat_messages",
    }  # fmt: skip
    assert set(content["conversations.json"][0]["chat_messages"][0]) == {
        "uuid", "text", "content", "sender", "created_at", "updated_at", "attachments", "files",
        "parent_message_uuid",
    }  # fmt: skip
    assert content["memories.json"][0]["account_uuid"] == account


def test_messages_round_trip(lab: Lab, account: str) -> None:
    """Every message stands there with its id, author, text and instant; parents form one line."""
    chat = lab.start_conversation(account, "chat", text="Grüße?")
    lab.send(chat, START + DAY, "weiter")
    exported = members(export_zip(lab, account))["conversations.json"][0]
    said = lab.conversations[chat].messages
    assert [(m["uuid"], m["text"]) for m in exported["chat_messages"]] == [(m.id, m.text) for m in said]
    assert [m["sender"] for m in exported["chat_messages"]] == ["human", "assistant"] * 2
    assert [datetime.fromisoformat(m["created_at"]) for m in exported["chat_messages"]] == [
        m.at for m in said
    ]
    assert [m["parent_message_uuid"] for m in exported["chat_messages"]] == [ROOT, *(m.id for m in said[:-1])]


def test_question_and_answer_share_an_instant(lab: Lab, account: str) -> None:
    """As in reality, sorting by time would swap nothing by luck alone: the order is the order."""
    lab.start_conversation(account, "chat")
    question, answer = members(export_zip(lab, account))["conversations.json"][0]["chat_messages"]
    assert question["created_at"] == answer["created_at"]


def test_updated_at_is_mostly_the_day_of_the_export(lab: Lab, account: str) -> None:
    """Eleven chats of twelve carry the export's day, one its own last message."""
    for _ in range(12):
        lab.start_conversation(account, "chat")
    lab.advance(START + 30 * DAY)
    updated = [c["updated_at"][:10] for c in members(export_zip(lab, account))["conversations.json"]]
    assert updated == ["2025-10-01"] * 11 + ["2025-09-01"]


def test_what_an_export_does_not_show(lab: Lab, account: str) -> None:
    """Neither deleted, incognito and coding conversations nor feedback, flags and the setting show."""
    kept = lab.start_conversation(account, "chat", text="kept")
    hidden = [
        lab.start_conversation(account, "chat", text="deleted"),
        lab.start_conversation(account, "chat", incognito=True),
        lab.start_conversation(account, "coding"),
        lab.start_conversation(lab.create_account("Free"), "chat"),
    ]
    lab.delete(hidden[0])
    before = export_zip(lab, account)
    lab.give_feedback(kept)
    lab.flag_safety(kept)
    lab.set_setting(account, False)
    assert export_zip(lab, account) == before
    content = members(before)
    assert [c["uuid"] for c in content["conversations.json"]] == [kept]
    assert not any(chat in json.dumps(content) for chat in hidden)


def test_memory_follows_its_switch(lab: Lab, account: str) -> None:
    """With memory off the memories are empty, the member is still there."""
    lab.set_preference(account, "memory", False)
    assert members(export_zip(lab, account))["memories.json"][0]["conversations_memory"] == ""


def test_export_file(lab: Lab, account: str, tmp_path: Path) -> None:
    """The file is named like a real one and private to its owner."""
    path = write_export(lab, account, tmp_path)
    assert path.name == export_name(lab, account)
    assert path.name.startswith(f"data-{account}-{int(START.timestamp())}-")
    assert path.name.endswith("-batch-0000.zip")
    assert path.read_bytes() == export_zip(lab, account)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def typed(path: Path) -> list[dict[str, Any]]:
    return [line for line in lines(path) if line.get("promptSource") == "typed"]


def test_transcript_layout(lab: Lab, account: str, tmp_path: Path) -> None:
    """One file per session under the slug of its folder; ids, times and prompts are the lab's."""
    session = lab.start_conversation(account, "coding", text="fix", project="/home/ada/my app.v2")
    (path,) = export_transcripts(lab, account, tmp_path)
    assert path == tmp_path / "projects" / "-home-ada-my-app-v2" / f"{session}.jsonl"
    prompt = lab.conversations[session].messages[0]
    (line,) = typed(path)
    assert (line["uuid"], line["message"]["content"]) == (prompt.id, "fix")
    assert datetime.fromisoformat(line["timestamp"]) == prompt.at
    assert {entry.get("cwd") for entry in lines(path)} == {None, "/home/ada/my app.v2"}
    assert {entry["sessionId"] for entry in lines(path) if "sessionId" in entry} == {session}


def test_most_user_lines_are_nobody(lab: Lab, account: str, tmp_path: Path) -> None:
    """Tool results and injected text are lines of type user, too; one answer can be two lines."""
    session = lab.start_conversation(account, "coding")
    (path,) = export_transcripts(lab, account, tmp_path)
    users = [line for line in lines(path) if line["type"] == "user"]
    assert [("isMeta" in u, "toolUseResult" in u) for u in users] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip
    answers = [line["message"]["id"] for line in lines(path) if line["type"] == "assistant"]
    assert len(answers) == 3
    assert len(set(answers)) == sum(m.author == "model" for m in lab.conversations[session].messages) == 2


def test_parents_form_one_chain(lab: Lab, account: str, tmp_path: Path) -> None:
    """Each line that has an id points to the one before it; a tool result names its call."""
    lab.send(lab.start_conversation(account, "coding"), START + DAY)
    (path,) = export_transcripts(lab, account, tmp_path)
    chain = [line for line in lines(path) if "uuid" in line]
    assert [line["parentUuid"] for line in chain] == [None, *(line["uuid"] for line in chain[:-1])]
    blocks = [b for line in chain if isinstance(c := line["message"]["content"], list) for b in c]
    calls = [b["id"] for b in blocks if b["type"] == "tool_use"]
    assert calls == [b["tool_use_id"] for b in blocks if b["type"] == "tool_result"]
    assert len(set(calls)) == 2


def test_resuming_appends_to_the_same_file(lab: Lab, account: str, tmp_path: Path) -> None:
    """A second export after resuming keeps every byte and adds lines."""
    session = lab.start_conversation(account, "coding")
    (path,) = export_transcripts(lab, account, tmp_path)
    before = path.read_bytes()
    lab.send(session, START + 40 * DAY, "again")
    assert export_transcripts(lab, account, tmp_path) == [path]
    assert path.read_bytes().startswith(before)
    assert [line["timestamp"][:10] for line in typed(path)] == ["2025-09-01", "2025-10-11"]


def test_deleted_sessions_and_chats_have_no_transcript(lab: Lab, account: str, tmp_path: Path) -> None:
    """Chats never leave transcripts; a deleted session leaves none from then on."""
    lab.start_conversation(account, "chat")
    lab.delete(lab.start_conversation(account, "coding"))
    assert export_transcripts(lab, account, tmp_path) == []


def test_slug() -> None:
    """Everything but ASCII letters and digits becomes a dash, on Windows as well."""
    assert slug("C:\\Users\\Ada\\köln_app") == "C--Users-Ada-k-ln-app"
