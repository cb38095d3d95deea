"""Files sent along and results of tools are counted; what a file cannot tell of them stays unknown."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import OWN, read_all

PICTURE = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1"}


def held(folder: Path) -> list[tuple[int | None, int | None]]:
    found = read_all([folder]).conversations.values()
    return [(c.attachments, c.tool_outputs) for c in found]


def node(number: int, role: str, parts: list[Any], **metadata: Any) -> dict[str, Any]:
    """One message of ChatGPT, with metadata only where some is given."""
    kind = "text" if all(isinstance(part, str) for part in parts) else "multimodal_text"
    message = {
        "id": f"m{number}",
        "author": {"role": role},
        "create_time": 1.75e9 + number,
        "content": {"content_type": kind, "parts": parts},
    } | ({"metadata": metadata} if metadata else {})
    return {"id": f"m{number}", "parent": f"m{number - 1}" if number else None, "message": message}


def chatgpt(folder: Path, *nodes: dict[str, Any]) -> list[tuple[int | None, int | None]]:
    chat = {"title": "t", "create_time": 1.75e9, "mapping": {n["id"]: n for n in nodes}, "id": "c"}
    (folder / "conversations.json").write_text(json.dumps([chat]))
    return held(folder)


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        pytest.param(
            [
                node(0, "user", ["read this"], attachments=[{"id": "a"}, {"id": "b"}]),
                node(1, "tool", ["its text"]),
                node(2, "assistant", ["done"], model_slug="x"),
            ],
            (2, 1),
            id="named in the metadata",
        ),
        pytest.param(
            [node(0, "user", [PICTURE, "what is it?"], attachments=[{"id": "a"}])], (1, 0), id="named twice"
        ),
        pytest.param([node(0, "user", [PICTURE, "what is it?"])], (1, 0), id="seen in the content alone"),
        pytest.param(
            [node(0, "user", ["draw"], k=1), node(1, "tool", [PICTURE])], (0, 1), id="made by the model"
        ),
        pytest.param([node(0, "user", ["hi"]), node(1, "assistant", ["hi"])], (None, 0), id="no metadata"),
    ],
)
def test_chatgpt(
    nodes: list[dict[str, Any]], expected: tuple[int | None, int | None], tmp_path: Path
) -> None:
    """A file named in metadata and content is one; pictures that a tool made were not sent along."""
    assert chatgpt(tmp_path, *nodes) == [expected]


def claude(folder: Path, *messages: dict[str, Any]) -> list[tuple[int | None, int | None]]:
    for number, message in enumerate(messages):
        message |= {"uuid": f"m{number}", "created_at": f"2026-01-01T00:00:0{number}Z"}
    chat = {"uuid": "c", "name": "", "created_at": "2026-01-01T00:00:00Z", "chat_messages": messages}
    (folder / "conversations.json").write_text(json.dumps([chat]))
    return held(folder)


def test_claude_of_now(tmp_path: Path) -> None:
    """Texts stand in one list, other files in another; results of tools among the content."""
    said = [{"type": "text", "text": "hi"}]
    result = {"type": "tool_result", "content": said}
    asked = {"sender": "human", "content": said, "attachments": [{}], "files": [{}, {}], "files_v2": [{}, {}]}
    answer = {"sender": "assistant", "content": [*said, result, result], "attachments": [], "files": [{}]}
    assert claude(tmp_path, asked, answer) == [(3, 2)]


def test_claude_of_before(tmp_path: Path) -> None:
    """Old exports have a text alone: whether there were files or tools is not told."""
    assert claude(tmp_path, {"sender": "human", "text": "hi"}) == [(None, None)]


def test_claude_code(tmp_path: Path) -> None:
    """A copied line counts once; a picture in a tool's result was not sent by the person."""
    folder = tmp_path / "projects" / "p"
    folder.mkdir(parents=True)
    picture = {"type": "image", "source": {}}
    contents: list[Any] = [
        [{"type": "text", "text": "see"}, picture],
        [{"type": "tool_result", "content": "ok"}, picture],
        [{"type": "tool_result", "content": "ok"}, {"type": "tool_result", "content": "ok"}],
    ]
    lines = [
        {
            "type": "user",
            "uuid": f"u{n}",
            "sessionId": "s",
            "timestamp": f"2026-01-01T00:00:0{n}Z",
            "message": {"role": "user", "content": content},
        }
        for n, content in enumerate(contents)
    ]
    (folder / "s.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, lines[2]]))
    assert held(tmp_path) == [(1, 3)]


def test_codex(tmp_path: Path) -> None:
    """Outputs of calls are counted, calls are not; files are not told apart from text there."""
    rows: list[dict[str, Any]] = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "function_call", "call_id": "1", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "done"},
    ]
    meta = {"id": "11111111-1111-4111-8111-111111111111", "timestamp": "2026-01-01T00:00:00Z", "cwd": "/p"}
    lines = [{"timestamp": "2026-01-01T00:00:00Z", "type": "session_meta", "payload": meta}]
    lines += [{"timestamp": "2026-01-01T00:00:01Z", "type": "response_item", "payload": r} for r in rows]
    path = tmp_path / "rollout-2026-01-01T00-00-00-11111111-1111-4111-8111-111111111111.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert held(tmp_path) == [(None, 1)]


