"""The act that the demo adds: it holds where a seal can be had, and is exit 5 where none can."""

from pathlib import Path

import pytest

from tests.local.conftest import need
from tests.local.test_seal import _where_no_seal_can_be_had
from withhold.app.bootstrap import Services
from withhold.app.demo import sealed
from withhold.app.demo.steps import Steps
from withhold.local.seal.levels import Level
from withhold.support.paths import StateHome
from withhold.support.progress import Silent


def test_the_act_streams_and_proves(model: Path, tmp_path: Path) -> None:
    """Pieces come out of the seal, labelled as a base model's; the proof is in the demo's own journal."""
    need(Level.NETNS)
    services = Services(StateHome(tmp_path / "state"), {"WITHHOLD_HOME": "1"}, tmp_path, stamps=False)
    steps = Steps(Silent())
    sealed.play(services, steps, sealed.prepare(services, model), tmp_path)
    (row,) = steps.rows
    assert row.held, row.details
    assert any("small base model" in line for line in row.details)
    assert [r.type for r in services.journal.records()] == ["local.egress-proof"]
    assert model.exists(), "a file that was named is not removed"
    services.close()


def test_without_a_seal_the_demo_is_exit_5(model: Path, tmp_path: Path) -> None:
    """It says so before anything is played."""
    out = tmp_path / "result"
    ran = _where_no_seal_can_be_had("demo", "--local", "--model", str(model), "--out", str(out))
    assert ran.returncode == 5
    assert "no seal can be had" in ran.stderr
    assert not out.exists()


def test_the_plain_demo_names_the_command() -> None:
    """What was not run is told with what runs it."""
    assert "withhold demo --local" in sealed.NOT_RUN


def test_a_seal_that_should_be_had_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the CI saw that seals are allowed, a test that cannot have it fails; else it is not run."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("WITHHOLD_MUST_SEAL", "kernel-lsm kernel-netns")
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as seen:
        need(Level.NETNS)
    assert isinstance(seen.value, pytest.fail.Exception)
    monkeypatch.setenv("WITHHOLD_MUST_SEAL", "kernel-lsm")
    with pytest.raises(pytest.skip.Exception):
        need(Level.NETNS)
