"""What must not be said of an export when its file's time is that of a copy."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

from tests.purge.conftest import Robin
from tests.purge.test_verify import delete, says


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
