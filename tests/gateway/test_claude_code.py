"""Claude Code itself speaks to the provider through the gateway, with nothing but environment variables."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gateway.conftest import RULES, gateway_running, routes
from tests.gateway.upstream import FakeUpstream
from withhold.app.gateway.auditing import list_audit

NAMED = "WITHHOLD_CLAUDE_CODE"
PROGRAM = os.environ.get(NAMED) or shutil.which("claude")


@pytest.mark.skipif(PROGRAM is None, reason=f"Claude Code is not installed; {NAMED} can name it")
def test_claude_code(tmp_path: Path, upstream: FakeUpstream) -> None:
    """One question is answered; the address in it never reaches the provider, and stands in the answer."""
    with gateway_running(tmp_path / "state", routes(upstream.url) + RULES) as gateway:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "ANTHROPIC_BASE_URL": gateway.url,
            "ANTHROPIC_AUTH_TOKEN": gateway.token,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
        }
        done = subprocess.run(
            [str(PROGRAM), "-p", "Write to jane.roe@clinic.example.org please"],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        services = gateway.services
    asked = list_audit(services, 100).requests
    assert done.returncode == 0, done.stdout + done.stderr
    assert "jane.roe@clinic.example.org" in done.stdout
    assert upstream.seen
    assert not any(b"jane.roe" in seen.body for seen in upstream.seen)
    assert {row.outcome for row in asked} <= {"answered", "client went away"}
