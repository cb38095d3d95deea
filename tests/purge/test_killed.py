"""A real process that deletes, killed by SIGKILL while the provider is at it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.purge.conftest import START, Desk, robin_at
from withhold.app.bootstrap import Services
from withhold.app.purge.assist import assisted
from withhold.app.purge.desk import resumed
from withhold.controls.browser import find_browser, open_page
from withhold.lab.events import Event
from withhold.lab.server import running_lab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL"),
]


def test_a_process_killed_as_the_provider_deletes(fresh: Services, packs: object, tmp_path: Path) -> None:
    """SIGKILL at the moment of the first deletion: the next run finds it gone and deletes the other one."""
    profile = tmp_path / "profile"
    with running_lab(start=START) as running:
        robin = robin_at(running.lab, fresh, packs, tmp_path)
        chosen = robin.chats[:2]
        with open_page(browser=find_browser(), profile=profile, headless=True) as opened:
            Desk(robin, running, opened).sign_in()
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "withhold", "purge", "run"),
                *(robin.id_of(c) for c in chosen),
                *("--mode", "assist", "--url", running.url, "--headless", "--profile", str(profile)),
            ],
            env={**os.environ, "WITHHOLD_HOME": str(fresh.home.root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def kill(event: Event) -> None:
            if event.what == "delete":
                child.send_signal(signal.SIGKILL)

        robin.lab.listeners.append(kill)
        assert child.wait(60) == -signal.SIGKILL
        robin.lab.listeners.remove(kill)
        with open_page(browser=find_browser(), profile=tmp_path / "other", headless=True) as opened:
            Desk(robin, running, opened).sign_in()
            document = assisted(fresh, resumed(fresh, 1), url=running.url, opened=opened)
        assert document.outcome == "done", document.why
        assert robin.deletions() == chosen
