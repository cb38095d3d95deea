"""Reading many conversations at once comes to what reading them one by one comes to, whatever the bytes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sources.conftest import OWN, read_all
from tests.sources.expected import COLLECTED
from tests.sources.test_fuzz import Bytes, any_json
from withhold.sources.chats import chats_of
from withhold.sources.facts import packed, unpacked
from withhold.sources.feeds import FileFeed, StreamFeed, feed_of
from withhold.sources.interface import Damaged, Entry, Limits
from withhold.sources.kinds import CHATGPT, CLAUDE, CLAUDE_DESIGN, kind_of
from withhold.sources.open import open_file
from withhold.sources.streams import Marks
from withhold.sources.workers import SWITCH, WORTHWHILE, Here, Processes, workers_for

KINDS = (CHATGPT, CLAUDE, CLAUDE_DESIGN)
SEPARATORS = [(", ", ": "), (",", ":"), (" ,\n  ", " : ")]

ids = st.sampled_from(["a", "b", "c", "d", "e"])
at = st.one_of(
    st.floats(1.6e9, 1.8e9),
    st.sampled_from([1.7e9, 1700000000.1234567, 0, None, "", "x", 1.7e12, 5.0, 1e300]),
)
texts = st.text(max_size=20) | st.sampled_from(
    ["plain", "", "half \ud83d", '"mapping"', "}, {", '{"title": ']
)
pictures = st.just({"content_type": "image_asset_pointer", "asset_pointer": "file-service://one"})
content = st.one_of(
    st.fixed_dictionaries({"content_type": st.just("text"), "parts": st.lists(texts, max_size=2)}),
    st.fixed_dictionaries({"content_type": st.just("multimodal_text"), "parts": st.lists(texts | pictures)}),
    st.fixed_dictionaries(
        {
            "content_type": st.sampled_from(
                ["text", "code", "thoughts", "user_editable_context", "novel", None, 3]
            )
        },
        optional={
            "parts": any_json,
            "text": texts,
            "thoughts": st.lists(st.fixed_dictionaries({"content": texts, "summary": texts})),
            "user_profile": texts,
            "result": any_json,
        },
    ),
    any_json,
)
hidden = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "is_visually_hidden_from_conversation": st.booleans() | st.none(),
        "author": texts,
        "attachments": st.lists(st.just({"id": "file-1", "name": "a.pdf"}), max_size=2) | any_json,
    },
)
said = st.fixed_dictionaries(
    {
        "author": st.fixed_dictionaries(
            {"role": st.sampled_from(["user", "assistant", "tool", "system", "critic"])}
        )
    },
    optional={"id": ids | texts, "create_time": at, "content": content, "metadata": hidden},
)
node = st.fixed_dictionaries(
    {"parent": ids | st.none()},
    optional={"message": said | said | said | st.none() | any_json, "children": st.lists(ids, max_size=3)},
)
chatgpt = st.fixed_dictionaries(
    {"title": texts | st.none(), "mapping": st.dictionaries(ids, node, max_size=5) | any_json},
    optional={
        "conversation_id": ids | texts,
        "id": ids | any_json,
        "update_time": at,
        "create_time": at,
        "gizmo_id": st.sampled_from(["g-p-1", "g-2", None]),
        "is_temporary_chat": st.booleans() | st.none(),
    },
)
stamp = st.sampled_from(
    [
        "2026-01-01T00:00:00.000001Z",
        "2026-01-01T02:00:00+02:00",
        "2026-01-01T00:00:00",
        " 2026-01-01 ",
        "",
        None,
        7,
    ]
)
block = st.fixed_dictionaries(
    {"type": st.just("text"), "text": texts}, optional={"citations": any_json, "flags": any_json}
)
message = st.fixed_dictionaries(
    {
        "uuid": ids | texts,
        "sender": st.sampled_from(["human", "assistant", "Human", "critic", None]),
        "created_at": stamp,
    },
    optional={
        "text": texts | any_json,
        "content": st.lists(block, max_size=2) | any_json,
        "attachments": st.lists(st.fixed_dictionaries({"extracted_content": texts}), max_size=1) | any_json,
        "files": st.lists(st.just({"file_name": "a.png"}), max_size=2) | any_json,
        "role": any_json,
    },
)


def claude(key: str) -> st.SearchStrategy[Any]:
    """Conversations whose messages stand under ``key``."""
    return st.fixed_dictionaries(
        {"uuid": ids | texts | any_json, "name": texts},
        optional={
            key: st.lists(message, max_size=4) | st.lists(message | any_json, max_size=3) | any_json,
            "account": any_json | st.fixed_dictionaries({"uuid": ids}),
            "created_at": stamp,
            "updated_at": stamp,
            "is_temporary": any_json,
        },
    )


ITEMS = {CHATGPT: chatgpt, CLAUDE: claude("chat_messages"), CLAUDE_DESIGN: claude("messages")}


def found_in(path: Path, kind: str, window: int, workers: Any = None, *, stream: bool = False) -> list[Any]:
    """All that comes out of a file. A window of 0 is the reference."""
    opener = partial(open_file, path)
    if stream:
        opener = partial(Bytes, path.read_bytes(), 7)  # type: ignore[assignment]
    entry = Entry("x.json", path.stat().st_size, opener, on_disk=path)
    return list(chats_of(entry, kind, Limits(), workers or Here(), window=window))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_window_comes_to_what_its_items_come_to(kind: str, data: st.DataObject) -> None:
    """One by one is the reference: facts, faults and all columns are the same."""
    items = [json.dumps(one).encode() for one in data.draw(st.lists(ITEMS[kind], max_size=4))]
    batch = kind_of(kind).decode(b"[" + b",".join(items) + b"]")
    if batch is not None:
        assert list(batch) == [kind_of(kind).read_one(item) for item in items]
        assert list(unpacked(packed(batch))) == list(batch)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), separators=st.sampled_from(SEPARATORS), stream=st.booleans())
def test_windows_of_any_size_come_to_the_same(
    kind: str,
    data: st.DataObject,
    separators: tuple[str, str],
    stream: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever the items, their separators, the size of windows, and damage to some bytes."""
    items = data.draw(st.lists(ITEMS[kind] | any_json, min_size=1, max_size=6))
    ascii_only = data.draw(st.booleans())
    body = bytearray(
        json.dumps(items, separators=separators, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    )
    for _ in range(data.draw(st.integers(0, 2))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(
            st.sampled_from(list(b'"\\{}[],: x\x00\xff'))
        )
    path = tmp_path_factory.mktemp("windows") / "x.json"
    path.write_bytes(body[: data.draw(st.integers(len(body) // 2, len(body)))])
    reference = found_in(path, kind, 0)
    assert found_in(path, kind, data.draw(st.sampled_from([64, 300, 1 << 20])), stream=stream) == reference


def plain(number: int, turns: int = 3) -> dict[str, Any]:
    """A ChatGPT conversation in which all is as usual, with ``}, {"title": `` inside it."""
    nodes: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": ["n0"]}}
    for turn in range(turns):
        nodes[f"n{turn}"] = {
            "id": f"n{turn}",
            "parent": f"n{turn - 1}" if turn else "root",
            "children": [f"n{turn + 1}"] if turn < turns - 1 else [],
            "message": {
                "id": f"{number}-{turn}",
                "author": {"role": "assistant" if turn % 2 else "user"},
                "create_time": 1.7e9 + number * 100 + turn / 7,
                "content": {"content_type": "text", "parts": [f"é {number} " * 20]},
                "metadata": {
                    "citations": [{"title": "x", "create_time": 1}, {"title": "y", "create_time": 2}]
                },
            },
        }
    return {
        "title": f"Chat {number}",
        "create_time": 1.7e9,
        "mapping": nodes,
        "conversation_id": f"c{number}",
    }


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Enough conversations for many small windows; one of them is odd, one is large."""
    chats = [plain(number) for number in range(60)]
    chats[20]["mapping"]["n1"]["message"]["author"]["role"] = "critic"
    chats[40] = plain(40, turns=400)
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(chats), "utf-8")
    return path


def test_nothing_is_left_to_the_scanner_that_a_window_can_take(export: Path) -> None:
    """Windows are proved to be cut where items end, though the cut is a guess."""
    batch = kind_of(CHATGPT).decode(export.read_bytes())
    assert batch is not None
    assert len(batch.facts) == 60
    assert len(batch.ids) == sum(batch.lengths) == 59 * 3 + 400
    assert found_in(export, CHATGPT, 2000) == found_in(export, CHATGPT, 0)


def test_several_processes_come_to_the_same(export: Path) -> None:
    """Windows are worked on out of order and come out in order; so do those of a stream."""
    reference = found_in(export, CHATGPT, 0)
    with Processes(2) as workers:
        assert found_in(export, CHATGPT, 2000, workers) == reference
        assert found_in(export, CHATGPT, 2000, workers, stream=True) == reference


def test_cut_exports_come_to_the_same(export: Path, tmp_path: Path) -> None:
    """At whatever byte a file ends, what is whole is read and the rest is named."""
    body = export.read_bytes()[:4000]
    path = tmp_path / "cut.json"
    for cut in range(0, len(body), 7):
        path.write_bytes(body[:cut])
        assert found_in(path, CHATGPT, 900) == found_in(path, CHATGPT, 0), cut


def test_a_worker_that_dies_loses_nothing(export: Path) -> None:
    """Its window and all others are decoded by the main process."""
    reference = found_in(export, CHATGPT, 0)
    with Processes(2) as workers:
        entry = Entry("x.json", 1, partial(open_file, export), on_disk=export)
        found = chats_of(entry, CHATGPT, Limits(), workers, window=2000)
        first = next(found)
        for process in workers._all:
            process.kill()
        assert [first, *found] == reference


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away there")
def test_a_file_that_is_taken_away_is_read_to_its_end(export: Path) -> None:
    """Windows are read by the file's name, and that may go: the open file is what counts."""
    reference = found_in(export, CHATGPT, 0)
    entry = Entry("x.json", 1, partial(open_file, export), on_disk=export)
    found = chats_of(entry, CHATGPT, Limits(), Here(), window=2000)
    first = next(found)
    export.unlink()
    os.mkfifo(export)
    assert [first, *found] == reference


def test_workers_end_with_who_asked_for_them(export: Path) -> None:
    """Nothing stays behind when reading is given up halfway."""
    workers = Processes(2)
    with workers:
        entry = Entry("x.json", 1, partial(open_file, export), on_disk=export)
        next(chats_of(entry, CHATGPT, Limits(), workers, window=2000))
    assert [process._program.returncode is not None for process in workers._all] == [True, True]


def test_small_sources_and_the_switch_keep_to_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process more is only worth its start where there is much to read and a core for it."""
    monkeypatch.setenv(SWITCH, "2")
    assert isinstance(workers_for(WORTHWHILE - 1), Here)
    with workers_for(WORTHWHILE) as workers:
        assert isinstance(workers, Processes)
    monkeypatch.setenv(SWITCH, "1")
    assert isinstance(workers_for(WORTHWHILE), Here)


CASES = {
    "the same key twice": '{{"conversation_id":"d","mapping":{{"u":{0},"u":{0}}}}}',
    "the same tree twice": '{{"conversation_id":"d","mapping":{{"u":{0}}},"mapping":{{"v":{0}}}}}',
    "a key in disguise": '{{"conversation_id":"d","mapping":{{"u":{0},"\\u0075":{0}}}}}',
    "a message twice": (
        '{{"conversation_id":"d","mapping":{{"u":{{"parent":null,"message":{1},"message":{1}}}}}}}'
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_decoding_would_drop_is_named(case: str, tmp_path: Path) -> None:
    """A decoder keeps the last of two members; that one was pushed out is seen, in windows and one by one."""
    node = plain(0)["mapping"]["n0"]
    odd = CASES[case].format(json.dumps(node), json.dumps(node["message"]))
    path = tmp_path / "x.json"
    path.write_text(f"[{json.dumps(plain(1))}, {odd}, {json.dumps(plain(2))}]")
    for window in (0, 1 << 20):
        found = [one[1].problem for one in found_in(path, CHATGPT, window) if isinstance(one, tuple)]
        assert found[0] is found[2] is None
        assert found[1] is not None
        assert "twice" in found[1]


def samples() -> Iterator[Path]:
    """Every JSON file of both sample sets."""
    for root in (OWN, COLLECTED):
        yield from (path for path in sorted(root.rglob("*.json")) if path.is_file())


def test_every_sample_comes_to_the_same() -> None:
    """Of whatever format it is: a reader that is wrong here is at least wrong in one way."""
    seen = 0
    for path in samples():
        for kind in KINDS:
            seen += 1
            for inside in (None, "conversations"):
                entry = Entry("x.json", 1, partial(open_file, path), on_disk=path)
                several = [
                    list(chats_of(entry, kind, Limits(), Here(), inside=inside, window=window))
                    for window in (0, 200, 5000, 1 << 20)
                ]
                assert several[1:] == several[:1] * 3, path
    assert seen > 30


def test_depth_between_limit_and_decoder_is_read_both_ways(tmp_path: Path) -> None:
    """What is nested deeply where nobody looks costs nothing; what no decoder takes is named."""
    path = tmp_path / "x.json"
    for depth, read in ((150, True), (400, True), (100_000, False)):
        odd = json.dumps(plain(1))[:-1] + ', "deep": ' + "[" * depth + "]" * depth + "}"
        path.write_text(f"[{json.dumps(plain(0))}, {odd}, {json.dumps(plain(2))}]")
        several = [found_in(path, CHATGPT, window) for window in (0, 1 << 20)]
        assert several[0] == several[1]
        assert isinstance(several[0][1], tuple) is read


@given(data=st.text("ab", max_size=40), sizes=st.lists(st.integers(1, 5), min_size=40, max_size=40))
def test_marks_are_counted_across_pieces(data: str, sizes: list[int]) -> None:
    """In whatever pieces bytes pass by, as often as in one."""
    marks, at = Marks(b"abb"), 0
    for size in sizes:
        marks.see(data[at : at + size].encode())
        at += size
    assert marks.count == data.count("abb")


class Torn(Bytes):
    """A stream that breaks off."""

    def read(self, size: int, /) -> bytes:
        return super().read(size) or self._tear()

    def _tear(self) -> bytes:
        raise Damaged("bad checksum")


@given(
    sizes=st.lists(st.integers(1, 40), max_size=8),
    ahead=st.integers(0, 60),
    data=st.binary(min_size=1, max_size=60),
)
@example(sizes=[40, 40], ahead=60, data=b"x")
def test_looking_ahead_changes_nothing(sizes: Sequence[int], ahead: int, data: bytes) -> None:
    """Bytes come out of a feed once and in order, whatever was looked at before; damage too."""
    feed = StreamFeed(Torn(data, 9))
    taken = b""
    for size in sizes:
        assert data.startswith(taken + feed.ahead(len(taken), len(taken) + ahead))
        try:
            taken += feed.read(size)
        except Damaged:
            assert taken == data
            return
    assert data.startswith(taken)


def test_files_are_read_where_they_lie(export: Path) -> None:
    """Another process reads a file itself; what is no plain file is handed to it."""
    feed = feed_of(Entry("x.json", 1, partial(open_file, export), on_disk=export))
    feed.close()
    assert isinstance(feed, FileFeed)
    assert feed.path == export
    assert feed_of(Entry("x.json", 1, partial(Bytes, b"[]", 1))).path is None


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent another way there")
def test_an_interrupt_ends_everything(tmp_path: Path) -> None:
    """Ctrl-C goes to all processes of the terminal; the main one ends the others, and says nothing else."""
    path = tmp_path / "conversations.json"
    path.write_text("[" + ", ".join(json.dumps(plain(number, 40)) for number in range(2600)) + "]", "utf-8")
    assert path.stat().st_size > WORTHWHILE
    program = (
        "import sys, pathlib, time\nfrom withhold.sources.registry import read_paths\n"
        "for reading in read_paths([pathlib.Path(sys.argv[1])]):\n"
        "    for count, _ in enumerate(reading):\n"
        "        if count == 9: print('reading', flush=True), time.sleep(30)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, SWITCH: "2"},
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"reading\n"
    os.killpg(run.pid, signal.SIGINT)
    _, talk = run.communicate(timeout=20)
    assert run.returncode in {-signal.SIGINT, 1, 130}
    assert talk.count(b"Traceback") <= 1
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


def test_the_summary_counts_columns_as_it_counts_messages(export: Path) -> None:
    """Numbers of the row are those that the messages themselves give."""
    result = read_all([export])
    messages = [
        m for chat in result.conversations.values() for m in chat.messages if m.author.value != "other"
    ]
    assert result.only.human + result.only.model == len(messages)
    assert result.only.first == min(m.at.earliest for m in messages)
    assert result.only.last == max(m.at.earliest for m in messages)
