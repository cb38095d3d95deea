"""From hostile and odd paths to entries: nothing outside is opened, nothing is left out without a word."""

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from tests.sources.conftest import Result
from withhold.sources.interface import Limits
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
CHAT = {
    "uuid": "c",
    "chat_messages": [{"uuid": "m", "sender": "human", "created_at": "2026-01-01T00:00:00Z"}],
}
BODY = json.dumps([CHAT])


def zipped(path: Path, *members: tuple[ZipInfo | str, str | bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", BODY)
        for name, body in members:
            archive.writestr(name, body)
    return path


def linked(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("../outside.json", "leads out"),
        ("a/../../outside.json", "leads out"),
        ("..\\outside.json", "leads out"),
        ("/etc/outside.json", "absolute"),
        ("C:\\outside.json", "absolute"),
        ("a" * 2000, "longer than"),
    ],
)
def test_a_member_that_leads_out_is_refused(name: str, word: str, read: Read, tmp_path: Path) -> None:
    """It is named, and the others are read."""
    row = read(zipped(tmp_path / "x.zip", (name, BODY))).only
    assert row.conversations == 1
    assert word in row.unrecognised[0].reason


def test_a_link_in_an_archive_is_refused(read: Read, tmp_path: Path) -> None:
    """A link's target could be anything on this computer."""
    row = read(zipped(tmp_path / "x.zip", (linked("users.json"), "/etc/passwd"))).only
    assert [(u.place, u.reason) for u in row.unrecognised] == [
        ("users.json", "a link; links are not followed")
    ]


def test_a_bomb_is_refused_before_it_is_unpacked(read: Read, tmp_path: Path) -> None:
    """A member of 64 MiB of one letter does not get opened, alone or with others."""
    bomb = zipped(tmp_path / "x.zip", ("big.json", "[" + " " * (64 << 20) + "]"))
    with pytest.raises(NothingRead, match="ZIP bomb"):
        read(bomb)
    row = read(bomb, limits=Limits(ratio=10**6, member_bytes=1 << 20)).only
    assert row.conversations == 1
    assert "larger than" in row.unrecognised[0].reason


def test_an_archive_with_too_many_members_is_refused(read: Read, tmp_path: Path) -> None:
    """The limit on files holds for archives and folders."""
    many = zipped(tmp_path / "x.zip", *((f"{n}.json", "{}") for n in range(20)))
    with pytest.raises(NothingRead, match="more than 10 files"):
        read(many, limits=Limits(members=10))


def encrypted(path: Path) -> Path:
    """Set the flag of the last member in its header and in the table of contents."""
    data = bytearray(zipped(path, ("secret.json", BODY)).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(signature) + offset] |= 1
    path.write_bytes(data)
    return path


def test_an_encrypted_member_is_named(read: Read, tmp_path: Path) -> None:
    """No password is asked for; the next step is said."""
    row = read(encrypted(tmp_path / "x.zip")).only
    assert row.conversations == 1
    assert row.unrecognised[0].place == "secret.json"
    assert "encrypted" in row.unrecognised[0].reason


def test_a_damaged_member_is_named(read: Read, tmp_path: Path) -> None:
    """A member whose bytes do not fit its checksum is no success."""
    with ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps([CHAT, {**CHAT, "uuid": "d"}]))
    data = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data.replace(b'"uuid": "d"', b'"uuid": "e"', 1))
    with pytest.raises(NothingRead, match="damaged"):
        read(tmp_path / "x.zip")


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_cut_archive_is_named(keep: float, read: Read, tmp_path: Path) -> None:
    """Its table of contents stands at the end; without it nothing can be read."""
    data = zipped(tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(NothingRead, match="download it again"):
        read(tmp_path / "x.zip")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes need rights there")
def test_links_and_pipes_in_a_folder_are_not_followed(read: Read, tmp_path: Path) -> None:
    """A link is named, a pipe would hang whoever opens it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/conversations.json").write_text(BODY)
    (tmp_path / "secret.json").write_text(BODY)
    (tmp_path / "in/link.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "in/pipe")
    row = read(tmp_path / "in").only
    assert row.conversations == 1
    assert sorted(u.place for u in row.unrecognised) == ["link.json", "loop"]


def test_tokens_are_never_opened(read: Read, samples: Path, tmp_path: Path) -> None:
    """A file of tokens in the way is passed over, wherever it lies."""
    (tmp_path / ".credentials.json").write_text(BODY)
    with pytest.raises(NothingRead):
        read(tmp_path)


def test_several_paths_of_several_kinds(read: Read, samples: Path, tmp_path: Path) -> None:
    """A ZIP, a folder and a home in one call give a row each, in that order."""
    result = read(zipped(tmp_path / "x.zip"), samples / "claude-export", samples / "claude-code")
    assert [(s.format, s.conversations) for s in result.summaries] == [
        ("claude-ai", 1),
        ("claude-ai", 4),
        ("claude-code", 3),
    ]


def test_a_mixed_folder_gives_a_row_per_format(read: Read, samples: Path, tmp_path: Path) -> None:
    """Archives in a folder are looked into; files of no format are counted by kind, not hidden."""
    zipped(tmp_path / "x.zip")
    session = next((samples / "claude-code/.claude/projects/-src-demo").glob("*.jsonl"))
    (tmp_path / "session.jsonl").write_bytes(session.read_bytes())
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    result = read(tmp_path)
    assert {s.format: s.conversations for s in result.summaries} == {"claude-ai": 1, "claude-code": 1}
    assert any("1 .jpg" in text for s in result.summaries for text in s.warnings)


def test_nothing_read_gives_the_reason_for_each_path(read: Read, tmp_path: Path) -> None:
    """Exit code 2, with every path and what to do."""
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(NothingRead) as told:
        read(tmp_path / "absent", tmp_path / "notes.txt")
    assert told.value.exit_code == 2
    assert "absent: .: there is no such file" in told.value.message
    assert "notes.txt: .: 1 files .txt of no known format" in told.value.message
    assert told.value.next_step
