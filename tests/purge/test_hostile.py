"""What must not be said or removed when a file's time or this computer's clock is wrong."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.purge.conftest import Robin
from tests.purge.test_verify import delete, says
from withhold.app.purge.local import purge_local
from withhold.support.errors import UsageProblem


def test_an_old_export_that_was_copied_cannot_say_absent(robin: Robin, tmp_path: Path) -> None:
    """A copy under another name has today's file time; it was made before the chat was even begun."""
    old = robin.export(days=0)
    robin.lab.advance(robin.lab.now + timedelta(days=3))
    robin.talk_more(1)
    newest = robin.chats[-1]
    delete(robin, newest)
    robin.lab.advance(robin.lab.now + timedelta(days=3))
    folder = tmp_path / "unpacked"
    shutil.unpack_archive(old, folder, "zip")
    for path in folder.rglob("*"):
        os.utime(path, (robin.lab.now.timestamp(),) * 2)
    robin.lab.advance(robin.lab.now + timedelta(seconds=2))
    assert says(robin, folder) == {newest: "unknown"}
    copy = tmp_path / "export.zip"
    shutil.copyfile(old, copy)
    os.utime(copy, (robin.lab.now.timestamp(),) * 2)
    robin.lab.advance(robin.lab.now + timedelta(seconds=2))
    assert says(robin, copy) == {newest: "unknown"}


def test_a_clock_that_jumped_ages_nothing_out(robin: Robin) -> None:
    """A session written just before the clock jumped a year ahead is not a year old."""
    services = robin.services
    folder = services.user_home / ".claude" / "projects" / "-home-r-site"
    folder.mkdir(parents=True)
    path = folder / "11111111-1111-4111-8111-111111111111.jsonl"
    path.write_text("{}\n")
    os.utime(path, (robin.now().timestamp(),) * 2)
    assert purge_local(services, older_than=timedelta(days=30)).files == ()
    robin.lab.advance(robin.lab.now + timedelta(days=365))
    with pytest.raises(UsageProblem, match="clock"):
        purge_local(services, older_than=timedelta(days=30), write=True)
    assert path.exists()
    document = purge_local(services, older_than=timedelta(days=30), write=True, clock_is_right=True)
    assert [file.done for file in document.files] == [True]
    assert not path.exists()


def test_a_deletion_by_a_clock_that_was_set_back(robin: Robin) -> None:
    """An export from before a chat was begun lacks it, as it should: whatever this computer's clock said when
    the chat was deleted, that export does not call it absent."""
    old = robin.export(days=0)
    robin.lab.advance(robin.lab.now + timedelta(days=3))
    robin.talk_more(1)
    newest, clock = robin.chats[-1], robin.services.clock
    robin.services.clock = lambda: clock() - timedelta(days=40)
    delete(robin, newest)
    robin.services.clock = clock
    assert says(robin, old) == {newest: "unknown"}
    robin.lab.advance(robin.lab.now + timedelta(days=3))
    assert says(robin, robin.export(days=3)) == {newest: "absent"}
