"""What stopped commands left lying in the state does not outlive a forgetting, and what stays is named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from tests.backup.conftest import LOCK, MakeServices
from tests.backup.test_forget import holding
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.state.backup import backup
from withhold.app.state.forget import forget_account
from withhold.app.state.forget_all import forget_all
from withhold.app.watch.install import install
from withhold.support.errors import EnvironmentProblem, StateBusy
from withhold.support.files import private_dir
from withhold.support.locks import held
from withhold.support.progress import Silent
from withhold.support.temporary import IN_USE

CANARY = "canary-left-6631"


def _left(root: Path, name: str) -> Path:
    """A file as a killed command leaves it."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CANARY)
    return path


@pytest.mark.parametrize(
    "name",
    [
        ".restore/state.tar",
        ".restore/new/state.sqlite",
        ".scan.json.k1llme99",
        "evidence/tmp/blob",
        "keys/tmp/key.pem",
        "derived/kept.parquet",
        "index/half-a-segment.parquet",
    ],
)
def test_what_a_killed_command_left_goes(filled: Services, name: str) -> None:
    """Unpacked backups, drafts and halves of files are in no list of what an account has."""
    _left(filled.home.root, name)
    forget_account(filled, "work")
    assert holding(filled.home.root, CANARY) == set()


def test_a_backup_that_was_killed(filled: Services) -> None:
    """Its copies in the clear go; those of one that is being made now hold the forgetting up."""
    work = private_dir(filled.home.root / ".backup-dead")
    (work / IN_USE).touch()
    _left(work, "state.tar")
    lock = FileLock(work / IN_USE)
    with lock, pytest.raises(StateBusy):
        forget_account(filled, "work")
    forget_account(filled, "work")
    assert not work.exists()


def test_two_backups_at_once(filled: Services, tmp_path: Path) -> None:
    """One does not take away what another is at work on."""
    work = private_dir(filled.home.root / ".backup-other")
    (work / IN_USE).touch()
    with FileLock(work / IN_USE):
        backup(filled, tmp_path / "one.age", LOCK)
        assert work.exists()
    backup(filled, tmp_path / "two.age", LOCK)
    assert not work.exists()


def test_what_cannot_be_removed_is_not_called_forgotten(filled: Services) -> None:
    """Where something stays in the way of removing kept results, it fails and can be called again."""
    in_the_way = _left(filled.home.root, "derived")
    with pytest.raises(EnvironmentProblem):
        forget_account(filled, "work")
    in_the_way.unlink()
    assert forget_account(filled, "work").what == "account"


def test_what_stays_in_the_state_is_named(filled: Services) -> None:
    """Former states, files that 'apply' keeps for its undo, profiles of a provider with another account."""
    add_account(filled, "openai", "second")
    for name in ("backups/state-format-7.sqlite", "applied/1/0.before", "gateway/audit/1.jsonl"):
        _left(filled.home.root, name)
    profile = _left(filled.home.root, "profiles/openai.profile.age")
    said = forget_account(filled, "work").still_there
    for name in ("state-format-7.sqlite", "applied", "openai.profile.age", "gateway"):
        assert any(name in one for one in said), said
    assert profile.exists()


def test_the_profile_of_the_only_account_goes(filled: Services) -> None:
    """A kept profile is signed in as somebody; with the provider's last account it goes, others stay."""
    profile = _left(filled.home.root, "profiles/openai.profile.age")
    other = _left(filled.home.root, "profiles/anthropic.profile.age")
    document = forget_account(filled, "work")
    assert not profile.exists()
    assert other.exists()
    assert not any("profile.age" in one for one in document.still_there)


@pytest.mark.parametrize("damage", ["garbage", "newer", "no checkpoint", "bad checkpoint", "torn log"])
def test_a_damaged_state_can_be_removed(make: MakeServices, filled: Services, damage: str) -> None:
    """Who wants all of it gone need not mend it first; what could not be counted is not given as a number."""
    filled.close()
    home = filled.home
    if damage == "garbage":
        home.database.write_bytes(b"not a database" * 100)
    elif damage == "newer":
        with closing(sqlite3.connect(home.database)) as database:
            database.execute("PRAGMA user_version = 999")
    elif damage == "no checkpoint":
        (home.evidence / "checkpoint").unlink()
    elif damage == "bad checkpoint":
        (home.evidence / "checkpoint").write_bytes(b"\xff\x00 not a note")
    else:
        (home.evidence / "log.jsonl").write_bytes(b"{ torn")
    document = forget_all(make(home.root))
    assert not home.root.exists()
    assert (document.conversations is None) == (damage in ("garbage", "newer"))


