"""Packed files: zstd streams are read, archives in archives too, and what is not looked into is named."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from zipfile import ZIP_STORED, ZipFile

import pytest
import zstandard

from tests.sources.conftest import Result
from withhold.sources.interface import Limits
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
META = {"timestamp": "2026-01-10T09:00:00Z", "type": "session_meta", "payload": {"id": "s"}}


def rollout(prompts: int) -> bytes:
    """A Codex session with so many prompts."""
    rows = [META] + [
        {
            "timestamp": f"2026-01-10T09:{number // 60:02}:{number % 60:02}Z",
            "type": "event_msg",
            "payload": {"type": "user_message", "message": f"prompt {number}"},
        }
        for number in range(prompts)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def put(folder: Path, data: bytes) -> Path:
    path = folder / "rollout-2026-01-10T09-00-00-s.jsonl.zst"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_a_packed_rollout_is_read(frames: int, read: Read, tmp_path: Path) -> None:
    """However many frames it has: programs append frames, and a frame may end inside a line."""
    data = rollout(30)
    size = len(data) // frames + 1
    path = put(tmp_path, b"".join(zst(data[at : at + size]) for at in range(0, len(data), size)))
    row = read(path).only
    assert (row.format, row.conversations, row.human, row.unrecognised) == ("codex", 1, 30, ())


def test_a_packed_and_a_plain_copy_count_once(read: Read, tmp_path: Path) -> None:
    """A program that packs old rollouts may be stopped before it removes the plain one."""
    put(tmp_path, zst(rollout(5)))
    (tmp_path / "rollout-2026-01-10T09-00-00-s.jsonl").write_bytes(rollout(5))
    row = read(tmp_path).only
    assert (row.conversations, row.human) == (1, 5)


def test_a_packed_rollout_in_an_archive_is_read(read: Read, tmp_path: Path) -> None:
    """A backup of a home may be a ZIP."""
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("sessions/rollout-a.jsonl.zst", zst(rollout(3)))
    assert read(tmp_path / "x.zip").only.human == 3


def test_a_cut_packed_rollout_is_told_wherever_it_ends(read: Read, tmp_path: Path) -> None:
    """What ends inside a frame does not pass for whole; what was unpacked before the end counts."""
    data = rollout(3)
    lines = [zst(line) for line in data.splitlines(keepends=True)]
    packed = b"".join(lines)
    ends = {sum(map(len, lines[:number])): number - 1 for number in range(1, len(lines) + 1)}
    for cut in range(len(lines[0]), len(packed)):
        row = read(put(tmp_path, packed[:cut])).only
        assert row.human == max(prompts for end, prompts in ends.items() if end <= cut), cut
        assert row.unrecognised_count == (cut not in ends), cut


def test_a_damaged_packed_rollout_is_told(read: Read, tmp_path: Path) -> None:
    """Bytes that are no frame are a fault, not an end."""
    row = read(put(tmp_path, zst(rollout(3)) + b"junk")).only
    assert row.human == 3
    assert "damaged" in row.unrecognised[0].reason


def test_a_bomb_of_zstd_is_stopped(read: Read, tmp_path: Path) -> None:
    """A gigabyte of one letter in some kilobytes is not unpacked to its end."""
    packed = zstandard.ZstdCompressor().compressobj()
    body = packed.compress(rollout(1)) + b"".join(packed.compress(bytes(1 << 20)) for _ in range(1024))
    row = read(put(tmp_path, body + packed.flush())).only
    assert row.human == 1
    assert "bomb" in row.unrecognised[0].reason


def nested(depth: int) -> bytes:
    """A rollout in so many archives."""
    data, name = rollout(2), "rollout-a.jsonl"
    for number in range(depth):
        file = io.BytesIO()
        with ZipFile(file, "w", ZIP_STORED) as archive:
            archive.writestr(name, data)
        data, name = file.getvalue(), f"{number}.zip"
    return data


def test_an_archive_in_an_archive_is_read(read: Read, tmp_path: Path) -> None:
    """People pack what they have downloaded once more."""
    (tmp_path / "x.zip").write_bytes(nested(2))
    row = read(tmp_path / "x.zip").only
    assert (row.conversations, row.human) == (1, 2)


def test_deeper_archives_are_named(read: Read, tmp_path: Path) -> None:
    """An archive can hold itself, so there is an end to it."""
    (tmp_path / "x.zip").write_bytes(nested(3))
    with pytest.raises(NothingRead, match="unpack it and give the folder"):
        read(tmp_path / "x.zip")


def test_a_cut_archive_in_an_archive_is_named(read: Read, tmp_path: Path) -> None:
    """Its neighbours are read."""
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("rollout-a.jsonl", rollout(1))
        archive.writestr("cut.zip", nested(1)[:-30])
    row = read(tmp_path / "x.zip").only
    assert row.human == 1
    assert [u.place for u in row.unrecognised] == ["cut.zip"]


def test_a_large_archive_in_an_archive_is_named(read: Read, tmp_path: Path) -> None:
    """It is never copied beyond the limit of a member."""
    (tmp_path / "x.zip").write_bytes(nested(2))
    with pytest.raises(NothingRead, match="larger than 100 bytes"):
        read(tmp_path / "x.zip", limits=Limits(member_bytes=100))


def tar(data: bytes, mode: Literal["w", "w:gz"]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        member = tarfile.TarInfo("rollout-b.jsonl")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("takeout.tgz", tar(rollout(1), "w:gz")),
        ("x.tar", tar(rollout(1), "w")),
        ("x.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60)),
    ],
)
def test_other_archives_are_never_passed_over(name: str, body: bytes, read: Read, tmp_path: Path) -> None:
    """They may hold an export, so each is named with what to do, and none is taken for what it holds."""
    (tmp_path / "rollout-a.jsonl").write_bytes(rollout(1))
    (tmp_path / name).write_bytes(body)
    row = read(tmp_path).only
    (fault,) = row.unrecognised
    assert (row.human, fault.place) == (1, name)
    assert "unpack it" in fault.reason


@pytest.mark.parametrize("name", ["file-AbCdEf123456-backup.zip", "dalle-generations/x.zip", "uploads/x.zip"])
@pytest.mark.parametrize("packed", [True, False])
def test_an_attached_archive_is_no_export(name: str, packed: bool, read: Read, tmp_path: Path) -> None:
    """A person may send an export of somebody else to a model: it is a file of the chat, not a chat."""
    said = {"id": "m", "author": {"role": "user"}, "create_time": 1.76e9, "content": {"parts": ["hi"]}}
    chat = {"conversation_id": "c", "mapping": {"n": {"id": "n", "parent": None, "message": said}}}
    files = {"conversations.json": json.dumps([chat]).encode(), name: nested(1)}
    if packed:
        with ZipFile(tmp_path / "x.zip", "w") as archive:
            for place, body in files.items():
                archive.writestr(place, body)
    else:
        for place, body in files.items():
            (tmp_path / place).parent.mkdir(exist_ok=True)
            (tmp_path / place).write_bytes(body)
    row = read(tmp_path).only
    assert (row.format, row.conversations) == ("chatgpt", 1)
    told = [what for what, _ in row.members] + [fault.place for fault in row.unrecognised]
    assert "attached files" in told or any(place.endswith(name) for place in told)


def test_an_export_may_have_the_name_of_an_attached_file(read: Read, tmp_path: Path) -> None:
    """What is given by itself is what the person means."""
    (tmp_path / "file-AbCdEf123456.zip").write_bytes(nested(1))
    assert read(tmp_path / "file-AbCdEf123456.zip").only.conversations == 1
