"""Ends an update by SIGKILL at its steps on disk, one after the other, and looks at what is left.

``python -m tests.packs.killed_update TEMPLATE WORK BUNDLE KILLS`` prints one JSON list: for each of so many
steps, spread over all, what was in force then and after the next call. The last run is not killed. It is a
process of its own: it forks, which threads do not bear.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from withhold.app.bootstrap import Services
from withhold.app.evidence import check_store
from withhold.app.pack_updates import TAKEN, update
from withhold.support.paths import OVERRIDE, StateHome

STEPS = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.chmod", "os.rmdir"})


def services(home: Path) -> Services:
    return Services(home=StateHome(home), environ={OVERRIDE: str(home)}, user_home=home, stamps=False)


def main(template: Path, work: Path, bundle: Path, kills: int) -> list[dict[str, Any]]:
    """Kill at so many steps, the first and the last among them."""
    steps = _steps(template, work / "counted", bundle)
    found = []
    for number in sorted({1 + n * (steps - 1) // max(kills - 1, 1) for n in range(kills)} | {steps + 1}):
        home = work / str(number)
        shutil.copytree(template, home)
        status = _forked(partial(_dying, home, bundle, number))
        found.append({"step": number, "killed": os.WIFSIGNALED(status), **_looked_at(home, bundle)})
        shutil.rmtree(home)
    return found


def _steps(template: Path, home: Path, bundle: Path) -> int:
    """How many steps a run makes that is not killed."""
    shutil.copytree(template, home)
    told = home.with_name("steps")
    _forked(lambda: told.write_text(str(_dying(home, bundle, 0))))
    return int(told.read_text())


def _forked(run: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            run()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def _dying(home: Path, bundle: Path, number: int) -> int:
    """Update, and die at that step; returns the steps that were made."""
    made_so_far = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal made_so_far
        if event in STEPS and any(str(home) in str(part) for part in arguments[:2]):
            made_so_far += 1
            if made_so_far == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    made = services(home)
    update(made, str(bundle))
    made.close()
    return made_so_far


def _looked_at(home: Path, bundle: Path) -> dict[str, Any]:
    made = services(home)
    name = made.packs["example"].name
    made.close()
    again = services(home)
    try:
        update(again, str(bundle))
        said = "taken"
    except Exception as problem:  # noqa: BLE001 - the test reads what it is
        said = str(problem)
    records = [r.body["version"] for r in again.journal.records() if r.type == TAKEN]
    folders = [p.name for p in (home / "pack-updates").iterdir() if p.is_dir()]
    sound = check_store(again).sound
    after = services(home).packs["example"].name
    again.close()
    return {
        "before": name,
        "again": said,
        "after": after,
        "records": records,
        "folders": len(folders),
        "sound": sound,
    }


if __name__ == "__main__":
    places, kills = [Path(word) for word in sys.argv[1:4]], int(sys.argv[4])
    print(json.dumps(main(places[0], places[1], places[2], kills)))
