"""The outside suite ``canarywire``: no value reaches the upstream, every value reaches the client again."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.gateway.conftest import RULES, gateway_running, routes
from tests.gateway.relay import Relay
from tests.sizes import SIZES, TIER

PROGRAM = Path(sys.prefix) / "oracles" / "bin" / "canarywire"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.skipif(not PROGRAM.exists(), reason="canarywire is not installed (make setup)")
def test_canarywire_passes(tmp_path: Path) -> None:
    """All its attacks, on both protocols, with placeholders cut at every offset of a stream; in the quickest
    tier only the baseline ones and the cuts of one template.
    """
    port = _free_port()
    capture = f"http://127.0.0.1:{port}"
    command = [PROGRAM, "serve", "--listen", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
    try:
        with (
            gateway_running(tmp_path / "state", routes(capture) + RULES) as gateway,
            Relay(gateway.url, gateway.token) as relay,
        ):
            _wait(port)
            done = _attack(tmp_path, relay.url, capture)
    finally:
        server.terminate()
        server.wait(10)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(report["attacks"]) >= SIZES.gateway.attacks, report.keys()


def _wait(port: int) -> None:
    for _ in range(1200):
        with socket.socket() as one:
            one.settimeout(0.1)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("canarywire's own server did not start within a minute")


def _attack(folder: Path, target: str, capture: str) -> subprocess.CompletedProcess[str]:
    config = {
        "seed": 7,
        "target": {
            "base_url": target,
            "routes": [
                {"protocol": "openai-chat", "path": "/v1/chat/completions"},
                {"protocol": "anthropic-messages", "path": "/v1/messages"},
            ],
        },
        "capture": {"url": capture},
    }
    if TIER == "check":
        config["generators"] = {"fragmentation": {"templates": ["default"]}}
    path = folder / "canarywire.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return subprocess.run(
        [PROGRAM, "run", "--config", str(path), "--out", str(folder / "out")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
    )
