"""What people hand over by mistake, what lies in real folders: a clear word for each, and never a hang."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from tests.sources.conftest import Result
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
posix = pytest.mark.skipif(sys.platform == "win32", reason="files of such kinds are not there")
pytestmark = pytest.mark.timeout(20)


def export(source_id: str = "c") -> str:
    said = {"uuid": f"m-{source_id}", "sender": "human", "created_at": "2026-01-01T00:00:00Z"}
    return json.dumps([{"uuid": source_id, "chat_messages": [said]}])


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("invoice.pdf", b"%PDF-1.7\n" + bytes(300), "1 files .pdf of no known format"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(300), "1 files .jpg of no known format"),
        ("package.json", b'{"name": "x", "dependencies": {}}', "JSON of a shape that no reader knows"),
        ("empty.zip", b"", "an empty file"),
        ("x.zip.crdownload", b"PK\x03\x04" + bytes(60), "still being downloaded"),
        ("x.zip.part", b"PK\x03\x04" + bytes(60), "still being downloaded"),
        ("X.ZIP.PART", b"[", "still being downloaded"),
        ("takeout.tgz", b"\x1f\x8b\x08" + bytes(60), "unpack it"),
        ("gemini_gems_data.html", b"<html><body></body></html>", "My Activity"),
    ],
)
def test_a_wrong_file_is_told(name: str, body: bytes, word: str, read: Read, tmp_path: Path) -> None:
    """Exit code 2, with what the file is and what to do."""
    (tmp_path / name).write_bytes(body)
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(NothingRead, match=word) as told:
            read(path)
        assert told.value.exit_code == 2
        assert told.value.next_step


def test_a_download_beside_an_export_is_named(read: Read, tmp_path: Path) -> None:
    """The rest is read; the person learns that something is still to come."""
    (tmp_path / "conversations.json").write_text(export())
    (tmp_path / "b.zip.crdownload").write_bytes(b"PK\x03\x04")
    row = read(tmp_path).only
    assert row.conversations == 1
    assert [u.place for u in row.unrecognised] == ["b.zip.crdownload"]


@posix
def test_special_files_never_hang(read: Read, tmp_path: Path) -> None:
    """Pipes, sockets and devices are counted, not opened."""
    (tmp_path / "conversations.json").write_text(export())
    os.mkfifo(tmp_path / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listening, inside(tmp_path):
        listening.bind("socket.json")
        row = read(tmp_path).only
    assert row.conversations == 1
    assert any("2 pipes, sockets or devices" in text for text in row.warnings)
    for path in ("/dev/zero", tmp_path / "pipe.json"):
        with pytest.raises(NothingRead, match="neither a file nor a folder"):
            read(Path(path))


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Names of sockets are short, so they are made from where they lie."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@posix
def test_loops_of_links_end(read: Read, tmp_path: Path) -> None:
    """As a path of its own, and in a folder."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(NothingRead, match="cannot be read"):
        read(tmp_path / "a")
    (tmp_path / "conversations.json").write_text(export())
    assert [u.place for u in read(tmp_path).only.unrecognised] == ["a", "b"]


@posix
def test_folders_without_an_end_are_left(read: Read, tmp_path: Path) -> None:
    """A tree of a thousand folders in folders is named, its neighbours are read."""
    (tmp_path / "z.json").write_text(export())
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    row = read(tmp_path).only
    assert row.conversations == 1
    assert [u.reason for u in row.unrecognised] == ["too many folders in folders"]
    remove_deep(tmp_path)


def remove_deep(folder: Path) -> None:
    """Remove folders that are too deep for what removes a test's files."""
    while (folder / "d/d").is_dir():
        (folder / "d/d").rename(folder / "e")
        (folder / "d").rmdir()
        (folder / "e").rename(folder / "d")