def test_everything_is_not_taken_away_under_another_command(filled: Services, make: MakeServices) -> None:
    """A page or an import that is open would write parts of the state anew: it is to be ended first."""
    other = make(filled.home.root)
    other.store.sources()
    with pytest.raises(StateBusy):
        forget_all(make(filled.home.root))
    assert filled.home.root.exists()
    other.close()
    filled.close()
    forget_all(make(filled.home.root))
    assert not filled.home.root.exists()


def test_a_changed_timer_is_named(filled: Services) -> None:
    """A timer's file that somebody changed stays, and is said to stay."""
    files = [Path(x) for x in install(filled).files]
    files[0].write_text(files[0].read_text() + "# mine\n")
    document = forget_all(filled)
    assert files[0].exists()
    assert any(str(files[0]) in one for one in document.still_there)
    assert document.commands


def test_it_is_said_where_everything_was_half_removed(filled: Services, make: MakeServices) -> None:
    """After a run that was killed in the midst of ``--all`` no command goes on with the rest as if it were
    all: it says what to do."""
    filled.close()
    root = filled.home.root
    (root / ".going").mkdir()
    (root / "evidence").rename(root / ".going" / "evidence")
    with pytest.raises(EnvironmentProblem, match="forget --all"):
        make(root).store.sources()
    forget_all(make(root))
    assert not root.exists()


def test_other_things_in_the_folder_stay(filled: Services) -> None:
    """A folder that holds somebody's own files as well is not removed with all that is in it."""
    own = _left(filled.home.root, "thesis/chapter.txt")
    document = forget_all(filled)
    assert own.read_text() == CANARY
    assert [p.name for p in filled.home.root.iterdir()] == ["thesis"]
    assert document.still_there[0] == str(own.parent)


def test_a_folder_that_is_nobodys_state(make: MakeServices, tmp_path: Path) -> None:
    """A folder with a name that a state has, and others, is not taken for one."""
    own = _left(tmp_path / "project", "models/weights.bin")
    _left(tmp_path / "project", "main.py")
    with pytest.raises(EnvironmentProblem):
        forget_all(make(tmp_path / "project"))
    assert own.exists()


@pytest.mark.parametrize("name", ["purge.lock", "watch.lock"])
def test_what_is_at_work_on_the_account_is_waited_for(filled: Services, name: str) -> None:
    """A deletion or a look that goes on would put the account on record again, after it was forgotten."""
    with held(filled.home.root / name, doing="deleting conversations"), pytest.raises(StateBusy):
        forget_account(filled, "work")
    assert forget_account(filled, "work").what == "account"


def test_nobody_imports_while_an_account_is_forgotten(filled: Services) -> None:
    """Conversations that came in between would belong to nobody, and stay."""
    tried = []

    class Import(Silent):
        def step(self, text: str) -> None:
            if text.startswith("forgetting its"):
                with pytest.raises(StateBusy), held(filled.home.index / "lock", doing="importing", timeout=0):
                    pass
                tried.append(text)

    filled.progress = Import()
    forget_account(filled, "work")
    assert len(tried) == 2


def test_everything_waits_for_a_gateway(filled: Services) -> None:
    """A gateway that serves would begin a log of its own again when it ends: it is to be ended first."""
    lock = filled.home.root / "gateway" / "gateway.lock"
    lock.parent.mkdir(exist_ok=True)
    with held(lock, doing="serving"), pytest.raises(StateBusy):
        forget_all(filled)
    assert filled.home.database.exists()
    forget_all(filled)
    assert not filled.home.root.exists()


def test_a_folder_that_cannot_go_itself_is_empty(make: MakeServices, tmp_path: Path) -> None:
    """A state that lies behind a link, as one on another disk: all of it goes, and the folder is named."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk", target_is_directory=True)
    services = make(tmp_path / "link")
    add_account(services, "openai", "canary-label-1170", tier="Plus")
    services.close()
    document = forget_all(make(tmp_path / "link"))
    assert list((tmp_path / "disk").iterdir()) == []
    assert str(tmp_path / "link") in document.still_there
