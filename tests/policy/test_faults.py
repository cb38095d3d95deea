"""Every planted fault is caught by a case or by a history at the lab."""

import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import withhold.policy
from tests.policy.exam import mistakes
from tests.policy.faults import FAULTS, Fault
from tests.sizes import SIZES

RULES = Path(withhold.policy.__file__).parent
OWN_IMPORTS = re.compile(r"\bwithhold\.policy\b")
SAMPLE = FAULTS[:: max(len(FAULTS) // SIZES.faults.planted, 1)]


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the rules as a package of another name, gone from the interpreter afterwards."""
    folder = tmp_path / "mutant"
    shutil.copytree(RULES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(OWN_IMPORTS.sub(folder.name, text), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [n for n in sys.modules if n.partition(".")[0] == folder.name]:
        del sys.modules[name]


def imported(folder: Path) -> ModuleType:
    importlib.invalidate_caches()
    engine = importlib.import_module(folder.name)
    assert Path(str(engine.__file__)).parent == folder
    return engine


@pytest.mark.parametrize("fault", SAMPLE, ids=lambda fault: fault.name)
def test_fault_is_caught(fault: Fault, copied: Path) -> None:
    """With the fault planted a case fails, or a verdict differs from what happened at the lab."""
    file = copied / fault.file
    text = file.read_text(encoding="utf-8")
    assert text.count(fault.old) == 1
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    assert next(mistakes(imported(copied)), None) is not None


def test_every_fault_still_fits() -> None:
    """What a fault replaces stands once in the rules; names are unique; there are at least thirty."""
    assert len({f.name for f in FAULTS}) == len(FAULTS) >= 30
    texts = {f.file: (RULES / f.file).read_text(encoding="utf-8") for f in FAULTS}
    assert [f.name for f in FAULTS if texts[f.file].count(f.old) != 1] == []


def test_without_a_fault_there_is_no_mistake(copied: Path) -> None:
    """The exam is passed by a copy of the rules as they are, so that only the fault can fail it."""
    assert list(mistakes(imported(copied))) == []
