"""Prompts that a history of typed prompts shows, beside the transcript of their session.

Two imports may bring them: the history first and the transcript later, or the other way round. A prompt that
the transcript shows as well must not count as a second message of the person. Yet it is never dropped: its
time stays a sending of its own, so that what was open by it stays open when the transcript says another time.

It is told by its time alone, the texts being kept nowhere: a prompt stands in the transcript if a message of
the person there is at most :data:`APART` away. Two prompts so close that the transcript shows one of them
count as one message, and are two sendings. A prompt without a time is always taken for one of its own.
Which prompts are shown depends on nothing but the union of all sources, not on the order of imports.
"""

from bisect import bisect_left
from collections.abc import Sequence

from withhold.index.fingerprints import Fingerprints
from withhold.index.kept import Messages
from withhold.model.columns import instant
from withhold.model.message import prompt_id
from withhold.model.when import When

APART = 5_000_000
"""Microseconds by which the times of a prompt may differ in the history and in its transcript."""


def told_once(messages: Messages, source_id: str, fingerprints: Fingerprints) -> Messages:
    """``messages`` with those prompts as nobody's words that the transcript shows as the person's."""
    prompts = _prompts(messages, source_id, fingerprints)
    typed = sorted(
        at
        for at, late, author, prompt in zip(
            messages.earliest, messages.latest, messages.authors, prompts, strict=True
        )
        if author == "h" and at == late and not prompt
    )
    if not typed or not any(prompts):
        return messages
    authors = "".join(
        "o" if prompt and _is_near(at, typed) else author
        for at, author, prompt in zip(messages.earliest, messages.authors, prompts, strict=True)
    )
    return messages._replace(authors=authors)


def _prompts(messages: Messages, source_id: str, fingerprints: Fingerprints) -> list[bool]:
    """Which of the messages have the id that a history gives to a prompt of their time."""
    times = [instant(at) for at in messages.earliest]
    expected = fingerprints.messages([prompt_id(source_id, When(at, at), 0) for at in times])
    return [mine == there for mine, there in zip(messages.ids, expected, strict=True)]


def _is_near(at: int, typed: Sequence[int]) -> bool:
    """Whether one of the sorted instants is close."""
    place = bisect_left(typed, at - APART)
    return place < len(typed) and typed[place] <= at + APART
