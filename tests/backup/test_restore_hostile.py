"""Backups that others made, that are cut off, or do not fit: nothing of them stays, nothing is lost."""

import io
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from tests.backup.conftest import IDENTITY, KEY, LOCK, MakeServices
from tests.backup.test_backup import _known
from withhold.app.accounts import attest_setting
from withhold.app.bootstrap import Services
from withhold.app.evidence.checking import check_store
from withhold.app.failures import describe
from withhold.app.ledger.index import check_index
from withhold.app.state.archive import Key, open_, unpack
from withhold.app.state.backup import backup
from withhold.app.state.restore import restore
from withhold.support.errors import (
    EnvironmentProblem,
    StateBusy,
    StateTooNew,
    UsageProblem,
    WithholdError,
)
from withhold.support.locks import held
from withhold.support.progress import Silent

Change = Callable[[tarfile.TarInfo, bytes], Iterator[tuple[tarfile.TarInfo, bytes]]]


@pytest.fixture
def sealed(filled: Services, tmp_path: Path) -> Path:
    """A backup of the filled state."""
    backup(filled, tmp_path / "b.age", LOCK)
    return tmp_path / "b.age"


def _changed(sealed: Path, change: Change) -> Path:
    """The backup with other members, closed again."""
    clear = sealed.with_suffix(".tar")
    open_(sealed, clear, KEY)
    out = io.BytesIO()
    with tarfile.open(clear) as old, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            for info, data in change(member, content.read()):
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))
    made = sealed.with_name("changed.age")
    made.write_bytes(pyrage.encrypt(out.getvalue(), [IDENTITY.to_public()]))
    return made


