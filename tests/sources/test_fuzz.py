"""Whatever the bytes: no crash, no lost count, no memory in proportion to the file."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.conftest import OWN, read_all
from withhold.sources.interface import Limits
from withhold.sources.json_items import items, lines
from withhold.sources.json_scanner import Raw, Skipped
from withhold.support.errors import NothingRead

SEEDS = sorted(p for p in OWN.rglob("*") if p.suffix in {".json", ".jsonl"} and p.parent.name != "samples")
PART = re.compile(r"\.(chat_)?messages\[\d+\]$")

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
odd_message = any_json | st.fixed_dictionaries(
    {},
    optional={
        "uuid": any_json,
        "sender": st.sampled_from(["human", "assistant", "system", None, 3]),
        "created_at": st.sampled_from([None, 0, "", "2026-01-01T00:00:00Z", "0001-01-01", 1e300, "x"]),
        "content": any_json,
        "attachments": any_json,
    },
)
odd_chat = any_json | st.fixed_dictionaries(
    {"chat_messages": st.lists(odd_message, max_size=4) | any_json},
    optional={"uuid": any_json, "account": any_json, "created_at": any_json, "updated_at": any_json},
)
message = st.fixed_dictionaries({"content": any_json}, optional={"role": any_json, "id": any_json})
odd_line = any_json | st.fixed_dictionaries(
    {"type": st.sampled_from(["user", "assistant", "summary", "novel", None])},
    optional={
        "uuid": st.sampled_from(["a", "b", None]),
        "timestamp": any_json,
        "sessionId": any_json,
        "isSidechain": any_json,
        "message": any_json
        | st.fixed_dictionaries({"content": any_json}, optional={"role": any_json, "id": any_json}),
    },
)


class Bytes:
    """A stream over bytes that hands out small pieces."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._data, self._piece, self._at = data, piece, 0

    def read(self, size: int, /) -> bytes:
        start, self._at = self._at, self._at + min(size, self._piece)
        return self._data[start : self._at]

    def close(self) -> None: ...


def survives(path: Path) -> None:
    """Reading ends with a result or with the one error for nothing."""
    try:
        result = read_all([path])
    except NothingRead as nothing:
        assert str(path) in nothing.message  # noqa: PT017 - the reason is what is tested
        return
    for row in result.summaries:
        counted = row.conversations + row.unrecognised_count + len(row.apart)
        assert counted + len(row.members) + len(row.warnings) > 0


