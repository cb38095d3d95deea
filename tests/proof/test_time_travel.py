"""The same files in any order, once or twice: one union; what is gone was deleted within its bounds."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.proof.people import People, Written, people
from tests.proof.state import imported, services_in
from tests.sizes import SIZES
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure
from withhold.report.documents import ConversationRow

pytestmark = pytest.mark.seeded


def _ledger(root: Path, found: People, files: list[Written]) -> dict[str, ConversationRow]:
    services = services_in(root, found.lab.now)
    imported(services, found, files)
    rows = {row.source_id: row for row in exposure(services, as_of=found.lab.now).conversations}
    assert len(rows) == len(list(services.store.conversations())), "each conversation once"
    services.close()
    return rows


def test_the_order_of_imports_does_not_matter(seed: int, tmp_path: Path) -> None:
    """Older after newer, newer after older, mixed, each twice, partial ones among them: the same ledger."""
    found = people(seed, 1000, SIZES.proof.travels, tmp_path / "files")
    files = found.written
    mixed = Random(seed).sample([*files, *files], 2 * len(files))
    ledgers = [
        _ledger(tmp_path / str(n), found, order)
        for n, order in enumerate((files, list(reversed(files)), mixed))
    ]
    assert _told(ledgers[0]) == _told(ledgers[1]) == _told(ledgers[2])


def _told(rows: dict[str, ConversationRow]) -> dict[str, tuple[Any, ...]]:
    """All that is said of each conversation but its id, which is of one state."""
    return {
        source_id: tuple(getattr(row, name) for name in row.__struct_fields__ if name != "id")
        for source_id, row in rows.items()
    }


def test_an_export_again_brings_nothing_new(seed: int, tmp_path: Path) -> None:
    """Importing every file a second time adds neither conversation nor message."""
    found = people(seed, 1001, SIZES.proof.travels, tmp_path / "files")
    services = services_in(tmp_path / "state", found.lab.now)
    imported(services, found, found.written)
    for file in found.written[-len(found.lab.accounts) :]:
        if file.names:
            (row,) = import_paths(services, [file.path]).sources
            assert (row.new_conversations, row.new_messages) == (0, 0)
    services.close()


def test_what_is_gone_was_deleted_within_its_bounds(seed: int, tmp_path: Path) -> None:
    """With whole exports, "gone since" holds the instant at which the person really deleted the chat."""
    found = people(seed, 1002, SIZES.proof.travels, tmp_path / "files", partial=0)
    rows = _ledger(tmp_path / "state", found, Random(seed).sample(found.written, len(found.written)))
    compared = 0
    for row in rows.values():
        deleted = found.lab.conversations[row.source_id].deleted_at
        if row.gone_since is not None and row.gone_since.earliest is not None:
            assert deleted is not None
            assert row.gone_since.earliest <= deleted <= row.gone_since.latest
            compared += 1
        elif deleted is None:
            assert row.gone_since is None
    assert compared or SIZES.proof.travels < 300