def test_own_samples() -> None:
    """The samples of this repository, of whose files some tell and some do not."""
    assert held(OWN / "claude-export") == [(1, 0), (None, None), (0, 0), (None, None)]
    assert held(OWN / "chatgpt-export") == [(0, 1), (1, 0)]


def written(path: Path, value: Any) -> list[int | None]:
    path.write_text(json.dumps(value))
    return [files for files, _ in held(path.parent)]


FILES = pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param([[{"name": "a.pdf"}, {"name": "b.png"}], []], 2, id="some"),
        pytest.param([[], []], 0, id="none"),
        pytest.param([[], None], None, id="a message that does not tell"),
        pytest.param([None, ["a"]], 1, id="at least one"),
    ],
)
"""Lists of files of two messages of the person's; ``None`` stands for a message without one."""


@FILES
def test_deepseek(asked: list[Any], expected: int | None, tmp_path: Path) -> None:
    """Files of requests are counted; files of an answer are not the person's."""
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "children": ["0"], "message": None}}
    for number, files in enumerate(asked):
        told = {} if files is None else {"files": files}
        mapping[str(number)] = {
            "id": str(number),
            "parent": str(number - 1) if number else "root",
            "children": [],
            "message": told
            | {
                "inserted_at": "2026-03-01T10:00:00.000000+08:00",
                "fragments": [{"type": "REQUEST", "content": "q"}],
            },
        }
    mapping["a"] = {
        "id": "a",
        "parent": "0",
        "children": [],
        "message": {"files": [{}], "fragments": [{"type": "RESPONSE", "content": "x"}]},
    }
    chat = {"id": "c", "title": "t", "inserted_at": "2026-03-01T10:00:00+08:00", "mapping": mapping}
    assert written(tmp_path / "conversations.json", [chat]) == [expected]


@FILES
def test_grok(asked: list[Any], expected: int | None, tmp_path: Path) -> None:
    """Files that the person sent along are counted, pictures of an answer are not."""
    responses: list[dict[str, Any]] = [
        {"response": {"_id": "x", "sender": "grok-4", "file_attachments": ["p"]}}
    ]
    for number, files in enumerate(asked):
        told = {} if files is None else {"file_attachments": files}
        responses.append({"response": {"_id": str(number), "sender": "human", "message": "q"} | told})
    chat = {"conversation": {"id": "c", "title": "t"}, "responses": responses}
    export = {"conversations": [chat], "projects": [], "tasks": []}
    assert written(tmp_path / "prod-grok-backend.json", export) == [expected]


@FILES
def test_le_chat(asked: list[Any], expected: int | None, tmp_path: Path) -> None:
    """Files of the person's messages are counted."""
    rows: list[dict[str, Any]] = [
        {"id": "a", "version": 0, "chatId": "c", "content": "x", "role": "assistant", "files": [{}]}
    ]
    for number, files in enumerate(asked):
        told = {} if files is None else {"files": files}
        rows.append({"id": str(number), "version": 0, "chatId": "c", "content": "q", "role": "user"} | told)
    rows = [{"contentChunks": None, "createdAt": "2026-03-01T10:00:00Z", **row} for row in rows]
    assert written(tmp_path / "chat-00000000-0000-4000-8000-000000000001.json", rows) == [expected]


def test_ai_studio(tmp_path: Path) -> None:
    """Each file has a chunk's key; where there is no such key, it may be called something unknown."""
    chunks = [
        {"role": "user", "text": "q", "driveDocument": {"id": "d"}},
        {"role": "user", "inlineImage": {"mimeType": "image/png", "data": ""}},
        {"role": "user", "youtubeVideo": {"id": "public"}},
        {"role": "model", "text": "a", "inlineImage": {"mimeType": "image/png", "data": ""}},
    ]
    prompt = {"runSettings": {}, "chunkedPrompt": {"chunks": chunks}}
    assert written(tmp_path / "prompt", prompt) == [2]
    assert written(tmp_path / "prompt", prompt | {"chunkedPrompt": {"chunks": chunks[2:]}}) == [None]


def test_gemini_takeout(tmp_path: Path) -> None:
    """Names of files are counted; an item that names none does not say that there was none."""
    item = {
        "header": "Gemini Apps",
        "title": "Prompted q",
        "time": "2026-03-01T10:00:00.000Z",
        "products": ["Gemini Apps"],
        "titleUrl": "https://gemini.google.com/app/0123456789abcdef",
    }
    log = tmp_path / "MyActivity.json"
    assert written(log, [item | {"attachedFiles": ["a.pdf", "b.pdf"]}, item]) == [2]
    assert written(log, [item, item]) == [None]
