"""The event log can be played again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.lab.core import Lab
from withhold.lab.errors import LabRefusal
from withhold.lab.events import PLAYABLE, PURGE, Event, replay

START = datetime(2025, 8, 20, tzinfo=UTC)
Act = Callable[[Lab, str, str, datetime], object]

ACTS: dict[str, Act] = {
    "accept": lambda lab, account, _chat, at: lab.accept_terms(account, True, at),
    "chat": lambda lab, account, _chat, at: lab.start_conversation(account, "chat", at),
    "coding": lambda lab, account, _chat, at: lab.start_conversation(account, "coding", at),
    "consumer": lambda lab, account, _chat, at: lab.change_tier(account, "Free", at),
    "contract": lambda lab, account, _chat, at: lab.change_tier(account, "Work", at),
    "delete": lambda lab, _account, chat, at: lab.delete(chat, at),
    "feedback": lambda lab, _account, chat, at: lab.give_feedback(chat, at),
    "flag": lambda lab, _account, chat, at: lab.flag_safety(chat, at),
    "flip": lambda lab, _account, _chat, at: lab.publish_terms_update(at, flip=True),
    "hide": lambda lab, account, _chat, at: lab.start_conversation(account, "chat", at, incognito=True),
    "off": lambda lab, account, _chat, at: lab.set_setting(account, False, at),
    "on": lambda lab, account, _chat, at: lab.set_setting(account, True, at),
    "run": lambda lab, _account, _chat, at: lab.run_training(f"run {len(lab.runs)}", at),
    "send": lambda lab, _account, chat, at: lab.send(chat, at, answer_after=2),
    "wait": lambda lab, _account, _chat, at: lab.advance(at),
}
STORIES = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 400)), max_size=30)


def live(lab: Lab, story: list[tuple[str, int]]) -> None:
    """One person's life, as far as the lab lets it; the days also choose the conversation."""
    account = lab.create_account("Pro")
    lab.start_conversation(account, "chat")
    for act, days in story:
        chats = list(lab.conversations)
        with suppress(LabRefusal):
            ACTS[act](lab, account, chats[days % len(chats)], lab.now + timedelta(days=days))


@given(STORIES)
def test_playing_the_log_again_gives_the_same_lab(story: list[tuple[str, int]]) -> None:
    """Same start, seed and events: same ids, conversations, purges, runs and log, purge events included."""
    lab, twin = Lab(START, seed=7), Lab(START, seed=7)
    live(lab, story)
    replay(twin, lab.events)
    assert twin.events == lab.events
    assert twin.purges == lab.purges
    assert twin.accounts == lab.accounts
    assert twin.runs == lab.runs


@given(STORIES)
def test_time_never_runs_back(story: list[tuple[str, int]]) -> None:
    """Events stand in the order of their instants, and every purge has the instant at which it was due."""
    lab = Lab(START)
    live(lab, story)
    instants = [event.at for event in lab.events]
    assert instants == sorted(instants)
    assert [e.at for e in lab.events if e.what == PURGE] == [p.at for p in lab.purges]


def test_seeds_differ() -> None:
    """Another seed gives other ids."""
    assert Lab(START, seed=1).create_account("Free") != Lab(START, seed=2).create_account("Free")


def test_actors() -> None:
    """What the person does and what the provider does are told apart."""
    lab = Lab(START)
    chat = lab.start_conversation(lab.create_account("Work"), "chat")
    lab.flag_safety(chat)
    lab.advance(START + timedelta(days=800))
    assert [(e.what, e.actor) for e in lab.events] == [
        ("create_account", "person"),
        ("start_conversation", "person"),
        ("flag_safety", "provider"),
        ("purge", "provider"),
        ("advance", "provider"),
    ]


def test_only_events_of_the_lab_are_played() -> None:
    """A log that names any other method is refused."""
    with pytest.raises(ValueError, match="no such event"):
        replay(Lab(START), [Event(START, "person", "_move")])
    assert all(callable(getattr(Lab, name)) for name in PLAYABLE)


def test_listeners_hear_every_event() -> None:
    """What is written down elsewhere is the same log."""
    lab, heard = Lab(START), list[Event]()
    lab.listeners.append(heard.append)
    live(lab, [("accept", 20), ("hide", 1), ("wait", 60)])
    assert heard == lab.events
    assert PURGE in {e.what for e in heard}
