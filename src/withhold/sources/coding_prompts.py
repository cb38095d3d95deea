"""Histories of typed prompts: the only trace of sessions whose transcripts are gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from withhold.model.message import prompt_id
from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import Session
from withhold.sources.drafts import Draft
from withhold.sources.interface import Entry, Item, Notice, Options


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line of a history of typed prompts."""

    session: str | None
    author: Author
    at: When | None
    size: int
    project: str | None = None


def prompts_alone(
    entry: Entry, prompts: Iterable[Prompt | Item], present: set[str], provider: str, options: Options
) -> Iterator[Item]:
    """Sessions that a history of prompts names and that are not ``present`` as transcripts.

    The history is the only trace of them; prompts of the others are counted there.
    """
    gone: dict[str, Session] = {}
    nameless = 0
    for prompt in prompts:
        if not isinstance(prompt, Prompt):
            yield prompt
        elif prompt.session is None:
            nameless += 1
        elif prompt.session not in present:
            session = gone.setdefault(prompt.session, Session(prompt.session, provider))
            session.project = session.project or prompt.project
            number = prompt_id(prompt.session, prompt.at, len(session.drafts))
            session.drafts.append(Draft(number, prompt.author, prompt.at, prompt.size))
    if gone:
        text = f"{len(gone)} sessions are known by their prompts alone; their transcripts are gone"
        yield Notice(text, entry.path)
    if nameless:
        text = f"{nameless} prompts name no session; where its transcript is gone, they are not counted"
        yield Notice(text, entry.path)
    yield from (session.conversation(options) for session in gone.values())


def command_or_person(text: object) -> Author:
    """A bare ``/command`` is carried out by the program; with words behind it, it may be a prompt."""
    bare = isinstance(text, str) and text.startswith("/") and len(text.split()) == 1
    return Author.OTHER if bare else Author.HUMAN
