"""Every reader under mutated input: no crash, no hang, nothing lost without a word."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import FOLDERS, sources
from tests.fuzz.property import alone, beside, check, ids_of, renamed
from tests.sizes import SIZES
from tests.sources.conftest import read_all
from withhold.sources.registry import READERS

FOUND = Path(__file__).with_name("found")
FORMATS = sorted(reader.format for reader in READERS)
pytestmark = pytest.mark.filterwarnings("error")


class Folder:
    """A fresh folder for one input."""

    def __enter__(self) -> Path:
        self._path = Path(tempfile.mkdtemp(prefix="withhold-fuzz-"))
        return self._path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path)


def test_every_reader_has_a_source_to_mutate() -> None:
    """A new reader comes with one."""
    assert sorted(sources()) == FORMATS
    assert set(FOLDERS) <= set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_source_of_a_reader_is_read_by_it(name: str, tmp_path: Path) -> None:
    """Otherwise its mutations would test nothing."""
    for place, body in sources()[name].items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(body)
    (row,) = [row for row in read_all([tmp_path]).summaries if row.format == name]
    assert row.conversations > 0


@pytest.mark.parametrize("name", FORMATS)
def test_a_source_under_other_ids_changes_nothing_beside_it(name: str, tmp_path: Path) -> None:
    """The neighbour that the mutated source will have comes out whole before anything is mutated."""
    beside(name, renamed(sources()[name], ids_of(name)), tmp_path)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=SIZES.fuzz.mutations)
@given(data=st.data())
def test_nothing_is_lost_because_a_neighbour_is_odd(name: str, data: st.DataObject) -> None:
    """Whatever one file holds, the others come out as without it."""
    with Folder() as folder:
        check(name, lambda below: data.draw(st.integers(0, max(0, below - 1))), folder)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_may_end_anywhere(name: str, tmp_path: Path) -> None:
    """Each file of the source, cut at so many places: a result or a reason, never a crash or silence."""
    files = {place: body for place, body in sources()[name].items() if len(body) > 1}
    smallest = sorted(files, key=lambda place: len(files[place]))
    for place in smallest if SIZES.fuzz.cuts > 1000 else smallest[:4]:
        body = files[place]
        step = max(1, len(body) // SIZES.fuzz.cuts)
        for cut in range(0, len(body), step):
            alone(body[:cut], place.rpartition("/")[2], tmp_path)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("found", sorted(FOUND.iterdir()), ids=lambda path: path.name)
def test_what_was_found_once(found: Path, tmp_path: Path) -> None:
    """Inputs at which a search found a fault."""
    alone(found.read_bytes(), found.name, tmp_path)
