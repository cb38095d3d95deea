"""The self-check says what it looked at, asks nobody, and its support file tells nothing of the person."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.backup.conftest import Clock
from tests.cli.tool import Tool, audited
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.doctor import doctor
from withhold.report import documents as d
from withhold.support.paths import OVERRIDE, StateHome, state_home

LABEL = "canary.person@example.org"


def _services(folder: Path, clock: Clock) -> Services:
    home = folder / "canary-user"
    home.mkdir(exist_ok=True)
    state = home / "state"
    return Services(StateHome(state), {OVERRIDE: str(state)}, home, clock, stamps=False)


def _row(document: d.DoctorDocument, name: str) -> d.CheckRow:
    return next(check for check in document.checks if check.name == name)


def test_a_fresh_machine_has_nothing_wrong(tmp_path: Path) -> None:
    """Nothing kept yet is not a fault: it is said to be absent, with what to do."""
    services = _services(tmp_path, Clock())
    document = doctor(services)
    assert _row(document, "state").state == "absent"
    assert _row(document, "key").state == "absent"
    assert not services.home.database.exists()


def test_a_clock_that_went_back_is_found_without_asking(tmp_path: Path) -> None:
    """What is on record was made later than the clock says: the clock is wrong."""
    clock = Clock()
    clock.now += timedelta(days=4000)
    services = _services(tmp_path, clock)
    add_account(services, "openai", LABEL, tier="Plus")
    clock.now -= timedelta(days=2)
    assert _row(doctor(services), "clock").state == "wrong"
    services.close()


def test_a_lost_key_is_found(tmp_path: Path) -> None:
    """Without its key the log cannot be signed, and the way out is named."""
    services = _services(tmp_path, Clock())
    add_account(services, "openai", LABEL, tier="Plus")
    assert _row(doctor(services), "key").state == "good"
    for key in (services.home.root / "keys").glob("*.pem"):
        key.unlink()
    row = _row(doctor(services), "key")
    assert row.state == "wrong"
    assert "rotate" in (row.next or "")
    services.close()


def test_the_support_file_names_nobody(tmp_path: Path) -> None:
    """No label, id, folder or name of the user or machine stands in it."""
    services = _services(tmp_path, Clock())
    add_account(services, "openai", LABEL, tier="Plus", source_ids=("canary-ref",))
    account = services.store.accounts()[0].id
    doctor(services, bundle=tmp_path / "support.json")
    text = (tmp_path / "support.json").read_text("utf-8")
    for needle in ("canary", LABEL, account, str(tmp_path), str(services.home.root)):
        assert needle not in text
    assert '"checks"' in text
    services.close()


def test_it_opens_no_socket() -> None:
    """Without ``--online`` nobody is asked for anything."""
    assert not [event for event in audited("doctor").events if event.startswith("socket.connect")]


def test_on_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The document fits its schema; a support file is never overwritten."""
    tool = Tool(capsys)
    assert tool.document("doctor", "--bundle", tmp_path / "s.json")["checks"]
    assert tool("doctor", "--bundle", tmp_path / "s.json").code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_completion(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    """The script names the program and the variable by which click answers."""
    script = Tool(capsys).document("completion", shell)["script"]
    assert "_WITHHOLD_COMPLETE" in script


def test_a_profile_is_a_state_of_its_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What a firm's state holds is not in the person's, nor the other way round."""
    tool = Tool(capsys)
    assert tool("--profile-name", "firm", "account", "add", "openai", "work").code == 0
    assert tool("account", "add", "openai", "me").code == 0
    firm = tool.document("--profile-name", "firm", "account", "list")["accounts"]
    own = tool.document("account", "list")["accounts"]
    assert [a["label"] for a in firm] == ["work"]
    assert [a["label"] for a in own] == ["me"]
    assert tool("--profile-name", "../other", "status").code == 2


def test_the_profile_lies_beside_the_state() -> None:
    """Neither folder is within the other, so forgetting one leaves the other."""
    own = state_home({OVERRIDE: "/somewhere/state"}).root
    firm = state_home({OVERRIDE: "/somewhere/state", "WITHHOLD_PROFILE": "firm"}).root
    assert firm.parent == own.parent
    assert firm != own


def test_no_colour_where_none_is_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``NO_COLOR`` no escape sequence is printed, even where colour is forced by a terminal's type."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    tool = Tool(capsys)
    tool("account", "add", "openai", "me")
    assert "\x1b[3" not in tool("status").out
