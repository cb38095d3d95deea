"""Keys: made on first use, kept in a real keyring or a private file, rotated and lost in the open."""

import os
import stat
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from tests.evidence.making import draft, journal_of, noon
from withhold.evidence.claims import Result
from withhold.evidence.journal import Journal
from withhold.evidence.keys import Keys, KeyUnavailable, new_key, system_keyring
from withhold.support.errors import EnvironmentProblem, EvidenceBroken


class Ring(KeyringBackend):
    """A keyring in memory, which can be locked."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _open(self) -> None:
        if self.locked:
            raise KeyringLocked("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        del self.kept[service, username]


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_a_key_file_is_private(tmp_path: Path) -> None:
    """It is made with the first record, and its owner alone can read it."""
    journal_of(tmp_path, 1)
    (path,) = (tmp_path / "keys").glob("*.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_keyring_is_used_where_there_is_one(tmp_path: Path) -> None:
    """No file holds the key then; the log signs as ever."""
    ring = Ring()
    keys = Keys(tmp_path / "keys", ring=lambda: ring)
    journal = Journal(tmp_path / "log", noon, keys=keys)
    journal.append(draft())
    journal.append(draft(1))
    assert len(ring.kept) == 1
    assert not list((tmp_path / "keys").glob("*.pem"))
    assert journal.verify().sound
    assert journal.key_place() == ring.name


def test_a_keyring_that_takes_nothing_leaves_the_file(tmp_path: Path) -> None:
    """A keyring that is locked when the key is made is passed over, and the place says so."""
    ring = Ring()
    ring.locked = True
    keys = Keys(tmp_path / "keys", ring=lambda: ring)
    place = keys.keep(new_key())
    assert place.endswith(".pem")
    assert Path(place).is_file()


def test_only_the_systems_keyrings_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A back end that fails, forgets or writes plain text is no keyring."""
    import keyring
    from keyring.backends.fail import Keyring as Fail
    from keyring.backends.null import Keyring as Null

    before = keyring.get_keyring()
    try:
        for backend in (Fail(), Null(), Ring()):
            keyring.set_keyring(backend)
            assert system_keyring() is None
    finally:
        keyring.set_keyring(before)


def test_a_locked_keyring_loses_no_record(tmp_path: Path) -> None:
    """The record is written unsigned and said to be so; the next one with the key signs both."""
    ring, heard = Ring(), list[str]()
    keys = Keys(tmp_path / "keys", ring=lambda: ring)
    journal = Journal(tmp_path / "log", noon, keys=keys, notice=heard.append)
    journal.append(draft())
    ring.locked = True
    second = journal.append(draft(1))
    assert "stay unsigned for now" in heard[0]
    report = journal.verify()
    assert report.sound
    assert [c.why for c in report.records[-1].claims if c.name == "log"] == ["no checkpoint covers it yet"]
    ring.locked = False
    journal.append(draft(2))
    assert "it covers all of them now" in heard[-1]
    assert journal.proof(second.id)
    assert journal.verify().sound


def test_a_lost_key_is_replaced_in_the_open(tmp_path: Path) -> None:
    """Nothing is lost, nothing is signed by another key on the quiet; the person says that it is lost."""
    heard: list[str] = []
    old = journal_of(tmp_path, 2).checkpoint()
    (path,) = (tmp_path / "keys").glob("*.pem")
    path.unlink()
    journal = Journal(tmp_path, noon, notice=heard.append)
    journal.append(draft(2))
    assert "is gone" in heard[0]
    assert journal.checkpoint() == old
    assert journal.key_place() is None
    with pytest.raises(EnvironmentProblem) as caught:
        journal.rotate_key()
    assert "--lost" in (caught.value.next_step or "")
    record = journal.rotate_key(lost=True)
    report = journal.verify([old])
    assert report.sound
    assert report.kept[0].result is Result.VERIFIED
    (key,) = [c for r in report.records if r.id == record.id for c in r.claims if c.name == "key"]
    assert key.result is Result.NOT_CHECKABLE
    assert "was lost" in key.why
    journal.append(draft(3))
    assert journal.verify().sound


def test_a_rotation_is_endorsed_and_old_checkpoints_stay_good(tmp_path: Path) -> None:
    """The new key is introduced by a record that the old one signed; each signs what came in its time."""
    journal = journal_of(tmp_path, 2)
    old, first = journal.checkpoint(), journal.public_key
    record = journal.rotate_key()
    journal.append(draft(3))
    assert journal.public_key.name == first.name
    assert [key.id for key in journal.public_keys()] == [first.id, journal.public_key.id]
    assert first.id != journal.public_key.id
    report = journal.verify([old])
    assert report.sound
    assert report.kept[0].result is Result.VERIFIED
    (key,) = [c for r in report.records if r.id == record.id for c in r.claims if c.name == "key"]
    assert key.result is Result.VERIFIED


def test_a_checkpoint_by_the_former_key_is_refused_after_it_was_replaced(tmp_path: Path) -> None:
    """A key that was replaced signs no more: whoever stole it cannot go on with the log."""
    journal = journal_of(tmp_path, 1)
    before = journal.public_key
    stolen = Keys(tmp_path / "keys").secret(before.name, before.id)
    assert stolen is not None
    journal.rotate_key()
    assert Keys(tmp_path / "keys").secret(before.name, before.id) is None
    text = journal.checkpoint().decode().partition("\n\n")[0] + "\n"
    (tmp_path / "checkpoint").write_bytes(stolen.sign(text))
    assert journal.verify().checkpoint.result is Result.FAILED
    with pytest.raises(EvidenceBroken, match="no known key signed it"):
        journal.append(draft(2))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"other key"])
def test_a_spoilt_key_file_is_told(content: bytes, tmp_path: Path) -> None:
    """It is not taken for another key, nor for a lost one."""
    keys = Keys(tmp_path)
    key, other = new_key(), new_key()
    path = Path(keys.keep(key))
    path.write_bytes(Path(keys.keep(other)).read_bytes() if content == b"other key" else content)
    with pytest.raises(KeyUnavailable):
        keys.secret(key.name, key.public.id)
