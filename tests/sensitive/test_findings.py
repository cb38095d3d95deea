"""Secrets made by the grammar of each kind are found, look-alikes are not, and no value gets out."""

import json
import os
import random
from io import BytesIO
from pathlib import Path

import pytest

from bench.sensitive_corpus import NEGATIVES, prose, secrets
from tests.cli.tool import Tool
from withhold.sensitive.engines import ENGINES
from withhold.sensitive.finder import Finder, fingerprint
from withhold.sensitive.rules import all_rules, kinds

KEY = b"a key of the test"


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line, on a state of the test's own."""
    return Tool(capsys)


def test_there_are_enough_kinds() -> None:
    """The pack knows at least 200 kinds of secrets."""
    assert len(kinds()) >= 200


def test_each_kind_is_found_in_text_and_in_json() -> None:
    """A secret is found as it stands and inside a JSON string, with the same fingerprint."""
    finder = Finder(KEY)
    for kind, value, text in secrets(random.Random(3)):
        for form in (text, json.dumps({"text": f"line\n{text}\nline"})):
            found = {(f.kind, f.fingerprint) for f in finder.in_text(form.encode())}
            assert (kind, fingerprint(KEY, value.encode())) in found, kind


def test_look_alikes_are_no_findings() -> None:
    """Hashes, ids, images, lock files, code and placeholders are not called secrets."""
    finder, rng = Finder(KEY), random.Random(4)
    for make in NEGATIVES:
        for _ in range(20):
            assert [f.kind for f in finder.in_text(make(rng).encode())] == []


def test_engines_say_the_same() -> None:
    """Every engine that is installed hands out the same ends of anchors."""
    text = "\n".join(text for _, _, text in secrets(random.Random(5))).encode()
    said = []
    for make in ENGINES:
        try:
            said.append(set(make(all_rules()).hits(text)))
        except ImportError:
            continue
    assert all(one == said[0] for one in said)
    assert said[0]


def test_chunks_hide_nothing() -> None:
    """What lies across two chunks is found once, at its place, as it would be in one piece."""
    rng = random.Random(6)
    value = next(value for kind, value, _ in secrets(rng) if kind == "aws-access-key")
    edge = 1 << 20
    for shift in (-30, -10, -1, 0, 5):
        before = (prose(rng, 200_000)[: edge + shift - 1] + " ").encode()
        text = before + value.encode() + b" " + prose(rng, 9_000).encode()
        found = list(Finder(KEY).in_stream(BytesIO(text).read))
        assert [(f.start, f.end) for f in found] == [(len(before), len(before) + 20)]


def test_no_value_gets_out(tool: Tool, tmp_path: Path) -> None:
    """Neither output nor any file of the state holds a value that was found."""
    planted = [(value, text) for _, value, text in secrets(random.Random(7)) if "\n" not in value]
    file = tmp_path / "talk.txt"
    file.write_text("\n\n".join(text for _, text in planted), encoding="utf-8")
    ran = tool("findings", file, "--json")
    assert len(json.loads(ran.out)["findings"]) > 200
    shown = ran.out + ran.err + tool("findings", file).out
    kept = b"".join(p.read_bytes() for p in Path(os.environ["WITHHOLD_HOME"]).rglob("*") if p.is_file())
    for value, _ in planted:
        assert value not in shown
        assert value.encode() not in kept


def test_check_and_allow_list(tool: Tool, tmp_path: Path) -> None:
    """A finding makes the check fail, and what the allow-list names is counted instead of listed."""
    value = next(value for kind, value, _ in secrets(random.Random(8)) if kind == "aws-access-key")
    file, allow = tmp_path / "notes.md", tmp_path / "allow"
    file.write_text(f"key {value}", encoding="utf-8")
    allow.write_text("kind aws-access-key  # rotated\n", encoding="utf-8")
    assert tool("findings", file, "--check").code == 1
    assert tool("findings", file, "--check", "--allow", allow).code == 0


def test_a_transcript_names_the_conversation_and_exposure_shows_it(tool: Tool, tmp_path: Path) -> None:
    """A secret in an imported chat is traced to its conversation and stands in the ledger's row."""
    from tests.cli.tool import EXPORT

    chats = json.loads((EXPORT / "conversations.json").read_text("utf-8"))
    value = next(value for kind, value, _ in secrets(random.Random(9)) if kind == "github-token-classic")
    chat = next(c for c in chats if c["chat_messages"])
    chat["chat_messages"][-1]["text"] += f" {value}"
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps(chats), encoding="utf-8")
    tool("import", file)
    (row,) = tool.document("findings", file)["findings"]
    assert row["conversation"] == chat["uuid"]
    shown = {r["source_id"]: r["sensitivity"] for r in tool.document("exposure")["conversations"]}
    assert shown[chat["uuid"]] == "github-token-classic"
