"""Ends a forgetting by SIGKILL at its steps on disk, one after the other, and looks at what is left.

``python -m tests.backup.killed_forget TEMPLATE WORK WHAT KILLS NEEDLE...`` prints one JSON list. ``WHAT`` is
a label, or ``--all``. The keys of the log lie in a keyring that keeps them in a file beside the state.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.backup.file_ring import FileRing
from tests.dying import deaths
from withhold.app.accounts import list_accounts
from withhold.app.bootstrap import Services
from withhold.app.evidence.checking import check_store
from withhold.app.ledger.index import check_index
from withhold.app.state.forget import forget_account
from withhold.app.state.forget_all import forget_all
from withhold.evidence.keys import Keys
from withhold.support.errors import UsageProblem
from withhold.support.paths import StateHome


def services(home: Path) -> Services:
    """On the state ``state`` in ``home``, with a keyring in the file beside it."""
    made = Services(home=StateHome(home / "state"), environ={}, user_home=home, system="Linux", stamps=False)
    made.__dict__["keys"] = Keys(home / "state" / "keys", ring=lambda: FileRing(home / "ring.json"))
    return made


def forget(home: Path, what: str) -> None:
    made = services(home)
    try:
        forget_all(made) if what == "--all" else forget_account(made, what)
    finally:
        made.close()


def _looked_at(home: Path, what: str, needles: list[bytes]) -> dict[str, Any]:
    said = "forgotten"
    try:
        forget(home, what)
    except UsageProblem as problem:  # all of it was done already
        said = problem.message
    state = home / "state"
    files = [p for p in home.rglob("*") if p.is_file()]
    left = [p.relative_to(home).as_posix() for p in files if any(n in p.read_bytes() for n in needles)]
    found: dict[str, Any] = {"said": said, "left": left, "state": state.exists()}
    if what == "--all":
        return {**found, "ring": FileRing(home / "ring.json").kept()}
    made = services(home)
    labels = [a.label for a in list_accounts(made).accounts]
    sound = check_store(made).sound and not check_index(made).problems
    made.close()
    return {**found, "labels": labels, "sound": sound}


def main(template: Path, work: Path, what: str, kills: int, needles: list[bytes]) -> list[dict[str, Any]]:
    return [
        {"killed": killed, **_looked_at(home, what, needles)}
        for home, killed in deaths(template, work, lambda home: forget(home, what), kills)
    ]


if __name__ == "__main__":
    wanted = [needle.encode() for needle in sys.argv[5:]]
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), wanted)))
