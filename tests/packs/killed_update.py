"""Ends an update by SIGKILL at its steps on disk, one after the other, and looks at what is left.

``python -m tests.packs.killed_update TEMPLATE WORK BUNDLE KILLS`` prints one JSON list: for each of so many
steps, spread over all, what was in force then and after the next call.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.dying import deaths
from withhold.app.bootstrap import Services
from withhold.app.evidence.checking import check_store
from withhold.app.packs.updates import TAKEN, update
from withhold.support.paths import OVERRIDE, StateHome


def services(home: Path) -> Services:
    return Services(home=StateHome(home), environ={OVERRIDE: str(home)}, user_home=home, stamps=False)


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


def main(template: Path, work: Path, bundle: Path, kills: int) -> list[dict[str, Any]]:
    def run(home: Path) -> None:
        made = services(home)
        update(made, str(bundle))
        made.close()

    return [
        {"killed": killed, **_looked_at(home, bundle)} for home, killed in deaths(template, work, run, kills)
    ]


if __name__ == "__main__":
    places, number = [Path(word) for word in sys.argv[1:4]], int(sys.argv[4])
    print(json.dumps(main(places[0], places[1], places[2], number)))
