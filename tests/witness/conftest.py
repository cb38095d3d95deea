"""A screen and a lab with one person in it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.controls.fakes import MemorySink
from tests.witness.desk import Desk, Keys
from withhold.lab.server import running_lab


@pytest.fixture(scope="session")
def screen() -> Iterator[None]:
    """A screen of its own where there is Xvfb; nothing is shown on anybody's."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("not run: there is no Xvfb, and the person's own screen is left alone")
    read, write = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    before = os.environ.get("DISPLAY")
    os.close(write)
    with os.fdopen(read) as told:
        os.environ["DISPLAY"] = f":{told.readline().strip()}"
    yield
    if before is None:
        del os.environ["DISPLAY"]
    else:
        os.environ["DISPLAY"] = before
    server.terminate()
    server.wait(10)


@pytest.fixture
def desk(screen: None, tmp_path: Path) -> Iterator[Desk]:
    with running_lab(start=datetime(2025, 9, 1, 9, tzinfo=UTC)) as lab:
        lab.lab.create_account("Pro", lab.site.tick(), sharing=True, email="ada@example.invalid", label="Ada")
        yield Desk(lab, MemorySink(), Keys(), tmp_path / "profile")
