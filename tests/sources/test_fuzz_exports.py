"""Account exports and local programs under any bytes: no crash, no lost count, bounded memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.conftest import OWN, read_all
from tests.sources.test_fuzz import MEASURE, any_json, survives

SEEDS = sorted(
    p
    for folder in (
        "ms-copilot-export",
        "gemini-takeout",
        "gemini-json",
        "ai-studio",
        "grok-export",
        "chatgpt-export",
    )
    for p in (OWN / folder).rglob("*")
    if p.is_file() and p.stat().st_size > 9
)
odd_time = st.sampled_from([None, 0, "", "2026-01-01T00:00:00Z", 1.7e9, 1e300, "x", {"$date": 3}, [], True])
role = st.sampled_from(["user", "assistant", "human", "system", "critic", None, 3])
node = any_json | st.fixed_dictionaries(
    {},
    optional={
        "id": any_json,
        "parent": st.sampled_from(["a", "b", "c", None, 7]),
        "children": any_json,
        "message": any_json
        | st.fixed_dictionaries(
            {},
            optional={
                "id": any_json,
                "author": any_json | st.fixed_dictionaries({"role": role}),
                "create_time": odd_time,
                "inserted_at": odd_time,
                "content": any_json,
                "metadata": any_json,
                "fragments": any_json,
            },
        ),
    },
)
mapping = st.dictionaries(st.sampled_from("abcd"), node, max_size=4) | any_json
message = any_json | st.fixed_dictionaries(
    {},
    optional={
        "role": role,
        "sender": role,
        "response": any_json,
        "versions": any_json,
        "title": any_json,
        "createTime": odd_time,
        "text": any_json,
    },
)
several = st.lists(message, max_size=4) | any_json

ODD = {
    "chatgpt": st.fixed_dictionaries(
        {"mapping": mapping}, optional={"conversation_id": any_json, "title": any_json}
    ),
    "deepseek": st.fixed_dictionaries(
        {"mapping": mapping, "inserted_at": odd_time}, optional={"id": any_json, "title": any_json}
    ),
    "grok-web": st.fixed_dictionaries({"responses": several}, optional={"conversation": any_json}),
    "ai-studio": st.fixed_dictionaries(
        {"chunkedPrompt": any_json | st.fixed_dictionaries({"chunks": several})}, optional={"id": any_json}
    ),
    "open-webui": st.fixed_dictionaries(
        {
            "chat": any_json
            | st.fixed_dictionaries({"history": any_json | st.fixed_dictionaries({"messages": mapping})})
        },
        optional={"id": any_json, "share_id": any_json},
    ),
    "lm-studio": st.fixed_dictionaries({"messages": several}, optional={"lastUsedModel": any_json}),
}
SURE: dict[str, dict[str, Any]] = {
    "chatgpt": {"conversation_id": "s", "current_node": "x", "mapping": {}},
    "deepseek": {"id": "s", "inserted_at": "2026-01-01T00:00:00Z", "mapping": {}},
    "grok-web": {"conversation": {"id": "s"}, "responses": []},
    "ai-studio": {"id": "s", "chunkedPrompt": {"chunks": []}},
    "open-webui": {"id": "s", "chat": {"history": {"messages": {}}}},
    "lm-studio": {"id": "s", "lastUsedModel": None, "messages": []},
}
INSIDE = (".mapping[", ".responses[", ".chunks[", ".messages[")


@pytest.mark.parametrize("name", sorted(ODD))
@given(data=st.data())
def test_every_item_is_accounted_for(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Conversations and named items are as many as the list has items, by a count that knows nothing."""
    odd = data.draw(st.lists(any_json | ODD[name], max_size=5))
    found: Any = [SURE[name], *odd]
    path = tmp_path_factory.mktemp("fuzz") / "x.json"
    path.write_text(json.dumps({"conversations": found} if name == "grok-web" else found))
    row = read_all([path]).only
    named = [u for u in row.unrecognised if not any(mark in u.place for mark in INSIDE)]
    assert row.format == name
    assert row.conversations + len(named) == len(odd) + 1


@given(odd=st.lists(message, max_size=6))
def test_every_message_of_le_chat_is_accounted_for(
    odd: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each item of the list is a message or named."""
    sure = {"id": "m", "chatId": "c", "role": "user", "content": "x", "createdAt": "2026-01-01T00:00:00Z"}
    path = tmp_path_factory.mktemp("fuzz") / "x.json"
    path.write_text(json.dumps([sure, *odd]))
    result = read_all([path])
    messages = sum(len(chat.messages) for chat in result.conversations.values())
    lost = [u for u in result.only.unrecognised if "sender" not in u.reason]
    assert messages + len(lost) == len(odd) + 1


@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_mutated_bytes(seed: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any bytes of any sample may change, any tail may be missing, whatever stands beside."""
    body = bytearray(seed.read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / seed.name).write_bytes(body[: data.draw(st.integers(0, len(body)))])
    if data.draw(st.booleans()):
        (folder / "conversations.json").write_text(json.dumps([SURE["chatgpt"]]))
    survives(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of one program is told there alone")
@pytest.mark.parametrize("shape", ["chatgpt", "csv", "page"])
def test_memory_does_not_grow_with_the_file(shape: str, tmp_path: Path) -> None:
    """A file of 50 MB takes less than 60 MB."""
    path = tmp_path / "big"
    text = "words and more words " * 40
    with path.open("w", encoding="utf-8") as out:
        if shape == "chatgpt":
            said = {"author": {"role": "user"}, "create_time": 1.76e9, "content": {"parts": [text]}}
            nodes = {f"n{k}": {"parent": None, "message": said} for k in range(4)}
            out.write(
                "[" + ",".join(json.dumps({"id": f"c{n}", "mapping": nodes}) for n in range(12_000)) + "]"
            )
        elif shape == "csv":
            out.write("Conversation,Time,Author,Message\n")
            out.writelines(f"t{n // 4},2026-01-01T00:00:00,Human,{text}\n" for n in range(50_000))
        else:
            head = '<div class="outer-cell"><div class="header-cell">Gemini</div>'
            said = f"Prompted {text}<br>12 Apr 2026, 14:03:11 UTC<br><p>{text}</p>"
            cell = f'<div class="content-cell body-1">{said}</div>'
            for n in range(25_000):
                link = f'<a href="https://gemini.google.com/app/{n // 5}">x</a>'
                out.write(f'{head}{cell}<div class="content-cell caption">{link}</div></div>')
    ran = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    count, grown_kb = map(int, ran.stdout.split())
    assert count > 0
    assert grown_kb < 60 * 1024
