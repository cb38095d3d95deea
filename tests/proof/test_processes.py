"""Real processes over one state: they import, scan and ask for the ledger at once, and some are killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.sizes import SIZES

pytestmark = [
    pytest.mark.seeded,
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL and process groups"),
]

CHATS, MESSAGES = 40, 3
WITHHOLD = (sys.executable, "-m", "withhold")


def _export(folder: Path, number: int, *, chats: int = CHATS) -> Path:
    """An export of an account of its own: so many chats of so many messages, in every one the same number."""
    folder.mkdir(parents=True)
    content = [
        {
            "uuid": f"00000000-0000-4000-8000-{number:04}{chat:08}",
            "name": "a",
            "created_at": "2026-01-01T10:00:00Z",
            "updated_at": "2026-01-01T10:00:00Z",
            "account": {"uuid": f"00000000-0000-4000-9000-{number:012}"},
            "chat_messages": [
                {
                    "uuid": f"m-{number}-{chat}-{n}",
                    "sender": "human",
                    "text": "a",
                    "content": [{"type": "text", "text": "a"}],
                    "created_at": f"2026-01-0{n + 1}T10:00:00Z",
                    "updated_at": f"2026-01-0{n + 1}T10:00:00Z",
                    "attachments": [],
                    "files": [],
                }
                for n in range(MESSAGES)
            ],
        }
        for chat in range(chats)
    ]
    (folder / "conversations.json").write_text(json.dumps(content))
    return folder


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*WITHHOLD, *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _done(process: subprocess.Popen[str]) -> dict[str, object]:
    said, talk = process.communicate(timeout=120)
    assert process.returncode == 0, talk
    found: dict[str, object] = json.loads(said)
    return found


def _whole_imports(document: dict[str, object]) -> int:
    """How many exports the ledger shows; each of them whole, and the totals those of the rows."""
    rows = document["conversations"]
    assert isinstance(rows, list)
    assert all(row["human"] == MESSAGES for row in rows)
    assert len(rows) % CHATS == 0
    totals = document["totals"]
    assert isinstance(totals, dict)
    assert sum(totals["past"].values()) == len(rows)
    return len(rows) // CHATS


def test_three_processes_see_whole_imports_only(tmp_path: Path) -> None:
    """While one imports, another scans and others ask for the ledger: each sees one consistent state, never
    half an import, and never fewer than one before it saw."""
    before = 0
    for number in range(SIZES.proof.rounds):
        folder = _export(tmp_path / f"{number}", number)
        at_once = [_start("exposure"), _start("import", str(folder)), _start("scan"), _start("exposure")]
        documents = [_done(process) for process in at_once]
        seen = [_whole_imports(documents[0]), _whole_imports(documents[3])]
        assert all(number <= imports <= number + 1 for imports in seen)
        assert min(seen) >= before
        before = _whole_imports(_done(_start("exposure")))
        assert before == number + 1


def test_an_import_that_is_killed_leaves_the_state_before_or_after(seed: int, tmp_path: Path) -> None:
    """SIGKILL at random instants: the ledger shows all of the export or none of it, and importing it again
    completes it without counting anything twice."""
    random = Random(seed)
    begun = time.monotonic()
    _done(_start("import", str(_export(tmp_path / "first", 0))))
    takes = time.monotonic() - begun
    outcomes = set()
    for number in range(1, SIZES.proof.rounds + 1):
        folder = _export(tmp_path / f"{number}", number)
        process = _start("import", str(folder))
        time.sleep(takes * random.uniform(0.3, 1.1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        shown = _whole_imports(_done(_start("exposure")))
        assert shown in {number, number + 1}
        outcomes.add((process.returncode, shown - number))
        assert process.returncode != 0 or shown == number + 1, "an import that ended well is there"
        _done(_start("import", str(folder)))
        assert _whole_imports(_done(_start("exposure"))) == number + 1
    _done(_start("index", "check"))
    assert outcomes
