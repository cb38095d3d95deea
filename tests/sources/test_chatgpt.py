"""ChatGPT exports: which nodes count and for whom, what lies beside the chats, what is missing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from tests.sources.expected import COLLECTED, counted, needs_collected, wanted
from withhold.model.conversation import Feedback, SourceAccount
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, ControlState, Kind
from withhold.sources.interface import Apart, SettingSeen
from withhold.sources.resume import resumed_at
from withhold.support.errors import NothingRead

Read = Callable[..., Result]
T = 1_760_000_000.5


def node(
    source_id: str, parent: str | None, role: str | None = "user", at: object = T, **more: Any
) -> dict[str, Any]:
    said = {"id": source_id, "author": {"role": role}, "create_time": at, "content": {"parts": ["hello"]}}
    return {"id": source_id, "parent": parent, "message": None if role is None else {**said, **more}}


def chat(*nodes: Any, source_id: str = "c", **more: Any) -> dict[str, Any]:
    mapping = {
        one.get("id", str(index)) if isinstance(one, dict) else str(index): one
        for index, one in enumerate(nodes)
    }
    return {"conversation_id": source_id, "title": "Name", "mapping": mapping, "current_node": "x", **more}


@pytest.fixture
def one(read: Read, tmp_path: Path) -> Callable[..., Result]:
    """Reads a list of chats."""

    def run(*chats: Any, **options: Any) -> Result:
        (tmp_path / "any-name.json").write_text(json.dumps(chats), "utf-8")
        return read(tmp_path, **options)

    return run


@needs_collected
@pytest.mark.parametrize("case", ["chatgpt-sharded", "chatgpt-slim"])
def test_collected_samples_are_counted_exactly(case: str, read: Read) -> None:
    """The counts equal the table that stands beside the samples."""
    assert counted(read(COLLECTED / "own" / case)) == wanted(case)


@needs_collected
def test_collected_facts_around_the_chats(read: Read) -> None:
    """A rated and a shared chat, the switch on the export's day, a group chat, a pause of forty days."""
    result = read(COLLECTED / "own" / "chatgpt-sharded")
    rated = result.conversations["00000000-0000-4000-8000-000000000002"]
    assert rated.feedback == (Feedback(When.at(datetime(2026, 1, 2, 10, tzinfo=UTC)), "thumbs_down"),)
    assert (result.only.shared, result.only.feedback) == (1, 1)
    assert {(s.control, s.state) for s in result.only.settings} == {
        ("training_allowed", ControlState.OFF),
        ("voice_training_allowed", ControlState.OFF),
    }
    (group,) = result.only.apart
    assert (group.conversations, group.human, group.model) == (1, 1, 1)
    slim = read(COLLECTED / "own" / "chatgpt-slim").conversations["00000000-0000-4000-8000-000000000010"]
    assert [when.earliest for when in resumed_at(slim)] == [datetime(2026, 2, 10, tzinfo=UTC)]


@needs_collected
def test_no_published_sample_is_lost(read: Read) -> None:
    """Each published file is ChatGPT's; what has no tree is named."""
    for path in sorted((COLLECTED / "chatgpt").iterdir()):
        row = read(path).only
        text = "".join(path.read_text("utf-8").split())
        assert row.format == "chatgpt"
        assert row.conversations == text.count('"mapping":'), path
        assert row.human + row.model <= text.count('"author":'), path
        assert row.conversations + row.unrecognised_count >= text.count('"title":"') - text.count('"url"')


