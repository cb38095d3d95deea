"""From a verdict to a file and back: what is written, what is refused, and that undo restores the bytes."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from withhold.app.bootstrap import Services
from withhold.app.machine.apply import apply, hand_out, list_runs, undo
from withhold.support.errors import UsageProblem
from withhold.support.paths import StateHome

CODEX = b'# mine\r\nmodel = "x"\r\n\r\n[feedback]\r\nenabled = true # keep\r\n'
GEMINI = b'{\n\t// mine\n\t"privacy": {"usageStatisticsEnabled": true}\n}'


@pytest.fixture
def services(tmp_path: Path) -> Services:
    home = tmp_path / "home"
    for name, data in {".codex/config.toml": CODEX, ".gemini/settings.json": GEMINI}.items():
        (home / name).parent.mkdir(parents=True)
        (home / name).write_bytes(data)
    (home / ".claude").mkdir()
    return Services(
        home=StateHome(tmp_path / "state"),
        environ={},
        user_home=home,
        clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
        system="Linux",
        stamps=False,
    )


def test_there_and_back(services: Services) -> None:
    """The one value is written, the verdict read anew is good, and undo restores the very bytes."""
    done = apply(services, ("codex-cli.feedback", "gemini-cli.usage-statistics"))
    assert {(c.id, c.written, c.verdict_after) for c in done.changes} == {
        ("codex-cli.feedback", True, "good"),
        ("gemini-cli.usage-statistics", True, "good"),
    }
    codex, gemini = services.user_home / ".codex/config.toml", services.user_home / ".gemini/settings.json"
    assert codex.read_bytes() == CODEX.replace(b"true # keep", b"false # keep")
    assert gemini.read_bytes() == GEMINI.replace(b'Enabled": true', b'Enabled": false')
    assert [run.id for run in list_runs(services).runs] == [done.run]
    assert [f.problem for f in undo(services, None).files] == [None, None]
    assert (codex.read_bytes(), gemini.read_bytes()) == (CODEX, GEMINI)
    with pytest.raises(UsageProblem, match="no run to undo"):
        undo(services, None)


def test_a_look_writes_nothing(services: Services) -> None:
    """Neither a dry run nor a plan that the person declines touches a file or the state."""
    seen = []
    assert apply(services, dry_run=True).changes
    apply(services, confirm=lambda plan: bool(seen.append(plan)))
    assert seen[0].changes
    assert (services.user_home / ".codex/config.toml").read_bytes() == CODEX
    assert not services.home.root.exists()


def test_claude_codes_own_file(services: Services) -> None:
    """A variable goes into the settings file that the program reads; a price is not paid unasked."""
    done = apply(services)
    assert "claude-code.telemetry" in {c.id for c in done.changes}
    assert "claude-code.nonessential-traffic" not in {c.id for c in done.changes}
    after = {c.id: c.verdict_after for c in done.changes if c.written}
    assert after["claude-code.telemetry"] == after["claude-code.crash"] == "good"
    assert set(after.values()) == {"good"}


def test_a_stronger_layer_is_named_and_nothing_written(services: Services) -> None:
    """A variable that wins over the file makes writing the file pointless."""
    goose = services.user_home / ".config/goose/config.yaml"
    goose.parent.mkdir(parents=True)
    goose.write_text("GOOSE_TELEMETRY_ENABLED: true\n")
    services.environ = {"GOOSE_TELEMETRY_ENABLED": "true"}
    done = apply(services, ("goose.telemetry",))
    assert done.changes == ()
    assert "a stronger layer wins: environment" in done.refused[0].reason
    assert goose.read_text() == "GOOSE_TELEMETRY_ENABLED: true\n"


def test_what_is_not_a_files_to_decide(services: Services) -> None:
    """Account settings lead to their page; what a program writes itself is left alone; no id is invented."""
    done = apply(services, ("codex-cli.training", "codex-cli.forced-login"))
    assert done.changes == ()
    assert [(g.id, "chatgpt.com" in (g.url or "")) for g in done.guided] == [("codex-cli.training", True)]
    assert "admin-only" in done.refused[0].reason
    with pytest.raises(UsageProblem, match=r"codex-cli\.unheard-of"):
        apply(services, ("codex-cli.unheard-of",))


def test_neighbouring_lines_are_not_shown(services: Services) -> None:
    """A key beside the changed line is not in the diff."""
    path = services.user_home / ".codex/config.toml"
    path.write_text('[x]\nkey = "canary"\n[feedback]\nenabled = true\n')
    assert "canary" not in repr(apply(services, ("codex-cli.feedback",), dry_run=True))


def test_a_broken_file_is_refused(services: Services) -> None:
    """It is not guessed at, and stays as it is."""
    path = services.user_home / ".codex/config.toml"
    path.write_text("[feedback\n")
    done = apply(services, ("codex-cli.feedback",))
    assert done.changes == ()
    assert done.refused
    assert path.read_text() == "[feedback\n"


def test_evidence_of_what_was_done_holds_hashes_alone(services: Services) -> None:
    """Writing and undoing are records of the journal: hashes before and after, no content of any file."""
    secret = "sk-live-5f0c1e2d3b4a59687786"
    codex = services.user_home / ".codex/config.toml"
    codex.write_bytes(CODEX + f'api_key = "{secret}"\r\n'.encode())
    before = sha256(codex.read_bytes()).hexdigest()
    apply(services, ("codex-cli.feedback",))
    after = sha256(codex.read_bytes()).hexdigest()
    undo(services, None)
    records = [r for r in services.journal.records() if r.type.startswith("apply.")]
    assert [r.type for r in records] == ["apply.written", "apply.undone"]
    for record in records:
        (file,) = record.body["files"]
        assert (file["before"], file["after"], file["problem"]) == (before, after, None)
    evidence = b"".join(p.read_bytes() for p in services.home.evidence.rglob("*") if p.is_file())
    assert secret.encode() not in evidence


def test_managed_files_only_when_asked_by_name(services: Services, tmp_path: Path) -> None:
    """Files that bind all users are never written by default; named, they are, and undo removes them."""
    assert not any("force-login" in c.id for c in apply(services, dry_run=True).changes)
    with pytest.raises(UsageProblem, match="name the settings"):
        apply(services, managed=True)
    with pytest.raises(UsageProblem, match="holds something"):
        hand_out(services, services.user_home, ("claude-code",), {})
    made = hand_out(
        services, tmp_path / "policies", ("claude-code",), {"organisation": "o", "login": "console"}
    )
    assert {row.system for row in made.files} == {"linux", "macos", "windows"}
    assert all((tmp_path / "policies" / row.file).is_file() for row in made.files)
