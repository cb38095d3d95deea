"""Members of a ZIP come out as the standard library gives them, faults included."""

import io
import random
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.conftest import read_all
from withhold.sources.inflating import Inflating
from withhold.support.errors import NothingRead

BODY = b'[{"uuid": "a"}, ' + bytes(random.Random(1).choices(b"some words {}[]", k=400_000)) + b"]"


def archive(path: Path, *, method: int = zipfile.ZIP_DEFLATED, before: bytes = b"") -> Path:
    """Three members, with bytes before the first."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as made:
        made.writestr("empty.json", b"")
        made.writestr("folder/ü.json", BODY)
        made.writestr("small.json", b"[]")
    path.write_bytes(before + whole.getvalue())
    return path


def standard(path: Path, name: str, piece: int) -> bytes | None:
    """The bytes of a member as the standard library has them; ``None`` for a fault."""
    try:
        with zipfile.ZipFile(path) as opened, opened.open(name) as member:
            return b"".join(iter(lambda: member.read(piece), b""))
    except (
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ):
        return None


def ours(path: Path, name: str, piece: int) -> bytes | None:
    """The same by way of what is tested."""
    try:
        with zipfile.ZipFile(path) as opened:
            member = Inflating(opened, path, opened.getinfo(name))
            try:
                return b"".join(iter(lambda: member.read(piece), b""))
            finally:
                member.close()
    except (
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ):
        return None


@pytest.mark.parametrize("piece", [1000, 1 << 18, 1 << 22])
@pytest.mark.parametrize("before", [b"", b"#! a program in front"])
def test_members_come_out_whole(tmp_path: Path, piece: int, before: bytes) -> None:
    """Empty, small and large ones, read in pieces of any size."""
    path = archive(tmp_path / "x.zip", before=before)
    for name, body in (("empty.json", b""), ("folder/ü.json", BODY), ("small.json", b"[]")):
        assert ours(path, name, piece) == standard(path, name, piece) == body


@given(data=st.data())
def test_damage_is_found_as_the_standard_library_finds_it(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Changed bytes of headers, contents and table of contents: the same bytes or a fault, never others.

    Where only the packed length in the table is wrong, ours may read on to the end of the member, and its
    checksum then says that it came out whole.
    """
    path = archive(tmp_path_factory.mktemp("zip") / "x.zip")
    body = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        near = data.draw(st.sampled_from([0, len(body) - 300, len(body) // 2]))
        body[data.draw(st.integers(near, min(near + 300, len(body) - 1)))] = data.draw(st.integers(0, 255))
    path.write_bytes(body)
    for name, whole in (("folder/ü.json", BODY), ("small.json", b"[]")):
        found, expected = ours(path, name, 1 << 16), standard(path, name, 1 << 16)
        assert found == expected or (expected is None and found == whole)


def test_a_member_whose_checksum_is_wrong_is_named(tmp_path: Path) -> None:
    """What was read until then stands; the fault says that it is the ZIP."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("conversations.json", b'[{"uuid": "a", "chat_messages": []}' + b" " * 5_000_000 + b"]")
    body = path.read_bytes()
    with zipfile.ZipFile(path) as made:
        crc = made.infolist()[0].CRC.to_bytes(4, "little")
    path.write_bytes(body.replace(crc, bytes(4)))
    try:
        reasons = [fault.reason for fault in read_all([path]).only.unrecognised]
    except NothingRead as nothing:
        reasons = [nothing.message]
    assert any("damaged" in reason and "CRC" in reason for reason in reasons)
