"""What a later export says of deleted conversations: against real exports of the lab."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.purge.conftest import Robin
from withhold.app.accounts import attest_deletion
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import ledger_of
from withhold.app.purge.desk import resumed
from withhold.app.purge.run import attested, choose, skipped
from withhold.app.purge.verify import exit_code, purge_verify
from withhold.app.watch.running import reminder_rows
from withhold.lab.export import export_name, export_zip
from withhold.model.when import When
from withhold.model.words import FutureEligibility
from withhold.policy.purging import Deleted, Export, Presence, presence
from withhold.support.errors import NothingRead, UsageProblem


def delete(robin: Robin, *chats: str) -> None:
    """The person deletes these at the lab and says so."""
    services = robin.services
    desk = choose(services, [robin.id_of(c) for c in chats], mode="guide", url=None, keep=None)
    for chat in chats:
        robin.lab.delete(chat, robin.now())
    attested(services, resumed(services, desk.purge.id), [robin.id_of(c) for c in chats])


def says(robin: Robin, path: Path, *, whole: bool = True) -> dict[str, str]:
    """Result by the lab's id. The lab's exports have one part, and say so no more than Claude's do."""
    return {row.source_id: row.result for row in purge_verify(robin.services, path, whole=whole).rows}


def test_absent_only_from_an_export_made_later(robin: Robin) -> None:
    """The export of before cannot speak; the one of after lacks it."""
    before = robin.export(days=0)
    first, second = robin.chats[:2]
    delete(robin, first, second)
    assert says(robin, before) == {first: "unknown", second: "unknown"}
    after = purge_verify(robin.services, robin.export(), whole=True)
    assert {r.result for r in after.rows} == {"absent"}
    assert exit_code(after) == 0
    assert {r.back_end for r in after.rows} == {"running"}


def test_one_that_comes_back_is_reported(robin: Robin) -> None:
    """Absent once, shown later: it reappeared, and after the import the ledger takes it for there again."""
    first = robin.chats[0]
    delete(robin, first)
    assert says(robin, robin.export()) == {first: "absent"}
    robin.lab.advance(robin.lab.now + timedelta(days=2))
    robin.lab.bring_back(first)
    later = robin.export()
    document = purge_verify(robin.services, later, whole=True)
    assert [r.result for r in document.rows] == ["reappeared"]
    assert exit_code(document) == 1
    import_paths(robin.services, [later])
    judges, _ = ledger_of(robin.services, robin.now())
    judged = judges.judge_one(robin.services.store.conversation(robin.id_of(first)))
    assert judged.verdict is not None
    assert judged.verdict.future is not FutureEligibility.NOT_ELIGIBLE
    delete(robin, first)
    assert says(robin, robin.export())[first] == "absent"


def test_a_word_that_was_wrong_is_told(robin: Robin) -> None:
    """They said it was deleted, and the lab still has it."""
    services, chat = robin.services, robin.chats[0]
    desk = choose(services, [robin.id_of(chat)], mode="guide", url=None, keep=None)
    attested(services, desk, [robin.id_of(chat)])
    assert says(robin, robin.export()) == {chat: "still_there"}


def without(data: bytes, ids: set[str]) -> bytes:
    """The same export without these chats."""
    lean = BytesIO()
    with ZipFile(BytesIO(data)) as whole, ZipFile(lean, "w") as archive:
        for name in whole.namelist():
            content = json.loads(whole.read(name))
            if name == "conversations.json":
                content = [c for c in content if c["uuid"] not in ids]
            archive.writestr(name, json.dumps(content))
    return lean.getvalue()


@pytest.mark.parametrize("lacks", ["another chat", "every chat"])
def test_an_export_that_is_not_whole_cannot_say_absent(robin: Robin, lacks: str) -> None:
    """What lacks a chat that nobody deleted may lack the deleted one for the same reason."""
    first = robin.chats[0]
    delete(robin, first)
    path = robin.export()
    gone = {robin.chats[3]} if lacks == "another chat" else set(robin.chats)
    path.write_bytes(without(path.read_bytes(), gone))
    assert says(robin, path) == {first: "unknown"}


def test_what_was_left_out_counts_as_not_deleted(robin: Robin) -> None:
    """An export that lacks a chat which the person skipped is not known to be whole either."""
    first, second = robin.chats[:2]
    desk = choose(
        robin.services, [robin.id_of(first), robin.id_of(second)], mode="guide", url=None, keep=None
    )
    robin.lab.delete(first, robin.now())
    skipped(robin.services, desk, [robin.id_of(second)])
    attested(robin.services, desk, [robin.id_of(first)])
    path = robin.export()
    assert says(robin, path) == {first: "absent"}
    path.write_bytes(without(path.read_bytes(), {second}))
    assert says(robin, path) == {first: "unknown"}


def test_somebody_elses_export_cannot_say_absent(robin: Robin) -> None:
    """Kim's export lacks Robin's chats, as it should."""
    first = robin.chats[0]
    delete(robin, first)
    kim = robin.lab.create_account("Pro", email="kim@lumen.example")
    robin.lab.start_conversation(kim, "chat", robin.now())
    robin.lab.advance(robin.lab.now + timedelta(days=1))
    path = robin.folder / export_name(robin.lab, kim)
    path.write_bytes(export_zip(robin.lab, kim))
    assert says(robin, path) == {first: "unknown"}