@posix
def test_what_may_not_be_read_is_named(read: Read, tmp_path: Path) -> None:
    """A file and a folder of somebody else."""
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "a.json").write_text(export())
    (tmp_path / "b.json").write_text(export("d"))
    (tmp_path / "b.json").chmod(0)
    (tmp_path / "c").mkdir(mode=0)
    row = read(tmp_path).only
    (tmp_path / "c").chmod(0o700)
    assert row.conversations == 1
    assert sorted(u.place for u in row.unrecognised) == ["b.json", "c"]


@pytest.mark.parametrize("path", ["a\0b", "a" * 5000, "\udcff.json"])
def test_paths_that_can_be_none(path: str, read: Read) -> None:
    """Nothing of them is a fault of ours."""
    with pytest.raises(NothingRead):
        read(Path(path))


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems take no such names")
def test_names_in_any_encoding(read: Read, tmp_path: Path) -> None:
    """Other scripts, no script at all, names that differ in their case alone: each file is read."""
    names = ["übung 日本語.json", os.fsdecode(b"\xff\xfe.json"), "a.json", "A.json", "line\nbreak.json"]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(export(f"c{number}"))
    row = read(tmp_path).only
    assert (row.conversations, row.unrecognised) == (len(names), ())
    (tmp_path / os.fsdecode(b"\xfe.json")).write_text("[")
    (fault,) = read(tmp_path).only.unrecognised
    assert fault.place.encode("utf-8") == b"?.json"


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems take no such names")
def test_a_path_that_is_no_text_can_be_kept(read: Read, tmp_path: Path) -> None:
    """Neither what is told nor what is kept of it breaks when it is written as UTF-8."""
    path = tmp_path / os.fsdecode(b"\xfe.json")
    path.write_text(export())
    row = read(path).only
    assert row.conversations == 1
    assert row.path.encode("utf-8").endswith(b"/?.json")
    with pytest.raises(NothingRead) as told:
        read(tmp_path / os.fsdecode(b"\xff.json"))
    assert told.value.message.encode("utf-8")


def test_archives_of_macos_and_windows(read: Read, tmp_path: Path) -> None:
    """Litter of the one is passed over; separators of the other are understood; names may collide."""
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("__MACOSX/._conversations.json", export("litter"))
        archive.writestr("conversations.json", export("a"))
        archive.writestr("Conversations.json", export("b"))
        member = ZipInfo("more/conversations.json")
        member.filename = "more\\conversations.json"
        archive.writestr(member, export("c"))
        member = ZipInfo("x")
        member.filename = "caf\udce9.json".encode("latin-1", "replace").decode("latin-1")
        archive.writestr(member, export("d"))
    result = read(tmp_path / "x.zip")
    assert set(result.conversations) == {"a", "b", "c", "d"}
    assert result.only.unrecognised == ()


def test_a_file_that_shrinks_while_it_is_read(read: Read, tmp_path: Path) -> None:
    """It is a cut file, no crash: programs rotate and rewrite what they log."""
    from withhold.sources.registry import read_paths

    path = tmp_path / "x.json"
    chats = [json.loads(export(f"c{number}"))[0] for number in range(40_000)]
    path.write_text(json.dumps(chats))
    for reading in read_paths([path]):
        items = iter(reading)
        next(items)
        os.truncate(path, 1000)
        count = 1 + sum(1 for _ in items)
        summary = reading.summary()
    assert count > 1
    assert summary.unrecognised_count >= 1
    assert summary.conversations < 40_000


def test_a_file_that_goes_before_it_is_read(read: Read, tmp_path: Path) -> None:
    """It was seen, so it is named."""
    from withhold.sources.registry import read_paths

    (tmp_path / "a.json").write_text(export())
    session = {"type": "user", "sessionId": "s", "uuid": "u", "message": {"role": "user", "content": "hi"}}
    (tmp_path / "b.jsonl").write_text(json.dumps(session) + "\n")
    summaries = []
    for reading in read_paths([tmp_path]):
        list(reading)
        summaries.append(reading.summary())
        (tmp_path / "b.jsonl").unlink(missing_ok=True)
    assert [row.format for row in summaries] == ["claude-ai", "claude-code"]
    assert "cannot be opened" in summaries[1].unrecognised[0].reason
