"""A history of typed prompts beside the transcript of the same session, in whatever order they are read."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.index.making import everything, opened
from tests.store.making import export, put
from withhold.model.conversation import Conversation, Message
from withhold.model.message import prompt_id
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind
from withhold.policy.shape import sendings
from withhold.sources.interface import Apart
from withhold.sources.registry import read_paths

SESSION = "11111111-1111-4111-8111-111111111111"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _session(*messages: Message) -> Conversation:
    return Conversation(SESSION, "anthropic", Kind.CODING, messages, incognito=False)


def _prompt(seconds: float | None) -> Message:
    at = ANY_TIME if seconds is None else When.at(NOON + timedelta(seconds=seconds))
    return Message(prompt_id(SESSION, at, 0), Author.HUMAN, at, 5)


def _line(seconds: float, author: Author = Author.HUMAN) -> Message:
    return Message(f"line-{author}-{seconds}", author, When.at(NOON + timedelta(seconds=seconds)), 5)


HISTORY = _session(_prompt(0), _prompt(60), _prompt(3600))
TRANSCRIPT = _session(_line(0.2), _line(9, Author.MODEL), _line(60.3), _line(70, Author.MODEL))


PARTLY = _session(_prompt(3600), _line(60.3))


@pytest.mark.parametrize("order", list(permutations([HISTORY, TRANSCRIPT, PARTLY])))
def test_a_prompt_that_the_transcript_shows_counts_once(
    order: tuple[Conversation, ...], tmp_path: Path
) -> None:
    """Two prompts are in the transcript, one is not: three messages of the person, in any order of imports,
    and every time at which something was sent is still there."""
    with opened(tmp_path) as state:
        for number, shown in enumerate((*order, *order)):
            put(state, export(f"{number % 3}"), shown)
        (stored,) = everything(state)
    assert (stored.conversation.human, stored.conversation.model) == (3, 2)
    times = {(s.earliest - NOON).total_seconds() for s in sendings(stored.conversation)}
    assert times == {0, 0.2, 60, 60.3, 3600}


def test_a_prompt_without_a_time_is_one_of_its_own(tmp_path: Path) -> None:
    """Nobody can say whether the transcript shows it, so it stays a message of the person."""
    with opened(tmp_path) as state:
        put(state, export("one"), _session(_prompt(None)))
        put(state, export("two"), TRANSCRIPT)
        (stored,) = everything(state)
    assert stored.conversation.human == 3


_SECONDS = st.lists(st.integers(0, 40), max_size=6)


@given(_SECONDS, _SECONDS, _SECONDS)
def test_no_sending_is_lost_whatever_is_told_once(
    tmp_path_factory: pytest.TempPathFactory, typed: list[int], shown: list[int], later: list[int]
) -> None:
    """All times of all sources are sendings afterwards, and the person's messages are no fewer than in the
    source that shows most of them."""
    sources = [
        _session(*map(_prompt, sorted(set(typed)))),
        _session(*map(_line, sorted(set(shown)))),
        _session(*map(_line, sorted({*shown, *later}))),
    ]
    with opened(tmp_path_factory.mktemp("state")) as state:
        for number, source in enumerate(sources):
            put(state, export(str(number)), source)
        (stored,) = everything(state)
    times = {(s.earliest - NOON).total_seconds() for s in sendings(stored.conversation)}
    assert times == {*typed, *shown, *later}
    assert stored.conversation.human >= len({*shown, *later})


def _write(folder: Path, *, history: tuple[float, ...], lines: tuple[float, ...]) -> Path:
    folder.mkdir()
    prompt = {"display": "hi", "pastedContents": {}, "project": "/p", "sessionId": SESSION}
    stamps = [int((NOON + timedelta(seconds=s)).timestamp() * 1000) for s in history]
    (folder / "history.jsonl").write_text(
        "".join(json.dumps({**prompt, "timestamp": s}) + "\n" for s in stamps)
    )
    said = {"type": "user", "sessionId": SESSION, "message": {"role": "user", "content": "hi"}}
    text = [
        json.dumps({**said, "uuid": f"u{s}", "timestamp": (NOON + timedelta(seconds=s)).isoformat()}) + "\n"
        for s in lines
    ]
    (folder / f"{SESSION}.jsonl").write_text("".join(text))
    return folder


def _apart(folder: Path) -> list[Conversation]:
    readings = read_paths([folder])
    return [item.conversation for reading in readings for item in reading if isinstance(item, Apart)]


def test_a_prompt_that_its_transcript_lacks_is_kept(tmp_path: Path) -> None:
    """In one import too: a transcript that was cut off does not swallow what the history still shows."""
    apart = _apart(_write(tmp_path / "cut", history=(0, 60, 3600), lines=(0.2, 60.3)))
    assert [c.source_id for c in apart] == [SESSION]
    assert [m.at.earliest for m in apart[0].messages] == [NOON + timedelta(hours=1)]
    assert not _apart(_write(tmp_path / "whole", history=(0, 60), lines=(0.2, 60.3)))


def test_a_history_that_was_cut_at_its_beginning_names_the_same_prompts(tmp_path: Path) -> None:
    """What is left of a history adds nothing to what the whole one showed."""
    with opened(tmp_path) as state:
        put(state, export("one"), HISTORY)
        put(state, export("two"), _session(_prompt(60), _prompt(3600)))
        (stored,) = everything(state)
    assert [m.at.earliest for m in stored.conversation.messages] == [
        NOON + timedelta(seconds=s) for s in (0, 60, 3600)
    ]