def test_an_export_with_everything_beside(read: Read, samples: Path) -> None:
    """Every branch and orphan counts; hidden context and tools are nobody's; no member is lost."""
    result = read(samples / "chatgpt-export")
    row = result.only
    assert (row.conversations, row.human, row.model, row.unrecognised_count) == (2, 3, 5, 1)
    assert row.unrecognised[0].place == "conversations-000.json[1]"
    garden, voice = result.conversations["c-garden"], result.conversations["c-voice"]
    assert [m.id for m in garden.messages] == ["s1", "x1", "u1", "a1", "u2", "t2", "a2", "a3", "a1b"]
    assert (garden.shared, voice.shared, garden.project) == (True, False, "g-p-garden")
    assert [mark.kind for mark in voice.feedback] == ["thumbs_up"]
    assert garden.feedback_visible
    assert garden.account_ref == "user-a"
    assert SourceAccount("user-a", "a@example.invalid", None) in result.items
    assert garden.incognito is False
    assert [when.earliest.isoformat() for when in resumed_at(garden)] == ["2025-11-06T19:07:00+00:00"]


def test_context_without_a_time_was_sent_with_the_first_prompt(read: Read, samples: Path) -> None:
    """Custom instructions carry no time; they went out with the message that follows them."""
    garden = read(samples / "chatgpt-export").conversations["c-garden"]
    assert garden.messages[0].at == garden.messages[1].at == garden.messages[2].at
    assert garden.messages[1].author is Author.OTHER
    assert garden.messages[1].size == len("Lives in a town") + len("Be short")


def test_group_chats_and_tasks_stand_apart(read: Read, samples: Path) -> None:
    """They are handed out to be judged and are in none of the counts of chats; tasks have no times."""
    result = read(samples / "chatgpt-export")
    apart = {item.what: item.conversation for item in result.items if isinstance(item, Apart)}
    assert apart["group chats"].kind is Kind.CHAT
    assert apart["Codex cloud tasks"].kind is Kind.CODING
    assert {message.at for message in apart["Codex cloud tasks"].messages} == {ANY_TIME}
    assert [count.conversations for count in result.only.apart] == [1, 1]


def test_switches_are_a_fact_of_the_exports_day(read: Read, samples: Path) -> None:
    """Each is dated after all that the export holds, with its state; other settings are none."""
    result = read(samples / "chatgpt-export")
    seen = {item.control: item for item in result.items if isinstance(item, SettingSeen)}
    assert {control: item.state for control, item in seen.items()} == {
        "training_allowed": ControlState.ON,
        "codex_training_allowed_v2": ControlState.OFF,
    }
    assert result.only.last is not None
    assert all(item.at.earliest >= result.only.last for item in seen.values())
    assert all(item.account_ref == "user-a" for item in seen.values())


@pytest.mark.parametrize("body", ["[{]", '[{"rating": "thumbs_up"', "[7]", '[{"rating": "thumbs_up"}]'])
def test_feedback_that_cannot_be_read_is_not_absent(body: str, read: Read, tmp_path: Path) -> None:
    """Torn feedback, or feedback that says nothing of its chat, leaves the question open."""
    (tmp_path / "conversations.json").write_text(json.dumps([chat(node("u", None))]))
    (tmp_path / "message_feedback.json").write_text(body)
    assert read(tmp_path).conversations["c"].feedback_visible is False


def test_feedback_vouches_for_its_own_export_alone(read: Read, tmp_path: Path) -> None:
    """Of two exports in one folder, the one without the member shows no feedback; marks join across both."""
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "conversations.json").write_text(
            json.dumps([chat(node("u", None), source_id=name)])
        )
    mark = {"id": "f", "conversation_id": "a", "rating": "thumbs_up", "create_time": T}
    (tmp_path / "b" / "message_feedback.json").write_text(
        json.dumps([mark, {**mark, "conversation_id": "gone"}])
    )
    result = read(tmp_path)
    assert [result.conversations[c].feedback_visible for c in "ab"] == [False, True]
    assert [len(result.conversations[c].feedback) for c in "ab"] == [1, 0]
    assert any("not in this source" in text for text in result.only.warnings)