def test_a_damaged_export_cannot_say_absent(robin: Robin) -> None:
    """A place that no reader recognises may hold it; bytes that are no export are refused."""
    first = robin.chats[0]
    delete(robin, first)
    path = robin.export()
    with ZipFile(path, "a") as archive:
        archive.writestr("conversations-2.json", '[{"strange": 1}]')
    assert says(robin, path) == {first: "unknown"}
    path.write_bytes(b"no export")
    with pytest.raises(NothingRead):
        purge_verify(robin.services, path)


def test_the_back_end_day_is_tracked(robin: Robin) -> None:
    """Thirty days after the deletion the watch reminds of looking again, and the clock is over."""
    delete(robin, robin.chats[0])
    now = robin.lab.now
    assert reminder_rows(robin.services, now + timedelta(days=29)) == ()
    (row,) = reminder_rows(robin.services, now + timedelta(days=31))
    assert row.name == "purge-1"
    assert "purge verify" in row.next
    robin.lab.advance(now + timedelta(days=31))
    (found,) = purge_verify(robin.services, robin.export(), whole=True).rows
    assert (found.result, found.back_end) == ("absent", "over")


def test_what_is_chosen_is_fixed(robin: Robin, tmp_path: Path) -> None:
    """A chat on the keep-list, of an open set, or deleted already cannot be chosen; a left-out one stays."""
    services, (first, second, third, *_) = robin.services, robin.chats
    keep = tmp_path / "keep.txt"
    keep.write_text(f"# mine\n{second}\n")
    with pytest.raises(UsageProblem, match="keep-list"):
        choose(services, [robin.id_of(second)], mode="guide", url=None, keep=keep)
    desk = choose(services, [robin.id_of(first), robin.id_of(third)], mode="guide", url=None, keep=keep)
    with pytest.raises(UsageProblem, match="not finished"):
        choose(services, [robin.id_of(first)], mode="guide", url=None, keep=None)
    skipped(services, desk, [robin.id_of(third)])
    assert attested(services, desk, [robin.id_of(first)]).outcome == "done"
    with pytest.raises(UsageProblem, match="already"):
        choose(services, [robin.id_of(first)], mode="guide", url=None, keep=None)
    assert robin.services.store.conversation(robin.id_of(third)).conversation.deletion is None


@pytest.mark.parametrize("part", ["-batch-0000", ""])
def test_what_may_be_a_part_cannot_say_absent(robin: Robin, part: str) -> None:
    """Exports can be of a chosen time or in parts and say neither: absent only on the person's word."""
    first = robin.chats[0]
    delete(robin, first)
    path = robin.export()
    path = path.rename(path.with_name(path.name.replace("-batch-0000", part)))
    document = purge_verify(robin.services, path)
    assert [row.result for row in document.rows] == ["unknown"]
    assert "--whole" in " ".join(document.notices)
    assert exit_code(document) == 3
    assert says(robin, path, whole=True) == {first: "absent"}
    *_, record = robin.services.journal.records()
    assert record.body["whole_on_word"] is True


def test_another_format_cannot_say_absent() -> None:
    """What one kind of export showed, another kind need not show at all."""
    gone = When.at(datetime(2026, 6, 1, tzinfo=UTC))
    deleted = Deleted(frozenset({"robin"}), "chat", gone, seen_gone=False, formats=frozenset({"one"}))
    export = Export(
        made=When.at(datetime(2026, 7, 1, tzinfo=UTC)),
        accounts=frozenset({"robin"}),
        kinds=frozenset({"chat"}),
        unread=0,
        missing=0,
        formats=frozenset({"one"}),
        perhaps_partial=False,
    )
    now = datetime(2026, 8, 1, tzinfo=UTC)
    assert presence(deleted, export, now, shown=False)[0] is Presence.ABSENT
    for other in (replace(export, formats=frozenset({"another"})), replace(export, perhaps_partial=True)):
        assert presence(deleted, other, now, shown=False)[0] is Presence.UNKNOWN


def test_what_was_only_noted_as_deleted_is_looked_for_too(robin: Robin) -> None:
    """A deletion that the person made by themselves and told afterwards is held against it as well."""
    services = robin.services
    gone, claimed, chosen = robin.chats[:3]
    delete(robin, chosen)
    robin.lab.delete(gone, robin.now())
    for chat in (gone, claimed):
        attest_deletion(services, robin.id_of(chat), robin.now().date().isoformat())
    assert says(robin, robin.export(days=3)) == {gone: "absent", claimed: "still_there", chosen: "absent"}
    document = purge_verify(services, robin.export(days=3), whole=True)
    assert sorted((row.purge is None) for row in document.rows) == [False, True, True]
    assert all(row.back_end_until is not None for row in document.rows)
    assert services.store.purges.all()[0].items[0].absent_from is not None