@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_mutated_bytes(seed: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any bytes of any sample may change, any tail may be missing."""
    body = bytearray(seed.read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    path = tmp_path_factory.mktemp("fuzz") / seed.name
    path.write_bytes(body[:cut])
    survives(path)


@given(data=st.data(), method=st.sampled_from([ZIP_STORED, ZIP_DEFLATED]))
def test_mutated_archives(data: st.DataObject, method: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Headers, table of contents and packed bytes may lie; the tail may be missing."""
    path = tmp_path_factory.mktemp("fuzz") / "x.zip"
    with ZipFile(path, "w", method) as archive:
        for seed in SEEDS[:4]:
            archive.write(seed, seed.name)
    body = bytearray(path.read_bytes())
    start = data.draw(st.sampled_from([0, max(0, len(body) - 400)]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(start, len(body) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(body[: data.draw(st.integers(len(body) - 30, len(body)))])
    survives(path)


def test_truncation_at_every_byte(tmp_path: Path) -> None:
    """A cut export loses nothing without a word: what is complete is read, and a fault is named."""
    chats = [{"uuid": f"c{n}", "chat_messages": [{"uuid": f"m{n}", "sender": "human"}]} for n in range(3)]
    whole = json.dumps(chats).encode()
    ends = [whole.index(json.dumps(chat).encode()) + len(json.dumps(chat)) for chat in chats]
    path = tmp_path / "x.json"
    for cut in range(ends[0], len(whole)):
        path.write_bytes(whole[:cut])
        row = read_all([path]).only
        assert row.conversations == sum(end <= cut for end in ends), cut
        assert row.unrecognised_count == 1, cut


@given(chats=st.lists(odd_chat, max_size=6))
def test_every_item_of_an_export_is_accounted_for(
    chats: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Conversations and named items are as many as the list has items, by a count that knows nothing."""
    sure = {"uuid": "sure", "chat_messages": []}
    path = tmp_path_factory.mktemp("fuzz") / "x.json"
    path.write_text(json.dumps([sure, *chats]))
    row = read_all([path]).only
    named = [u for u in row.unrecognised if not PART.search(u.place)]
    assert row.conversations + len(named) == len(chats) + 1


@given(found=st.lists(odd_line, max_size=8))
def test_every_line_of_a_transcript_is_survived(
    found: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One file is one session whatever its lines hold; lines that are no object are named."""
    sure = {"type": "user", "sessionId": "s", "uuid": "sure", "message": {"role": "user", "content": "hi"}}
    path = tmp_path_factory.mktemp("fuzz") / "x.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in [sure, *found]))
    row = read_all([path]).only
    assert row.conversations == 1
    assert row.unrecognised_count == sum(not isinstance(one, dict) for one in found)


@given(values=st.lists(any_json, max_size=5), indent=st.sampled_from([None, 1]), piece=st.integers(1, 9))
def test_the_splitter_agrees_with_a_decoder(values: list[Any], indent: int | None, piece: int) -> None:
    """Item by item, whatever the pieces in which the bytes arrive."""
    data = json.dumps(values, indent=indent).encode()
    found = list(items(Bytes(data, piece), Limits()))
    assert [json.loads(raw.data) for raw in found if isinstance(raw, Raw)] == values
    for raw in found:
        assert isinstance(raw, Raw)
        assert data[raw.offset : raw.offset + len(raw.data)] == raw.data


@given(values=st.lists(any_json, max_size=5), other=any_json, piece=st.integers(1, 9))
def test_the_splitter_finds_a_list_inside(values: list[Any], other: Any, piece: int) -> None:
    """The list under a key is streamed, what stands around it is passed over."""
    data = json.dumps({"a": other, "b": values, "c": other}).encode()
    found = list(items(Bytes(data, piece), Limits(), inside="b"))
    assert [json.loads(raw.data) for raw in found if isinstance(raw, Raw)] == values


@given(data=st.binary(max_size=60), piece=st.integers(1, 9))
def test_the_splitters_take_any_bytes(data: bytes, piece: int) -> None:
    """They end, and offsets lie in the file."""
    for found in (*items(Bytes(data, piece), Limits()), *lines(Bytes(data, piece), Limits())):
        assert 0 <= found.offset <= len(data)


@given(data=st.text(alphabet='[]{}":,\\a1 ', max_size=60), piece=st.integers(1, 9))
def test_the_splitter_takes_any_brackets(data: str, piece: int) -> None:
    """Valid JSON lists come out item by item; of broken ones the rest is named."""
    found = list(items(Bytes(data.encode(), piece), Limits()))
    try:
        value = json.loads(data)
    except ValueError:
        return
    if isinstance(value, list):
        assert not any(isinstance(raw, Skipped) for raw in found)
        assert len(found) == len(value)


MEASURE = """
import sys
from pathlib import Path
from withhold.sources.registry import read_paths
def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
before, count = peak(), 0
for reading in read_paths([Path(sys.argv[1])]):
    count += sum(1 for _ in reading)
print(count, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of one program is told there alone")
@pytest.mark.parametrize("shape", ["array", "lines", "one huge item"])
def test_memory_does_not_grow_with_the_file(shape: str, tmp_path: Path) -> None:
    """A file of 50 MB takes less than 60 MB; one endless item takes no more than the limit for items."""
    path = tmp_path / "big.json"
    text = "words and more words " * 40
    with path.open("w") as out:
        if shape == "lines":
            for n in range(50_000):
                entry = {"role": "user", "content": text}
                out.write(
                    json.dumps({"type": "user", "uuid": f"u{n}", "sessionId": "s", "message": entry}) + "\n"
                )
        else:
            out.write("[")
            for n in range(12_000 if shape == "array" else 2_000):
                said = [{"uuid": f"m{n}-{k}", "sender": "human", "text": text} for k in range(4)]
                out.write(json.dumps({"uuid": f"c{n}", "chat_messages": said}) + ",")
            if shape == "one huge item":
                out.write('{"chat_messages": "' + "x" * (80 << 20) + '"},')
            out.write('{"uuid": "last", "chat_messages": []}]')
    ran = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    count, grown_kb = map(int, ran.stdout.split())
    assert count > 0
    allowed = 80 if shape == "one huge item" else 60
    assert grown_kb < allowed * 1024
