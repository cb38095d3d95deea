"""Forgetting that is ended by SIGKILL at its steps, with the keys of the log in a keyring."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.backup.conftest import EXPORT
from tests.backup.file_ring import FileRing
from tests.backup.killed_forget import forget, services
from tests.sizes import SIZES
from withhold.app.accounts import add_account, attest_setting, list_accounts
from withhold.app.evidence.adding import add_evidence
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and no fork")
LABEL = "canary-label-8841"
SAVED = "<html><title>Settings</title><body>canary-capture-5512 Help improve Claude</body></html>"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A folder with a state of two accounts, and the keyring beside it. One key was rotated out."""
    home = tmp_path / "template"
    home.mkdir()
    page = tmp_path / "page.html"
    page.write_text(SAVED)
    made = services(home)
    import_paths(made, [EXPORT])
    add_account(made, "openai", "stays", tier="Plus", tier_from="2025-01-01")
    add_account(made, "anthropic", LABEL, tier="Pro", tier_from="2025-01-01")
    attest_setting(made, LABEL, "private", begins="2026-01-01", ends="2026-02-01")
    add_evidence(made, page, account=LABEL, setting="private", at="2026-03-01T10:00:00+00:00")
    made.journal.rotate_key()
    made.close()
    return home


def _killed(template: Path, tmp_path: Path, what: str, *needles: str) -> list[dict[str, Any]]:
    work = tmp_path / "work"
    work.mkdir()
    words = [str(template), str(work), what, str(SIZES.forget.kills), *needles]
    done = subprocess.run(
        [sys.executable, "-m", "tests.backup.killed_forget", *words],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(found) > min(SIZES.forget.kills, 20) // 2  # there are fewer steps than a soak may ask for
    assert [x["killed"] for x in found] == [True] * (len(found) - 1) + [False]
    return found


def test_the_second_call_does_the_rest(template: Path, tmp_path: Path) -> None:
    """Wherever an account's forgetting was killed, after the next call nothing of it stands in any file, the
    other account is there, and log and index are sound."""
    own = next(a for a in list_accounts(services(template)).accounts if a.label == LABEL)
    for one in _killed(template, tmp_path, LABEL, LABEL, own.id, "canary-capture-5512"):
        assert one["left"] == [], one
        assert one["sound"], one
        assert LABEL not in one["labels"]
        assert "stays" in one["labels"]


def test_an_account_with_conversations(template: Path, tmp_path: Path) -> None:
    """The same of one whose conversations were imported: no id of theirs stays."""
    held = services(template)
    own = next(a for a in list_accounts(held).accounts if a.provider == "anthropic" and a.label != LABEL)
    ids = [row.source_id for row in exposure(held).conversations if row.account == own.id]
    held.close()
    assert ids
    for one in _killed(template, tmp_path, own.id, own.id, *ids):
        assert one["left"] == [], one
        assert one["sound"], one


def test_everything_goes_in_the_end(template: Path, tmp_path: Path) -> None:
    """Wherever ``--all`` was killed, after the next call state and keys are gone, in the keyring as well."""
    assert FileRing(template / "ring.json").kept()
    for one in _killed(template, tmp_path, "--all", LABEL, "canary-capture-5512"):
        assert not one["state"], one
        assert one["ring"] == {}, one
        assert one["left"] == [], one


def test_the_keyring_keeps_nothing(template: Path) -> None:
    """``--all`` takes the keys out of the keyring, the present one and former ones."""
    before = FileRing(template / "ring.json").kept()
    assert len(before) == 1
    forget(template, "--all")
    assert FileRing(template / "ring.json").kept() == {}
    assert not (template / "state").exists()
