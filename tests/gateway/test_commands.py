"""The commands as a new user types them."""

import json
import os
import stat
from pathlib import Path

import jsonschema
import pytest

from withhold.cli.main import run
from withhold.report.json_out import json_schema


def document(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> dict[str, object]:
    capsys.readouterr()
    assert run(["gateway", *command, "--json"]) == code
    return dict(json.loads(capsys.readouterr().out))


def test_from_nothing(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All commands in a state that holds nothing else; each document is valid."""
    assert run(["gateway", "init"]) == 0
    found = document(capsys, "check")
    jsonschema.validate(found, json_schema("gateway-check"))
    assert found["usable"] is True
    assert run(["gateway", "env", "laptop", "--project", "thesis"]) == 0
    told = capsys.readouterr().out
    token = next(line.partition("=")[2] for line in told.splitlines() if "OPENAI_API_KEY" in line)
    assert "export ANTHROPIC_BASE_URL=http://127.0.0.1:8787" in told
    state = Path(os.environ["WITHHOLD_HOME"])
    assert token not in (state / "gateway" / "tokens.json").read_text(encoding="utf-8")
    if os.name != "nt":
        assert stat.S_IMODE((state / "gateway" / "tokens.json").stat().st_mode) == 0o600
    listed = document(capsys, "tokens")
    jsonschema.validate(listed, json_schema("gateway-tokens"))
    rows = listed["tokens"]
    assert isinstance(rows, list)
    assert run(["gateway", "tokens", "revoke", rows[0]["id"]]) == 0
    assert document(capsys, "tokens")["tokens"] == []
    jsonschema.validate(document(capsys, "audit"), json_schema("gateway-audit"))
    assert run(["gateway", "audit", "verify"]) == 0


def test_check_says_when_nothing_may_go(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Demands that no route meets: exit code 1."""
    assert run(["gateway", "init"]) == 0
    path = Path(os.environ["WITHHOLD_HOME"]) / "gateway" / "gateway.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("<= 30d", "<= 0d"), encoding="utf-8")
    assert document(capsys, "check", code=1)["usable"] is False


def test_no_configuration(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a configuration the command says how to make one."""
    assert run(["gateway", "check"]) == 2
    assert "gateway init" in capsys.readouterr().err
