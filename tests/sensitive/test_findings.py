"""Secrets made by the grammar of each kind are found, look-alikes are not, and no value gets out."""

import base64
import gzip
import json
import os
import random
import string
from io import BytesIO
from pathlib import Path

import pytest

from bench.sensitive_corpus import NEGATIVES, prose, secrets
from tests.cli.tool import Tool
from withhold.sensitive.encoded import InBase64
from withhold.sensitive.engines import ENGINES
from withhold.sensitive.finder import Finder, fingerprint
from withhold.sensitive.rules import all_rules, kinds, table
from withhold.sensitive.together import Together

KEY = b"a key of the test"


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    """The command line, on a state of the test's own."""
    return Tool(capsys)


def test_there_are_enough_kinds() -> None:
    """The pack knows at least 200 kinds of secrets."""
    assert len(kinds()) >= 200


def test_each_kind_is_found_in_text_and_in_json() -> None:
    """A secret is found as it stands and inside a JSON string, with the same fingerprint.

    One told by a name alone may happen to be so even that it looks like a placeholder; not in two draws.
    """
    finder, missed = Finder(KEY), []
    for kind, value, text in (*secrets(random.Random(3)), *secrets(random.Random(6))):
        for form in (text, json.dumps({"text": f"line\n{text}\nline"})):
            found = {(f.kind, f.fingerprint) for f in finder.in_text(form.encode())}
            missed += [(kind, form is text)] * ((kind, fingerprint(KEY, value.encode())) not in found)
    by_name = {row[0] for row in table("named.txt", 5)}
    assert {kind for kind, _ in missed} <= by_name
    assert len(set(missed)) == len(missed) <= 0.02 * 2 * len(kinds())


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


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_what_is_written_in_base64_is_found(before: str) -> None:
    """At each of the three alignments, in both alphabets, with the fingerprint of the bare value."""
    together = Together(Finder(KEY), InBase64(Finder(KEY)))
    value = next(value for kind, value, _ in secrets(random.Random(9)) if kind == "aws-access-key")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = b'{"content":"' + encode(f"{before} key {value} and more".encode()) + b'"}'
        (found,) = together.in_text(text)
        assert (found.kind, found.fingerprint) == ("aws-access-key", fingerprint(KEY, value.encode()))
        assert text[found.start : found.end].rstrip(b"=")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("packed", [False, True])
def test_other_encodings_and_packed_files(encoding: str, packed: bool, tool: Tool, tmp_path: Path) -> None:
    """Text in UTF-16, with a mark or without, is searched like other text, packed by gzip too."""
    value = next(value for kind, value, _ in secrets(random.Random(8)) if kind == "aws-access-key")
    data = f"the key is {value}\n".encode(encoding)
    file = tmp_path / ("talk.log.gz" if packed else "talk.log")
    file.write_bytes(gzip.compress(data) if packed else data)
    found = json.loads(tool("findings", file, "--json").out)["findings"]
    assert [row["kind"] for row in found] == ["aws-access-key"]


def test_personal_data_on_request_only(tool: Tool, tmp_path: Path) -> None:
    """Without the option it is not looked for; with it kinds and places are told, no value."""
    file = tmp_path / "talk.txt"
    file.write_text("IBAN DE02 1203 0000 0000 2020 51, write to anna.schmidt@posteo.de")
    assert json.loads(tool("findings", file, "--json").out)["findings"] == []
    ran = tool("findings", file, "--personal", "--json")
    assert [row["kind"] for row in json.loads(ran.out)["findings"]] == ["iban", "email-address"]
    kept = b"".join(p.read_bytes() for p in Path(os.environ["WITHHOLD_HOME"]).rglob("*") if p.is_file())
    for value in ("1203 0000", "12030000", "anna.schmidt"):
        assert value not in ran.out + tool("findings", file, "--personal").out
        assert value.encode() not in kept


def test_an_old_key_is_found_without_its_name_beside_it() -> None:
    """Keys of OpenAI's first form say in their middle whose they are."""
    letters = string.ascii_letters + string.digits
    rng = random.Random(10)
    head, tail = ("".join(rng.choice(letters) for _ in range(20)) for _ in range(2))
    (found,) = Finder(KEY).in_text(f"use sk-{head}T3BlbkFJ{tail} for this".encode())
    assert found.issuer == "OpenAI"
