"""Ends a restore by SIGKILL at its steps on disk, one after the other, and looks at what is there then.

``python -m tests.backup.killed_restore TEMPLATE WORK BACKUP IDENTITY KILLS`` prints one JSON list.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.backup.killed_forget import services
from tests.dying import deaths
from withhold.app.accounts import list_accounts
from withhold.app.evidence.checking import check_store
from withhold.app.ledger.exposure import exposure
from withhold.app.ledger.index import check_index
from withhold.app.state.archive import Key
from withhold.app.state.restore import restore


def _restored(home: Path, sealed: Path, key: Key) -> None:
    made = services(home)
    try:
        restore(made, sealed, key, fork=True)
    finally:
        made.close()


def _looked_at(home: Path) -> dict[str, Any]:
    made = services(home)
    try:
        found = {
            "labels": sorted(a.label for a in list_accounts(made).accounts),
            "verdicts": sorted(f"{r.id} {r.past_exposure}" for r in exposure(made).conversations),
            "records": [r.id for r in made.journal.records() if not r.type.startswith("state.")],
            "sound": check_store(made).sound and not check_index(made).problems,
        }
    finally:
        made.close()
    aside = home / "state" / "backups"
    return {**found, "set_aside": len(list(aside.iterdir())) if aside.is_dir() else 0}


def main(template: Path, work: Path, sealed: Path, identity: str, kills: int) -> list[dict[str, Any]]:
    key = Key(identities=(identity,))
    return [
        {"killed": killed, **_looked_at(home)}
        for home, killed in deaths(template, work, lambda home: _restored(home, sealed, key), kills)
    ]


if __name__ == "__main__":
    print(json.dumps(main(*map(Path, sys.argv[1:4]), sys.argv[4], int(sys.argv[5]))))
