"""The self-check where something is broken: it says so, and its support file names nobody all the same."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.backup.conftest import EXPORT, Clock
from tests.doctor.test_doctor import LABEL, _row, _services
from withhold.app.accounts import account_named, add_account
from withhold.app.bootstrap import Services
from withhold.app.doctor import doctor
from withhold.app.imports.importing import import_paths
from withhold.app.state.intent import begin, intended
from withhold.support.errors import EnvironmentProblem


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Services]:
    """A state with an account, evidence and conversations, closed again."""
    services = _services(tmp_path, Clock())
    add_account(services, "openai", LABEL, tier="Plus", tier_from="2025-01-01")
    import_paths(services, [EXPORT])
    services.close()
    yield _services(tmp_path, Clock())
    services.close()


def _break(root: Path, what: str) -> None:
    if what == "database":
        (root / "state.sqlite").write_bytes(b"no database " * 500)
    elif what == "authorities":
        (root / "authorities.toml").write_text("{ bad")
    elif what == "checkpoint":
        (root / "evidence" / "checkpoint").write_bytes(b"\xff\x00 bad")
    elif what == "log":
        (root / "evidence" / "log.jsonl").write_bytes(b"{ torn")
    elif what == "key":
        next((root / "keys").glob("*.pem")).write_text("no key")
    elif what == "index":
        for path in (root / "index").glob("*.parquet"):
            path.unlink()
    elif what == "packs":
        (root / "packs").mkdir()
        (root / "packs" / "canary-pack.yaml").write_text("a: [")
    else:
        raise AssertionError(what)


BROKEN = {
    "database": "state", "authorities": "time-stamps", "checkpoint": "key", "log": "clock", "key": "key",
    "index": "state", "packs": "packs",
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_said(lived: Services, tmp_path: Path, what: str) -> None:
    """Each part that cannot be read is wrong in the list, all others are looked at, and the support file is
    written: that is when it is needed."""
    _break(lived.home.root, what)
    document = doctor(lived, bundle=tmp_path / "s.json")
    assert _row(document, BROKEN[what]).state == "wrong", document.checks
    assert len(document.checks) >= 12
    text = (tmp_path / "s.json").read_text("utf-8")
    assert "canary" not in text
    assert str(tmp_path) not in text


def test_a_state_that_is_locked_away(tmp_path: Path) -> None:
    """A home that holds other things, or is a file, is wrong, not a crash."""
    services = _services(tmp_path, Clock())
    services.home.root.parent.mkdir(exist_ok=True)
    services.home.root.write_text("a file")
    assert _row(doctor(services), "state").state == "wrong"


@pytest.mark.parametrize("year", [1970, 1999, 2100, 9999])
def test_a_clock_that_is_decades_off(lived: Services, year: int) -> None:
    """Before what was made it is wrong; far behind it, nobody here can tell, and that is said."""
    lived.clock = lambda: datetime(year, 1, 1, tzinfo=UTC)
    row = _row(doctor(lived), "clock")
    assert row.state == ("wrong" if year < 2000 else "unknown")
    assert year < 2000 or "newer than" in row.text


def test_a_clock_of_today_is_good(tmp_path: Path) -> None:
    """A program of last month is no reason to doubt the date."""
    clock = Clock()
    clock.now = datetime.now(UTC) + timedelta(days=60)
    assert _row(doctor(_services(tmp_path, clock)), "clock").state == "good"


def test_a_forgetting_that_was_stopped_is_told(lived: Services) -> None:
    """Nobody need remember it: the check says what is left to be done."""
    begin(lived, intended(lived, account_named(lived, LABEL)))
    row = _row(doctor(lived), "state")
    assert row.state == "wrong"
    assert "forget" in (row.next or "")


def test_a_support_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is not there is the person's to mend, no fault of the program."""
    with pytest.raises(EnvironmentProblem):
        doctor(_services(tmp_path, Clock()), bundle=tmp_path / "nowhere" / "s.json")


SECRETS = {
    "HTTPS_PROXY": "http://canaryproxy:canarypw@proxy.canaryfirm.example:3128",
    "OPENAI_API_KEY": "sk-canary0123456789",
    "WITHHOLD_BROWSER": "/opt/canaryfolder/browser",
    "USER": "canarylogin",
    "LOGNAME": "canarylogin",
}


def test_the_support_file_in_a_telling_environment(lived: Services, tmp_path: Path) -> None:
    """Proxies with passwords, keys in variables, paths of programs, mail addresses and names of the machine
    are not in it, whatever a check says."""
    (lived.home.root / "authorities").mkdir(exist_ok=True)
    (lived.home.root / "packs").mkdir()
    (lived.home.root / "packs" / "canary-a.yaml").write_text(
        "id: canary.who@example.org\nurl: https://u:p@canary.example/x?token=1\n"
    )
    command = [sys.executable, "-m", "withhold", "doctor", "--bundle", str(tmp_path / "s.json")]
    environ = {**os.environ, **SECRETS, "WITHHOLD_HOME": str(lived.home.root), "HOME": str(lived.user_home)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 5, done.stderr
    text = (tmp_path / "s.json").read_text("utf-8")
    for needle in ("canary", socket.gethostname(), str(tmp_path), sys.prefix, "/opt/"):
        assert needle not in text, text
    assert len(json.loads(text)["checks"]) >= 12


@pytest.mark.parametrize("name", ["good", "state", "checks", "en", "text"])
def test_a_user_whose_name_is_a_word_of_the_file(tmp_path: Path, name: str) -> None:
    """Names are taken out of sentences: the file stays a document that programs read."""
    services = _services(tmp_path, Clock())
    services.user_home = tmp_path / name
    doctor(services, bundle=tmp_path / "s.json")
    said = json.loads((tmp_path / "s.json").read_text("utf-8"))
    assert said["schema"] == "withhold.doctor/1"
    assert {c["state"] for c in said["checks"]} <= {"good", "absent", "wrong", "unknown"}
    assert {c["name"] for c in said["checks"]} >= {"state", "key", "clock"}
