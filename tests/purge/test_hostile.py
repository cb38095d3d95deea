"""What must not be said or removed when a file's time, this computer's clock or a keep-list is odd."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.purge.conftest import Robin
from tests.purge.test_verify import delete, says
from withhold.app.ledger.exposure import exposure
from withhold.app.purge.keep import keep_rules
from withhold.app.purge.local import purge_local
from withhold.app.purge.run import choose
from withhold.report.documents import ConversationRow
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


@pytest.mark.parametrize(
    "line",
    [
        "\ufeff{id}\n",
        "\ufeff# mine\r\n{id}\r\n",
        "{ID}\n",
        "{source_id}\t# the tax one\n",
        "\ufeffproject Tax\n",
        "project\tTax\n",
        "project  Tax \n",
    ],
)
def test_a_keep_list_as_editors_write_it(robin: Robin, tmp_path: Path, line: str) -> None:
    """Byte order marks, tabs, other line ends, capital letters: what is on the list is kept, or the list is
    refused; never is it read past."""
    row = next(iter(robin.services.store.conversations()))
    shown = robin_row(robin, row.id)
    keep = tmp_path / "keep.txt"
    text = line.format(id=row.id, ID=row.id.upper(), source_id=row.conversation.source_id)
    keep.write_bytes(text.encode("utf-8"))
    try:
        rules = keep_rules(keep, (), ())
    except UsageProblem:
        return
    assert rules.keeps(replace(shown, project="Tax"))


@pytest.mark.parametrize(
    ("listed", "project"),
    [("Ärzte", "A\u0308rzte"), ("A\u0308rzte", "Ärzte"), ("/home/r/Ärzte", "/home/r/A\u0308rzte")],
)
def test_a_project_spelt_in_another_form_of_unicode(
    robin: Robin, tmp_path: Path, listed: str, project: str
) -> None:
    """macOS writes an umlaut as two characters, a keyboard as one: it is the same project."""
    keep = tmp_path / "keep.txt"
    keep.write_text(f"project {listed}\n", "utf-8")
    row = next(iter(robin.services.store.conversations()))
    assert keep_rules(keep, (), ()).keeps(replace(robin_row(robin, row.id), project=project))


def robin_row(robin: Robin, conversation: str) -> ConversationRow:
    return next(r for r in exposure(robin.services).conversations if r.id == conversation)


def test_two_choose_the_same_at_once(robin: Robin) -> None:
    """A conversation is in one open set at most, also where two commands look before either has written."""
    services, chat = robin.services, robin.id_of(robin.chats[0])
    begin = services.store.purges.begin
    tried: list[bool] = []

    def slow(*words: Any) -> Any:
        other = sqlite3.connect(services.home.database, timeout=0.05, isolation_level=None)
        with closing(other), pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
        tried.append(True)
        return begin(*words)

    services.store.purges.begin = slow  # type: ignore[method-assign]
    choose(services, [chat], mode="guide", url=None, keep=None)
    assert tried
