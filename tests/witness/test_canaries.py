"""A person signs in before our eyes, and changes the switch: none of what is private is kept.

The settings page and its traffic hide what they hide in test_hiding.py of the controls. Here a person signs
in first, with a password typed by hand, and everything happens by real events.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.controls.canaries import found
from tests.controls.hiding import provider
from tests.controls.test_hiding import stored
from tests.witness.desk import Desk
from tests.witness.person import Person
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import handed, packed
from withhold.controls.capture import CaptureOptions
from withhold.evidence.bundle.packing import unpack
from withhold.evidence.web.packing import Packager
from withhold.model.words import ControlState
from withhold.support.paths import StateHome

pytestmark = pytest.mark.browser
SWITCH = "#t"


@pytest.fixture
def hidden(desk: Desk) -> Iterator[Mapping[str, str]]:
    """The hiding provider stands before the desk, with a sign-in page; what is hidden where."""
    with provider() as (url, values):
        desk.url = url.replace("/settings", "/signin")
        desk.capture = CaptureOptions(packager=Packager())
        yield values


def sits(person: Person, hidden: Mapping[str, str]) -> None:
    """Signs in, sets the switch, loads again, records."""
    person.wait_for("document.readyState === 'complete' && !!document.querySelector('[name=password]')")
    person.sees("document.querySelector('[name=email]').value = ''")
    person.strikes("[name=email]", hidden["w.typed-email"])
    person.strikes("[name=password]", hidden["w.typed-password"])
    person.clicks("form button")
    person.wait_for("location.pathname === '/settings'")
    person.reads("shares your content")
    person.clicks(SWITCH)
    person.reads("A page can show what it has not saved")
    person.reloads()
    person.reads("Read again after your reload: private")
    person.presses("r", bar=True)


def test_nothing_private_of_a_sitting_is_kept(desk: Desk, hidden: Mapping[str, str], tmp_path: Path) -> None:
    """Neither what was typed, nor what the pages hold, nor what went over the line stands in the record."""
    desk.truly_private = True
    result = desk.watch(lambda person: sits(person, hidden))
    (control,) = result.controls
    assert control.after_reload is not None
    assert control.after_reload.state is ControlState.OFF
    folder = tmp_path / "kept"
    folder.mkdir()
    hits = sorted(found(stored(desk.sink.last, folder), hidden))
    assert hits == [], "\n".join(hits)
    around = tmp_path / "around"
    around.mkdir()
    for name, data in around_it(desk, tmp_path).items():
        (around / name.replace("/", "-")).write_bytes(data)
    assert sorted(found(around, hidden)) == []
    assert not [note for note in desk.sink.last.body["notes"] if "Error" in note]
    assert {a.name for a in desk.sink.last.artifacts} >= {
        "exchange.wacz",
        "after-reload.png",
        "after-reload.html",
    }


def around_it(desk: Desk, folder: Path) -> dict[str, bytes]:
    """The files of the record's bundle but its artifacts: reports, what to run, proofs, the record."""
    root = folder / "state"
    with closing(Services(home=StateHome(root), environ={}, user_home=folder, stamps=False)) as services:
        assert services.store.accounts() == ()
        record = services.journal.append(desk.sink.last)
        files, _ = unpack(packed(handed(services, [record.id])))
    assert {"VERIFY.md", "data/report.html", "data/report.pdf"} <= files.keys()
    return {name: data for name, data in files.items() if "/artifacts/" not in name}
