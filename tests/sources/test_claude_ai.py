"""Claude.ai exports: what counts, what is known of times and accounts, what is said about the rest."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.sources.conftest import Result
from withhold.model.conversation import SourceAccount
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author
from withhold.sources.interface import Limits
from withhold.support.errors import NothingRead

Read = Callable[..., Result]


def message(sender: object = "human", at: object = "2025-10-10T10:00:00Z", **more: Any) -> dict[str, Any]:
    return {"uuid": "m", "sender": sender, "text": "hello", "created_at": at, **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"uuid": "c", "name": "Name", "chat_messages": list(messages), **more}


@pytest.fixture
def one(read: Read, tmp_path: Path) -> Callable[..., Result]:
    """Reads a list of chats."""

    def run(*chats: Any, keep_titles: bool = False) -> Result:
        path = tmp_path / "any-name.json"
        path.write_text(json.dumps(chats), "utf-8")
        return read(path, keep_titles=keep_titles)

    return run


def test_order_is_the_files(one: Callable[..., Result]) -> None:
    """A question and its answer with one time, or with times the wrong way round, are not swapped."""
    result = one(chat(message(), message("assistant"), message("human", "2025-01-01T00:00:00Z")))
    authors = [m.author for m in result.conversations["c"].messages]
    assert authors == [Author.HUMAN, Author.MODEL, Author.HUMAN]


@pytest.mark.parametrize("at", [None, 0, "", "soon", "1970-01-01T00:00:00Z", [], True])
def test_a_missing_time_is_unknown(at: object, one: Callable[..., Result]) -> None:
    """Null, zero, an empty text and nonsense never become 1970."""
    result = one(chat(message(at=at)))
    assert result.conversations["c"].messages[0].at == ANY_TIME
    assert result.only.first is None
    assert "1 messages have no time" in result.only.warnings[0]


def test_the_header_bounds_a_missing_time(one: Callable[..., Result]) -> None:
    """Without a time of its own, a message lies between the conversation's beginning and last change."""
    header = {"created_at": "2025-10-10T09:00:00Z", "updated_at": "2025-10-11T09:00:00Z"}
    at = one(chat(message(at=None), **header)).conversations["c"].messages[0].at
    assert at == When(datetime(2025, 10, 10, 9, tzinfo=UTC), datetime(2025, 10, 11, 9, tzinfo=UTC))


def test_a_header_that_contradicts_its_messages_bounds_nothing(one: Callable[..., Result]) -> None:
    """Where a message with a time lies outside of the header, the header is not believed."""
    header = {"created_at": "2025-10-10T09:00:00Z", "updated_at": "2025-10-11T09:00:00Z"}
    late = message(at="2025-12-01T00:00:00Z")
    assert one(chat(message(at=None), late, **header)).conversations["c"].messages[0].at == ANY_TIME


def test_a_time_without_zone_is_any_zone(one: Callable[..., Result]) -> None:
    """It spans 26 hours for the rules; the summary shows it as UTC and says so."""
    result = one(chat(message(at="2025-10-08T12:00:00")))
    at = result.conversations["c"].messages[0].at
    assert (at.earliest.day, at.latest.day) == (7, 9)
    assert result.only.first == datetime(2025, 10, 8, 12, tzinfo=UTC)
    assert "without a zone" in result.only.warnings[0]


def test_pasted_text_counts(one: Callable[..., Result]) -> None:
    """Attachments are part of what was said; ``content`` wins over its flattened copy."""
    pasted = message(text="", attachments=[{"file_name": "x", "extracted_content": "12345"}])
    both = message(text="longer copy", content=[{"type": "text", "text": "abc"}])
    sizes = [m.size for m in one(chat(pasted, both)).conversations["c"].messages]
    assert sizes == [5, 3]


def test_temporary_chats_saved_from_the_web(one: Callable[..., Result]) -> None:
    """The export holds no incognito chats; a chat saved from the web says whether it was one."""
    result = one(chat(message()), {**chat(message()), "uuid": "d", "is_temporary": True})
    assert [result.conversations[c].incognito for c in "cd"] == [False, True]


def test_titles_are_kept_on_request_only(one: Callable[..., Result]) -> None:
    """A title is text of the person."""
    assert one(chat(message())).conversations["c"].title is None
    assert one(chat(message()), keep_titles=True).conversations["c"].title == "Name"


def test_feedback_is_never_said_to_be_absent(one: Callable[..., Result]) -> None:
    """The export does not show feedback, so its carve-out stays open."""
    assert one(chat(message())).conversations["c"].feedback_visible is False