def test_a_missing_shard_is_named(read: Read, samples: Path, tmp_path: Path) -> None:
    """By the manifest, and without a manifest by the gap in the numbers."""
    body = json.dumps([chat(node("u", None))])
    (tmp_path / "conversations-001.json").write_text(body)
    assert [u.place for u in read(tmp_path).only.unrecognised] == ["conversations-000.json"]
    files = ["conversations-001.json", "conversations-002.json"]
    manifest = {"export_files": [], "logical_files": {"conversations.json": {"files": files}}}
    (tmp_path / "export_manifest.json").write_text(json.dumps(manifest))
    (fault,) = read(tmp_path).only.unrecognised
    assert fault.reason.startswith("conversations-002.json")


def test_parents_come_first_and_times_order_nothing(one: Callable[..., Result]) -> None:
    """A file that lists the answer first, with one time for both, or the wrong way round, is put right."""
    nodes = [node("a", "u", "assistant", T - 9), node("u", "r", "user", T), node("r", None, None)]
    assert [m.id for m in one(chat(*nodes)).conversations["c"].messages] == ["u", "a"]


def test_circles_and_orphans_are_counted(one: Callable[..., Result]) -> None:
    """No node is lost and nothing hangs, whatever the parents say."""
    nodes = [node("a", "b"), node("b", "a"), node("s", "s"), node("o", "gone"), node("u", None)]
    assert {m.id for m in one(chat(*nodes)).conversations["c"].messages} == {"a", "b", "s", "o", "u"}


@pytest.mark.parametrize("at", [None, 0, "", "soon", [], True, -1])
def test_a_missing_time_is_unknown(at: object, one: Callable[..., Result]) -> None:
    """A header alone dates nothing: exports and migrations rewrite it."""
    result = one(chat(node("u", None, at=at), create_time=T, update_time=T + 9))
    assert result.conversations["c"].messages[0].at == ANY_TIME


@pytest.mark.parametrize(
    "odd", [7, None, "x", [], {}, chat(), {"mapping": None}, {"mapping": {"a": 7, "b": {}}}]
)
def test_an_odd_item_costs_itself(odd: Any, one: Callable[..., Result]) -> None:
    """Each item is a conversation or named with its place."""
    row = one(chat(node("u", None)), odd, chat(node("u", None), source_id="d")).only
    named = [u for u in row.unrecognised if ".mapping[" not in u.place]
    assert row.conversations + len(named) == 3
    assert row.human >= 2


@pytest.mark.parametrize("odd", [7, {"message": 7, "parent": "u"}, {"parent": "u"}, None])
def test_an_odd_node_costs_itself(odd: Any, one: Callable[..., Result]) -> None:
    """The other nodes of its conversation are read, and the node is named by its key."""
    row = one(chat(node("u", None), odd)).only
    assert (row.conversations, row.human) == (1, 1)
    assert [u.place for u in row.unrecognised] == ["any-name.json[0].mapping[1]"]


def test_an_unknown_role_is_nobodys_and_named(one: Callable[..., Result]) -> None:
    """Whoever that is, it is no person."""
    row = one(chat(node("u", None), node("k", "u", "critic"))).only
    assert (row.human, row.model, row.unrecognised_count) == (1, 0, 1)
    assert "critic" in row.unrecognised[0].reason


def test_an_unknown_kind_of_content_is_told(one: Callable[..., Result]) -> None:
    """Its message counts; its name is printed once with a number."""
    said = [node(str(n), None, content={"content_type": "novel", "novelty": "x"}) for n in range(3)]
    row = one(chat(*said)).only
    assert (row.human, row.unrecognised_count) == (3, 0)
    assert row.warnings == ("3 messages have content of the kind novel, whose text is not known here",)


def test_renamed_messages_are_no_empty_chat(one: Callable[..., Result]) -> None:
    """Nodes of which none has a message are a fault, not a success with nothing in it."""
    nodes = {str(n): {"id": str(n), "text": {"author": {"role": "user"}}} for n in range(3)}
    row = one(chat(node("u", None)), {"conversation_id": "d", "mapping": nodes}).only
    assert (row.conversations, row.unrecognised_count) == (1, 1)