def _as(kind: bytes, target: str = "") -> Change:
    def change(member: tarfile.TarInfo, data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        if member.name == "evidence/log.jsonl":
            member.type, member.linkname = kind, target
            data = b"" if kind != tarfile.REGTYPE else data
        yield member, data

    return change


def _twice(member: tarfile.TarInfo, data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    yield member, data
    if member.name == "evidence/log.jsonl":
        yield member, data


def _left_out(member: tarfile.TarInfo, data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    if member.name != "evidence/log.jsonl":
        yield member, data


def _other_bytes(member: tarfile.TarInfo, data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    yield member, data.replace(b"private", b"sharing") if member.name == "evidence/log.jsonl" else data


def _named_twice(member: tarfile.TarInfo, data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """The manifest itself names one file two times."""
    if member.name == "manifest.json":
        import json

        said = json.loads(data)
        said["files"] = [f for f in said["files"] for _ in range(1 + (f["path"] == "evidence/log.jsonl"))]
        data = json.dumps(said).encode()
        member.size = len(data)
        yield member, data
        return
    yield from _twice(member, data)


@pytest.mark.parametrize(
    "change",
    [
        _as(tarfile.SYMTYPE, "/etc/passwd"),
        _as(tarfile.LNKTYPE, "state.sqlite"),
        _as(tarfile.CHRTYPE),
        _as(tarfile.FIFOTYPE),
        _as(tarfile.DIRTYPE),
        _twice,
        _left_out,
        _other_bytes,
        _named_twice,
    ],
    ids=[
        "symlink",
        "hard link",
        "device",
        "fifo",
        "folder",
        "twice",
        "left out",
        "other bytes",
        "named twice",
    ],
)
def test_a_changed_archive_leaves_nothing(filled: Services, sealed: Path, change: Change) -> None:
    """What is not as it was packed is refused; the state stays, and nothing lies in the clear."""
    before = _known(filled)
    with pytest.raises(WithholdError):
        restore(filled, _changed(sealed, change), KEY)
    assert not (filled.home.root / ".restore").exists()
    assert _known(filled) == before
    assert check_store(filled).sound


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_a_backup_that_is_cut_off(filled: Services, sealed: Path, share: float) -> None:
    """A file that was copied in part is told as one, wherever it ends."""
    before = _known(filled)
    data = sealed.read_bytes()
    sealed.write_bytes(data[: int(len(data) * share)])
    with pytest.raises((UsageProblem, EnvironmentProblem)):
        restore(filled, sealed, KEY)
    assert not (filled.home.root / ".restore").exists()
    assert _known(filled) == before


def test_a_wrong_key_leaves_nothing(filled: Services, sealed: Path) -> None:
    """Not even an empty file of the attempt stays."""
    with pytest.raises(UsageProblem):
        restore(filled, sealed, Key(identities=(str(pyrage.x25519.Identity.generate()),)))
    assert not (filled.home.root / ".restore").exists()


def test_a_state_of_a_newer_version_is_not_put_in_place(filled: Services, tmp_path: Path) -> None:
    """A backup of a state that this version could not open afterwards is refused before anything moves."""
    before = _known(filled)
    backup(filled, tmp_path / "b.age", LOCK)

    def newer(member: tarfile.TarInfo, data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        import hashlib
        import json

        if member.name == "manifest.json":
            said = json.loads(data)
            for file in said["files"]:
                if file["path"] == "state.sqlite":
                    file["sha256"] = hashlib.sha256(changed).hexdigest()
            data = json.dumps(said).encode()
            member.size = len(data)
        yield member, changed if member.name == "state.sqlite" else data

    open_(tmp_path / "b.age", tmp_path / "x.tar", KEY)
    (tmp_path / "x").mkdir()
    unpack(tmp_path / "x.tar", tmp_path / "x")
    with closing(sqlite3.connect(tmp_path / "x" / "state.sqlite")) as database:
        database.execute("PRAGMA user_version = 999")
    changed = (tmp_path / "x" / "state.sqlite").read_bytes()
    (tmp_path / "b.tar").unlink(missing_ok=True)
    with pytest.raises(StateTooNew):
        restore(filled, _changed(tmp_path / "b.age", newer), KEY)
    assert _known(filled) == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_everything_is_private_after_a_restore(
    filled: Services, sealed: Path, make: MakeServices, tmp_path: Path
) -> None:
    """Files 0600, folders 0700, whatever the umask is; the state that was set aside as well."""
    other = make(tmp_path / "deep" / "other")
    before = os.umask(0)
    try:
        restore(other, sealed, KEY)
        other.close()
        restore(filled, sealed, KEY)
        filled.close()
    finally:
        os.umask(before)
    for root in (other.home.root, filled.home.root):
        modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (root, *root.rglob("*"))}
        assert {m for p, m in modes.items() if p.is_dir()} == {0o700}, modes
        assert {m for p, m in modes.items() if p.is_file()} == {0o600}, modes


def test_locks_of_the_moment_stay_out(filled: Services, sealed: Path, tmp_path: Path) -> None:
    """Who holds a lock now is nothing to bring back, and may be gone before it is read."""
    for name in ("watch.lock", "watch.lock.holder", "purge.lock", "purge.lock.holder"):
        (filled.home.root / name).write_text("process 1 (looking)")
    backup(filled, tmp_path / "c.age", LOCK)
    open_(tmp_path / "c.age", tmp_path / "c.tar", KEY)
    with tarfile.open(tmp_path / "c.tar") as tar:
        assert not [name for name in tar.getnames() if ".lock" in name]


def test_a_backup_does_not_go_into_the_state(filled: Services) -> None:
    """There it would be packed into the next one, and be forgotten with all the rest."""
    with pytest.raises(UsageProblem, match="within the state"):
        backup(filled, filled.home.root / "b.age", LOCK)
    with pytest.raises(UsageProblem, match="within the state"):
        backup(filled, filled.home.index / ".." / "b.age", LOCK)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, 512 KiB."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root can mount a tmpfs")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("free", [1, 40, 120, 200, 260])
def test_a_full_disk(sealed: Path, make: MakeServices, small_disk: Path, free: int, filled: Services) -> None:
    """Where there is no room it is said, and what was there is there; with room the same restore is done."""
    want = _known(filled)
    (small_disk / "ballast").write_bytes(bytes((512 - 12 - free) * 1024))
    other = make(small_disk / "state")
    with pytest.raises((WithholdError, OSError)) as caught:
        restore(other, sealed, KEY)
    assert describe(caught.value)[1] == 5, caught.value
    assert "room" in str(describe(caught.value)) or "space" in str(describe(caught.value))
    assert not (small_disk / "state" / ".restore").exists()
    (small_disk / "ballast").unlink()
    again = make(small_disk / "state")
    restore(again, sealed, KEY)
    assert _known(again) == want
    assert check_store(again).sound
    assert not check_index(again).problems
    again.close()


def test_evidence_that_grows_while_a_restore_looks(
    filled: Services, sealed: Path, make: MakeServices
) -> None:
    """A record that another command makes after the logs were compared is not rolled back either."""

    class Meddling(Silent):
        def step(self, text: str) -> None:
            if text.startswith("putting"):
                other = make(filled.home.root)
                attest_setting(other, "work", "sharing", begins="2026-03-01", ends="2026-03-02")
                other.close()

    filled.progress = Meddling()
    with pytest.raises(StateBusy, match="meanwhile"):
        restore(filled, sealed, KEY)
    filled.progress = Silent()
    assert any(r.body.get("begins") == "2026-03-01T12:00:00Z" for r in filled.journal.records())
    filled.close()
    with pytest.raises(UsageProblem, match="not a beginning"):
        restore(filled, sealed, KEY)


def test_a_restore_waits_for_a_gateway(filled: Services, sealed: Path) -> None:
    """A gateway would go on writing into the folder that is set aside."""
    lock = filled.home.root / "gateway" / "gateway.lock"
    lock.parent.mkdir(exist_ok=True)
    with held(lock, doing="serving"), pytest.raises(StateBusy):
        restore(filled, sealed, KEY)
    assert not (filled.home.root / ".restore").exists()
    assert restore(filled, sealed, KEY).forked is None


def test_an_index_that_is_not_whole_is_said_to_be_packed_so(filled: Services, tmp_path: Path) -> None:
    """A backup of a state that lost a file is made, and says what it cannot bring back."""
    assert not [x for x in backup(filled, tmp_path / "a.age", LOCK).left_out if x.startswith("index")]
    next(filled.home.index.glob("*.parquet")).unlink()
    said = backup(filled, tmp_path / "b.age", LOCK).left_out
    assert [x for x in said if x.startswith("index: 1 of its files")], said