def test_an_odd_message_costs_itself(one: Callable[..., Result]) -> None:
    """The others are read, the odd one is named; a sender nobody knows is no person."""
    result = one(chat(message(), 7, message("robot")))
    places = [u.place for u in result.only.unrecognised]
    assert places == ["any-name.json[0].chat_messages[1]", "any-name.json[0].chat_messages[2]"]
    assert (result.only.human, result.only.model) == (1, 0)
    assert "robot" in result.only.unrecognised[1].reason


@pytest.mark.parametrize("odd", [7, None, "x", [], {}, {"uuid": "x"}, chat(), {"chat_messages": None}])
def test_an_odd_item_costs_itself(odd: Any, one: Callable[..., Result]) -> None:
    """Each item is a conversation or named with its place."""
    result = one(chat(message()), odd, {**chat(message()), "uuid": "d"})
    assert result.only.conversations + result.only.unrecognised_count == 3
    assert {"c", "d"} <= result.conversations.keys()


def test_a_chat_with_two_message_lists_is_not_guessed(read: Read, tmp_path: Path) -> None:
    """A decoder would keep the last list alone and lose the first without a word."""
    path = tmp_path / "x.json"
    body = json.dumps(message())
    path.write_text(
        f'[{{"uuid":"c","chat_messages":[{body}],"chat_messages":[]}},{json.dumps(chat(message()))}]'
    )
    row = read(path).only
    assert (row.conversations, row.unrecognised_count) == (1, 1)
    assert "twice" in row.unrecognised[0].reason


def test_the_only_user_owns_chats_that_name_none(read: Read, tmp_path: Path) -> None:
    """Old exports name the account in ``users.json`` alone; with two users nothing is guessed."""
    (tmp_path / "conversations.json").write_text(json.dumps([chat(message())]))
    users = [{"uuid": "u1", "full_name": "A", "email_address": "a@example.invalid"}]
    (tmp_path / "users.json").write_text(json.dumps(users))
    result = read(tmp_path)
    assert result.conversations["c"].account_ref == "u1"
    assert SourceAccount("u1", "a@example.invalid", "A") in result.items
    (tmp_path / "users.json").write_text(json.dumps([*users, {"uuid": "u2", "full_name": "B"}]))
    assert read(tmp_path).conversations["c"].account_ref is None


def test_a_manifest_is_no_export(read: Read, samples: Path) -> None:
    """It names what to download, and not one of its links is shown."""
    with pytest.raises(NothingRead) as told:
        read(samples / "claude-manifest")
    assert "conversations-000.zip" in told.value.diagnostics()
    assert "secret-link" not in told.value.diagnostics()


