"""Claude Code transcripts: who is a person, whose a line is, what is left of swept sessions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.sources.conftest import Result
from withhold.model.conversation import SourceAccount
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.sources.claude_code_lines import BOOKKEEPING, author_of
from withhold.sources.interface import Limits, SentAgain
from withhold.sources.times import moment

Read = Callable[..., Result]
ONE, TWO, OLD = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222",
                 "33333333-3333-4333-8333-333333333333")  # fmt: skip


def line(content: Any, kind: str = "user", **more: Any) -> dict[str, Any]:
    return {"type": kind, "message": {"role": kind, "content": content}, **more}


PERSON = [
    line("Please fix it"),
    line([{"type": "text", "text": "Please fix it"}]),
    line("<div> is not closed, why?"),
    line("<command-name>/x</command-name>", promptSource="typed"),
    line("later", promptSource="queued"),
    line([{"type": "image", "source": {}}]),
    line("hi", origin={"kind": "human"}),
    line([{"type": "text", "text": "<ide_selection>x</ide_selection>"}, {"type": "text", "text": "this"}]),
]
PROGRAM = [
    line("Please fix it", isMeta=True),
    line("Please fix it", isSidechain=True),
    line("Please fix it", isSidechain=True, promptSource="typed"),
    line("Summary", isCompactSummary=True),
    line("hi", promptSource="system"),
    line("hi", promptSource="sdk"),
    line("hi", origin={"kind": "task-notification"}),
    line([{"type": "tool_result", "content": "ok"}]),
    line("ok", toolUseResult={}),
    line("<command-name>/clear</command-name>"),
    line("  <local-command-stdout></local-command-stdout>"),
    line("<system-reminder>be good</system-reminder>"),
    line("[Request interrupted by user for tool use]"),
    line(""),
    line(None),
    line([{"type": "tool_result"}, {"type": "image"}]),
]


@pytest.mark.parametrize("given", PERSON)
def test_a_persons_line(given: dict[str, Any]) -> None:
    """Typed or queued, or older and with words of its own."""
    assert author_of(given) is Author.HUMAN


@pytest.mark.parametrize("given", PROGRAM)
def test_a_programs_line(given: dict[str, Any]) -> None:
    """Most ``user`` lines are no person; they were sent all the same."""
    assert author_of(given) is Author.OTHER


@pytest.mark.parametrize(
    ("given", "author"),
    [
        (line("x", "assistant"), Author.MODEL),
        ({"type": "assistant", "message": {"model": "<synthetic>", "content": []}}, Author.OTHER),
        (line("x", "assistant", isApiErrorMessage=True), Author.OTHER),
        ({"type": "api-request-blob", "message": {"role": "user", "content": "copy"}}, None),
        ({"type": "summary", "summary": "x"}, None),
        ({"type": "novel", "message": {"role": "user", "content": "hi"}}, Author.HUMAN),
        ({"type": "novel", "message": "hi"}, None),
        ({"type": "user"}, None),
    ],
)
def test_other_lines(given: dict[str, Any], author: Author | None) -> None:
    """Copies of requests are no messages; answers made up locally are no answers."""
    assert author_of(given) is author


def test_the_sample_tree(read: Read, samples: Path) -> None:
    """The file is the session, answers are merged, sub-agents belong to their session, forks count once."""
    result = read(samples / "claude-code")
    sessions = result.conversations
    assert sessions.keys() == {ONE, TWO, OLD}
    assert [(sessions[s].human, sessions[s].model) for s in (ONE, TWO, OLD)] == [(2, 3), (1, 1), (1, 0)]
    assert all(s.kind is Kind.CODING and s.account_ref is None for s in sessions.values())
    assert sessions[ONE].project == "/src/demo"
    assert sum(m.id == "msg_1" for m in sessions[ONE].messages) == 1


def test_a_fork_tells_that_its_beginning_was_sent_again(read: Read, samples: Path) -> None:
    """The copied lines count in the first session alone, yet they were sent once more by the second."""
    (again,) = read(samples / "claude-code").only.sent_again
    assert isinstance(again, SentAgain)
    assert (again.source_id, again.by) == (ONE, TWO)
    assert again.at.earliest.isoformat() == "2025-11-01T10:00:00+00:00"


def test_swept_sessions_are_known_by_their_prompts(read: Read, samples: Path) -> None:
    """The history names a session whose transcript is gone; what cannot be told is said."""
    result = read(samples / "claude-code")
    assert [m.author for m in result.conversations[OLD].messages] == [Author.HUMAN, Author.OTHER]
    assert result.conversations[OLD].messages[0].size == len("Old question" + "pasted")
    text = "\n".join(result.only.warnings)
    assert "1 sessions are known by their prompts alone" in text
    assert "1 prompts name no session" in text
    assert "not finished" in text
    assert "brand-new-kind" in text


@pytest.mark.parametrize("part", [".", ".claude", ".claude/projects", ".claude/projects/-src-demo"])
def test_any_folder_of_the_tree_will_do(part: str, read: Read, samples: Path) -> None:
    """A home, a configuration folder, ``projects`` or one project; settings and tokens are never opened."""
    row = read(samples / "claude-code" / part).only
    assert row.format == "claude-code"
    assert row.conversations == (3 if part in {".", ".claude"} else 2)
    assert row.unrecognised == ()


def test_a_pure_copy_is_no_session(read: Read, samples: Path, tmp_path: Path) -> None:
    """A reconnect that wrote the old lines again adds nothing and is counted as what it is."""
    source = samples / "claude-code/.claude/projects/-src-demo" / f"{TWO}.jsonl"
    (tmp_path / f"{TWO}.jsonl").write_bytes(source.read_bytes())
    (tmp_path / f"{OLD}.jsonl").write_bytes(source.read_bytes())
    row = read(tmp_path).only
    assert (row.conversations, row.human) == (1, 2)
    assert row.members == (("copies of other sessions", 1),)


def test_a_line_written_twice_counts_once(read: Read, tmp_path: Path) -> None:
    """One id may be written several times into one session."""
    good = json.dumps(line("hi", sessionId="s", uuid="u", timestamp="2026-01-01T00:00:00Z"))
    (tmp_path / "s.jsonl").write_text(f"{good}\n{good}\n")
    row = read(tmp_path / "s.jsonl").only
    assert (row.human, row.sent_again) == (1, ())


def test_a_home_in_an_archive(read: Read, samples: Path, tmp_path: Path) -> None:
    """A zipped home directory reads like the home itself; settings and tokens in it are not opened."""
    with ZipFile(tmp_path / "home.zip", "w") as archive:
        for path in (samples / "claude-code").rglob("*"):
            if path.is_file():
                archive.write(path, f"robin/{path.relative_to(samples / 'claude-code').as_posix()}")
        archive.writestr("robin/.claude/.credentials.json", "{}")
    row = read(tmp_path / "home.zip").only
    assert (row.conversations, row.human, row.model) == (3, 4, 4)
    assert row.unrecognised == ()


def test_a_bad_line_is_named_and_a_torn_last_one_is_normal(read: Read, tmp_path: Path) -> None:
    """Only a last line without line end may be unfinished."""
    good = json.dumps(line("hi", sessionId="s", uuid="u", timestamp="2026-01-01T00:00:00Z"))
    (tmp_path / "s.jsonl").write_text(f'{good}\n{{"type": "us\n[1]\n{good[:20]}')
    row = read(tmp_path / "s.jsonl").only
    assert (row.conversations, row.human) == (1, 1)
    assert [u.place for u in row.unrecognised] == [
        f"s.jsonl at byte {len(good) + 1}",
        f"s.jsonl at byte {len(good) + 14}",
    ]


READABLE = line("hi", sessionId="s", uuid="u", timestamp="2025-08-20T10:00:00Z")
BEFORE = datetime(2025, 8, 20, 10, tzinfo=UTC)
LATER = {"sessionId": "s", "timestamp": "2025-12-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("second", "at"),
    [
        ('{"type": "us\n', When.between(BEFORE, None)),
        ('{"type": "us', When.between(BEFORE, None)),
        ("[1]\n", When.between(BEFORE, None)),
        ('{"type": "novel", "text": "secret"}\n', When.between(BEFORE, None)),
        (json.dumps({"type": "novel", "text": "x", **LATER}) + "\n", moment(LATER["timestamp"])),
        (json.dumps({"type": ["user"], "message": {}, **LATER}) + "\n", moment(LATER["timestamp"])),
        (json.dumps({"type": "user", **LATER}) + "\n", moment(LATER["timestamp"])),
    ],
)
def test_a_line_that_may_be_a_message_stays(second: str, at: When, read: Read, tmp_path: Path) -> None:
    """What cannot be read may have been sent later: it stays, with the time that it may have."""
    (tmp_path / "s.jsonl").write_text(f"{json.dumps(READABLE)}\n{second}")
    (found,) = read(tmp_path / "s.jsonl").conversations.values()
    assert (found.human, found.model) == (1, 0)
    assert [(m.author, m.at) for m in found.messages[1:]] == [(Author.OTHER, at)]


def test_lines_that_are_lost_stay_too(read: Read, tmp_path: Path) -> None:
    """A line beyond the limit is a message of an unknown time; in another file nothing is before it."""
    long = json.dumps(line("x" * 5000, sessionId="s", uuid="v"))
    (tmp_path / "s.jsonl").write_text(f"{json.dumps(READABLE)}\n{long}\n")
    result = read(tmp_path / "s.jsonl", limits=Limits(item_bytes=1000))
    assert result.conversations["s"].messages[1].at == When.between(BEFORE, None)


@pytest.mark.parametrize("kind", sorted(BOOKKEEPING))
def test_bookkeeping_is_no_message(kind: str, read: Read, tmp_path: Path) -> None:
    """Types that are known to hold nothing that is not in a line of its own stay out."""
    (tmp_path / "s.jsonl").write_text(f"{json.dumps(READABLE)}\n{json.dumps({'type': kind, **LATER})}\n")
    assert len(read(tmp_path / "s.jsonl").conversations["s"].messages) == 1


def test_a_copied_line_of_an_unknown_type_counts_once(read: Read, tmp_path: Path) -> None:
    """Forks copy such lines as well."""
    lines = [READABLE, {"type": "novel", "uuid": "n", "text": "x", **LATER}]
    for stem in ("a", "b"):
        (tmp_path / f"{stem}.jsonl").write_text("".join(json.dumps(found) + "\n" for found in lines))
        lines[0] = line("hi", sessionId="t", uuid="w", timestamp="2025-08-21T10:00:00Z")
    messages = [m.id for c in read(tmp_path).conversations.values() for m in c.messages]
    assert sorted(messages) == ["n", "u", "w"]


def test_an_account_is_known_where_a_line_names_it(read: Read, tmp_path: Path) -> None:
    """Only ``bridge-session`` lines do."""
    lines = [
        line("hi", sessionId="s", uuid="u", timestamp="2026-10-01T00:00:00Z"),
        {"type": "bridge-session", "sessionId": "s", "accountUuid": "acc", "organizationUuid": "org"},
    ]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(found) + "\n" for found in lines))
    result = read(tmp_path / "s.jsonl")
    assert result.conversations["s"].account_ref == "acc"
    assert SourceAccount("acc", None, None) in result.items


def test_a_sub_agent_alone_does_not_pass_for_its_session(read: Read, samples: Path, tmp_path: Path) -> None:
    """Imported by itself it has its own name, so that it cannot replace the session."""
    agent = samples / f"claude-code/.claude/projects/-src-demo/{ONE}/subagents/agent-abc.jsonl"
    result = read(agent)
    assert list(result.conversations) == ["agent-abc"]
    assert (result.only.human, result.only.model) == (0, 1)


@pytest.mark.parametrize(("seconds", "told"), [(0, 0), (3, 0), (60, 1)])
def test_prompts_that_name_no_session(seconds: int, told: int, read: Read, tmp_path: Path) -> None:
    """Older lines of the history: each stands in a transcript at its time, or is named as sent somewhere."""
    said = {"type": "user", "sessionId": "s", "uuid": "u", "timestamp": "2026-01-01T00:00:00.400Z"}
    said["message"] = {"role": "user", "content": "hi"}  # type: ignore[assignment]
    prompt = {
        "display": "hi",
        "pastedContents": {},
        "project": "/p",
        "timestamp": 1_767_225_600_100 + seconds * 1000,
    }
    (tmp_path / "s.jsonl").write_text(json.dumps(said) + "\n")
    lines = [prompt, {**prompt, "display": "/clear"}]
    (tmp_path / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    row = read(tmp_path).only
    assert (row.conversations, row.human) == (1, 1)
    assert sum("1 prompts name no session" in text for text in row.warnings) == told