def test_a_key_that_stands_twice_is_not_guessed(read: Read, tmp_path: Path) -> None:
    """A decoder would keep the last node alone and lose the first without a word."""
    whole, said = json.dumps(chat(node("u", None))), json.dumps(node("u", None))
    twice = f'{{"conversation_id":"d","current_node":"u","mapping":{{"u":{said},"u":{said}}}}}'
    (tmp_path / "x.json").write_text(f"[{whole},{twice}]")
    row = read(tmp_path / "x.json").only
    assert (row.conversations, row.unrecognised_count) == (1, 1)
    assert "twice" in row.unrecognised[0].reason


def test_titles_are_kept_on_request_only(one: Callable[..., Result]) -> None:
    """A title is text of the person."""
    assert one(chat(node("u", None))).conversations["c"].title is None
    assert one(chat(node("u", None)), keep_titles=True).conversations["c"].title == "Name"


def test_lone_surrogates_and_odd_types_are_read(one: Callable[..., Result]) -> None:
    """The quick way gives up on them; the patient one reads the same messages."""
    odd = node("u", None, content={"content_type": "text", "parts": ["half \ud83d"]}, metadata=7)
    result = one(chat(odd, node("a", "u", "assistant"), title=7))
    assert (result.only.human, result.only.model) == (1, 1)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_an_empty_export_is_a_fault(text: str, read: Read, tmp_path: Path) -> None:
    """A successful import of nothing does not exist."""
    (tmp_path / "conversations.json").write_text(text)
    with pytest.raises(NothingRead):
        read(tmp_path)


@pytest.mark.parametrize(("plus", "word"), [(True, "had ChatGPT Plus"), (False, "did not have"), (None, "")])
def test_the_plan_on_the_day_of_the_export_is_told(
    plus: bool | None, word: str, read: Read, tmp_path: Path
) -> None:
    """As far as the export says it; it says nothing of other days."""
    (tmp_path / "user.json").write_text(json.dumps({"id": "u", "email": "a@b", "chatgpt_plus_user": plus}))
    (tmp_path / "conversations.json").write_text(json.dumps([chat(node("a", None))]))
    told = [text for text in read(tmp_path).only.warnings if "Plus" in text]
    assert len(told) == bool(word)
    assert all(word in text for text in told)


def test_a_workspace_is_told(read: Read, tmp_path: Path) -> None:
    """Other terms may hold for it: how many conversations name it is told."""
    said = {"id": "m", "author": {"role": "user"}, "create_time": 1.7e9, "content": {"content_type": "text"}}
    said["content"]["parts"] = ["x"]  # type: ignore[index]
    rows = [
        {"id": f"{n}", "workspace_id": where, "mapping": {"m": {"id": "m", "parent": None, "message": said}}}
        for n, where in enumerate(("ws-1", "ws-1", None, 7))
    ]
    (tmp_path / "x.json").write_text(json.dumps(rows))
    row = read(tmp_path).only
    assert row.conversations == 4
    [told] = [w for w in row.warnings if "workspace" in w]
    assert told.startswith("2 conversations name the workspace ws-1: if it is that of a business account")


def test_grok_tasks_are_counted(read: Read, tmp_path: Path) -> None:
    """Projects and tasks beside the chats hold words of the person too: they are told, and not judged."""
    said = {"_id": "r", "sender": "human", "message": "hi", "create_time": "2026-01-01T00:00:00Z"}
    chat = {"conversation": {"id": "c", "user_id": "u"}, "responses": [{"response": said}]}
    whole = {"conversations": [chat], "projects": [{}, {}], "tasks": [{"prompt": "x"}], "media_posts": []}
    (tmp_path / "prod-grok-backend.json").write_text(json.dumps(whole))
    row = read(tmp_path).only
    assert row.conversations == 1
    told = [w.partition(": ")[2].split(" beside")[0] for w in row.warnings if "beside the chats" in w]
    assert told == ["holds 2 project(s)", "holds 1 task(s)"]