def test_a_manifest_finds_what_is_missing(read: Read, samples: Path, tmp_path: Path) -> None:
    """Given together with one of two archives, the other one is named."""
    manifest = next((samples / "claude-manifest").iterdir())
    with ZipFile(tmp_path / "conversations-000 (1).zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps([chat(message())]))
    result = read(manifest, tmp_path / "conversations-000 (1).zip")
    assert [s.unrecognised_count for s in result.summaries] == [0, 0]
    assert any("light_metadata-000.zip" in text for text in result.summaries[0].warnings)


def test_one_unpacked_part_does_not_stand_for_two(read: Read, tmp_path: Path) -> None:
    """Of two archives of conversations one was unpacked and given: the other is missing."""
    files = [{"category": "conversations", "filename": f"conversations-00{n}.zip"} for n in (0, 1)]
    (tmp_path / "manifest.json").write_text(json.dumps({"total_files": 2, "data_files": files}))
    (tmp_path / "conversations.json").write_text(json.dumps([chat(message())]))
    row = read(tmp_path).only
    assert row.unrecognised_count == 1
    assert "not given" in row.unrecognised[0].reason


def test_members_are_known_and_others_named(read: Read, samples: Path, tmp_path: Path) -> None:
    """Projects and memories are counted by kind; a member nobody knows is listed."""
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        for path in (samples / "claude-export").rglob("*.json"):
            archive.write(path, f"nested/{path.relative_to(samples / 'claude-export').as_posix()}")
        archive.writestr("nested/new_thing.json", '{"novel": true}')
        archive.writestr("__MACOSX/nested/._conversations.json", "junk")
    row = read(tmp_path / "export.zip").only
    assert row.members == (("memories", 1), ("projects", 1), ("users", 1))
    assert [u.place for u in row.unrecognised] == ["nested/new_thing.json"]
    assert (row.conversations, row.empty) == (4, 1)


@pytest.mark.parametrize("text", ["", "[]", "  ", "\ufeff[]"])
def test_an_empty_export_is_a_fault(text: str, read: Read, tmp_path: Path) -> None:
    """A successful import of nothing does not exist."""
    (tmp_path / "conversations.json").write_text(text, "utf-8")
    with pytest.raises(NothingRead):
        read(tmp_path / "conversations.json")


def test_byte_order_mark_line_ends_and_nuls(read: Read, tmp_path: Path) -> None:
    """Marks of hand-edited and padded copies do no harm."""
    text = json.dumps([chat(message())], indent=1).replace("\n", "\r\n")
    (tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n\x00\x00")
    assert read(tmp_path / "x.json").only.conversations == 1


def test_lone_surrogates_and_control_characters(read: Read, tmp_path: Path) -> None:
    """Halves of characters occur in real exports; ids come out printable."""
    body = json.dumps([chat(message(text="\ud83d"), uuid="c\ud83d\u0007")])
    (tmp_path / "x.json").write_text(body.replace("hello", "a\x00b"))
    result = read(tmp_path / "x.json")
    assert list(result.conversations) == ["c?"]


def test_deep_and_large_items_cost_themselves(read: Read, tmp_path: Path) -> None:
    """A million levels, and an item beyond the limit, are named; the rest is read."""
    deep = '{"uuid":"d","chat_messages":[' + "[" * 1_000_000 + "]" * 1_000_000 + "]}"
    large = json.dumps(chat(message(text="x" * 300_000)))
    whole = json.dumps(chat(message()))
    (tmp_path / "x.json").write_text(f"[{whole},{deep},{large},{whole}]")
    row = read(tmp_path / "x.json").only
    assert (row.conversations, row.unrecognised_count) == (3, 1)
    assert "deeper than 200" in row.unrecognised[0].reason
    (tmp_path / "x.json").write_text(f"[{whole},{large},{whole}]")
    row = read(tmp_path / "x.json", limits=Limits(item_bytes=100_000)).only
    assert (row.conversations, row.unrecognised_count) == (2, 1)
    assert "larger than 100000 bytes" in row.unrecognised[0].reason


def test_a_torn_export_says_where(read: Read, tmp_path: Path) -> None:
    """What was complete is read; the rest is one fault with its byte offset and a guess at its size."""
    whole = json.dumps(chat(message()))
    text = f"[{whole}, {whole}, {whole[:-9]}"
    (tmp_path / "x.json").write_text(text)
    row = read(tmp_path / "x.json").only
    assert (row.conversations, row.unrecognised_count) == (2, 1)
    assert row.unrecognised[0].place == f"x.json[2] at byte {2 * len(whole) + 5}"
    assert "lost" in row.unrecognised[0].reason


def test_a_break_in_the_middle_is_not_hidden(read: Read, tmp_path: Path) -> None:
    """Where brackets do not fit, the rest is lost, and the second count says how much seems to be there."""
    whole = json.dumps(chat(message()))
    (tmp_path / "x.json").write_text(f"[{whole}, {whole[:-2]}, {whole}, {whole}]")
    row = read(tmp_path / "x.json").only
    assert row.conversations == 1
    assert row.unrecognised_count == 1
    assert "occurs 4 times" in row.warnings[0]


def test_exported_at_comes_from_a_name(read: Read, samples: Path, tmp_path: Path) -> None:
    """A date in the manifest's name is the hint; it has no zone."""
    (tmp_path / "manifest-x-2026-09-20-10-00-00.json").write_text('{"total_files":0,"data_files":[]}')
    (tmp_path / "conversations.json").write_text(json.dumps([chat(message())]))
    assert read(tmp_path).only.exported_at == When.without_zone(datetime(2026, 9, 20, 10))  # noqa: DTZ001


PART = "data-aaaa-1760000000-bbbb-batch-{:04}.zip"


def batch(folder: Path, number: int) -> Path:
    """One part of a large export."""
    path = folder / PART.format(number)
    chat = {"uuid": f"c{number}", "chat_messages": [{"uuid": f"m{number}", "sender": "human", "text": "hi"}]}
    with ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps([chat]))
    return path


@pytest.mark.parametrize(("given", "lost"), [((0, 1, 2), []), ((0, 3), [1, 2]), ((2,), [0, 1]), ((0,), [])])
def test_a_missing_batch_is_named_once(
    given: tuple[int, ...], lost: list[int], read: Read, tmp_path: Path
) -> None:
    """In a folder, and as several paths; nothing is known of parts behind the last one."""
    paths = [batch(tmp_path, number) for number in given]
    for result in (read(tmp_path), read(*paths)):
        named = [fault.place for row in result.summaries for fault in row.unrecognised]
        assert named == [PART.format(number) for number in lost]
        assert len(result.conversations) == len(given)
