"""A restore that is ended by SIGKILL at its steps on disk: the old state or the new one, never of both."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.backup.conftest import EXPORT, IDENTITY, LOCK
from tests.backup.killed_forget import services
from tests.sizes import SIZES
from withhold.app.accounts import add_account, attest_setting
from withhold.app.imports.importing import import_paths
from withhold.app.state.backup import backup

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and no fork")


def _killed(template: Path, tmp_path: Path, sealed: Path) -> list[dict[str, Any]]:
    work = tmp_path / "work"
    work.mkdir()
    words = [str(template), str(work), str(sealed), str(IDENTITY), str(SIZES.forget.kills)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.backup.killed_restore", *words],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert [x["killed"] for x in found] == [True] * (len(found) - 1) + [False]
    return found


def test_old_or_new(tmp_path: Path) -> None:
    """Accounts, verdicts, records and index belong together wherever it was ended; what was there is kept."""
    template, other = tmp_path / "template", tmp_path / "other"
    for home in (template, other):
        home.mkdir()
    made = services(template)
    add_account(made, "openai", "old", tier="Plus", tier_from="2025-01-01")
    attest_setting(made, "old", "private", begins="2026-01-01", ends="2026-02-01")
    import_paths(made, [EXPORT.with_name("chatgpt-export")])
    made.close()
    made = services(other)
    add_account(made, "anthropic", "new", tier="Pro", tier_from="2025-01-01")
    attest_setting(made, "new", "sharing", begins="2026-01-01", ends="2026-02-01")
    import_paths(made, [EXPORT])
    backup(made, tmp_path / "b.age", LOCK)
    made.close()
    found = _killed(template, tmp_path, tmp_path / "b.age")
    assert all(one.pop("sound") for one in found)
    shown = {json.dumps([one["labels"], one["verdicts"], one["records"]]) for one in found}
    assert len(shown) == 2
    for one in found:
        assert one["set_aside"] == ("new" in one["labels"]), one
