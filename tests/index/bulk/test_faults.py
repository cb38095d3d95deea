"""Every fault planted into the bulk path makes it differ from the pure engine."""

import importlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

import withhold.app.ledger.opening
import withhold.index.bulk
from tests.index.bulk import strangers
from tests.index.bulk.agreement import Answer, bulk_of, pure, state
from tests.index.bulk.faults import FAULTS, Fault
from tests.sizes import SIZES
from withhold.app.bootstrap import Services
from withhold.app.ledger.opening import DERIVED
from withhold.support.paths import StateHome

BULK = Path(str(withhold.index.bulk.__file__)).parent
APP = {
    f"{name}.py": Path(str(withhold.app.ledger.opening.__file__)).with_name(f"{name}.py")
    for name in ("opening", "sweep", "judging", "sorts")
}
SAMPLE = FAULTS[:: max(len(FAULTS) // SIZES.bulk.planted, 1)]
STATES = 9


@dataclass(frozen=True)
class Question:
    """A state before and after edits, and on another day, with what the pure engine says."""

    services: Services
    now: datetime
    answer: Answer
    former: "Question | None"


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Question]]:
    """The same every time."""
    folder = tmp_path_factory.mktemp("states")
    made: list[Question] = []
    for number in range(STATES):
        random = Random(number)
        now = strangers.EDGES[-1] + timedelta(days=random.randint(-300, 150))
        with state(folder, now) as services:
            strangers.furnish(services, random, conversations=60)
            strangers.steady(services, random, now)
            home = services.home.root
        after = home.with_name(f"{home.name}-later")
        shutil.copytree(home, after)
        before = _asked(home, now, None)
        _edit(after, random, now, EDITS[number % len(EDITS)])
        made += [before, _asked(after, now + timedelta(days=random.randint(0, 90)), before)]
    yield made
    for question in made:
        question.services.close()


EDITS = (
    (*(strangers.learn,) * 8, strangers.look_late),
    (strangers.again, strangers.more),
    (strangers.learn, strangers.again, strangers.delete, strangers.come_to_know),
)


def _edit(home: Path, random: Random, now: datetime, edits: Iterable[strangers.Edit]) -> None:
    services = Services(home=StateHome(home), environ={}, user_home=home, clock=lambda: now)
    for edit in edits:
        edit(services, random)
    services.close()


def _asked(home: Path, now: datetime, former: Question | None) -> Question:
    services = Services(home=StateHome(home), environ={}, user_home=home, clock=lambda: now)
    return Question(services, now, pure(services, now), former)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the bulk path as a package of another name, gone from the interpreter afterwards."""
    folder = tmp_path / "mutantbulk"
    shutil.copytree(BULK, folder / "bulk", ignore=shutil.ignore_patterns("__pycache__"))
    for name, path in APP.items():
        shutil.copy(path, folder / name)
    (folder / "__init__.py").touch()
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("withhold.index.bulk", "mutantbulk.bulk")
        for name in APP:
            module = name.removesuffix(".py")
            text = text.replace(f"withhold.app.ledger.{module}", f"mutantbulk.{module}")
        file.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [n for n in sys.modules if n.partition(".")[0] == folder.name]:
        del sys.modules[name]


def mistakes(sweeping: ModuleType, questions: list[Question]) -> Iterator[str]:
    """Questions that a copy answers otherwise than the pure engine, or not at all."""
    for question in questions:
        kept = question.services.home.root / DERIVED
        shutil.rmtree(kept, ignore_errors=True)
        if question.former is not None:
            shutil.copytree(question.former.services.home.root / DERIVED, kept)
        try:
            said = bulk_of(sweeping, question.services, question.now)
        except Exception as problem:  # noqa: BLE001 - a fault may break anything, and is caught by that too
            yield f"{type(problem).__name__}: {problem}"
            continue
        if said != question.answer:
            yield f"{question.services.home.root}: the answers differ"


@pytest.mark.parametrize("fault", SAMPLE, ids=lambda fault: fault.name)
def test_fault_is_caught(fault: Fault, copied: Path, questions: list[Question]) -> None:
    """With the fault planted some row or total differs."""
    file = copied / fault.file
    text = file.read_text(encoding="utf-8")
    assert text.count(fault.old) == 1
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    importlib.invalidate_caches()
    assert next(mistakes(importlib.import_module("mutantbulk.opening"), questions), None) is not None


def test_without_a_fault_there_is_no_mistake(copied: Path, questions: list[Question]) -> None:
    """The copy as it is answers everything as the pure engine does, so that only the fault can fail it."""
    importlib.invalidate_caches()
    assert list(mistakes(importlib.import_module("mutantbulk.opening"), questions)) == []


def test_every_fault_still_fits() -> None:
    """What a fault replaces stands once in the code; names are unique; there are at least twenty."""
    assert len({f.name for f in FAULTS}) == len(FAULTS) >= 20
    wrong = [f.name for f in FAULTS if _text(APP.get(f.file, BULK.parent / f.file)).count(f.old) != 1]
    assert wrong == []


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
