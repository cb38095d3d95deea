"""Real runs of the watch, ended by SIGKILL at random moments."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.cli.tool import Tool
from tests.sizes import SIZES
from withhold.app.bootstrap import bootstrap

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")

RUN = [sys.executable, "-m", "withhold", "watch", "run", "--json"]


@pytest.mark.seeded
def test_a_killed_run_loses_no_drift(capsys: pytest.CaptureFixture[str], tmp_path: Path, seed: int) -> None:
    """However many runs are killed, the drift is told by one that came to an end or by the next; the
    evidence verifies."""
    tool, random = Tool(capsys), Random(seed)
    assert tool("account", "add", "lab", "robin").code == 0
    for setting, at in (("private", "2026-05-03T00:00:00Z"), ("sharing", "2026-05-09T00:00:00Z")):
        assert tool("account", "setting", "robin", setting, "--from", at, "--until", at).code == 0
    told = []
    began = time.monotonic()
    for number in range(SIZES.watch.kills):
        out = tmp_path / f"{number}.json"
        with out.open("wb") as file:
            child = subprocess.Popen(RUN, stdout=file, stderr=subprocess.DEVNULL)
            time.sleep(random.random() * (1.5 if number else 0.8))
            child.kill()
            child.wait()
        told += _drifts(out.read_bytes())
    told += _drifts(subprocess.run(RUN, capture_output=True, check=False).stdout)
    assert told, f"lost after {time.monotonic() - began:.1f} s"
    assert {(x["not_before"], x["not_after"]) for x in told} == {
        ("2026-05-03T00:00:00Z", "2026-05-09T00:00:00Z")
    }
    assert _drifts(subprocess.run(RUN, capture_output=True, check=False).stdout) == []
    services = bootstrap(os.environ)
    assert services.journal.verify().sound


def _drifts(out: bytes) -> list[dict[str, str]]:
    """What a run told, if it came so far."""
    try:
        drifts: list[dict[str, str]] = json.loads(out)["drifts"]
    except (json.JSONDecodeError, KeyError):
        return []
    return drifts
