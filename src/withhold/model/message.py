"""One message as it was sent. No text is kept."""

from dataclasses import dataclass

from withhold.model.when import BEGINNING, When
from withhold.model.words import Author


@dataclass(frozen=True, slots=True)
class Message:
    """One message as sent. ``id`` is the source's own, so that copies are counted once."""

    id: str
    author: Author
    at: When
    size: int = 0
    """Characters of text, attachments included."""


def prompt_id(session: str, at: When | None, number: int) -> str:
    """Id of a prompt that a history of typed prompts shows, where the transcript's own id is not known.

    It holds the prompt's time, so that it stays the same however much of the history is left. One without
    a time goes by its ``number`` among those.
    """
    if at is None or at.earliest <= BEGINNING:
        return f"{session}#prompt-undated-{number}"
    return f"{session}#prompt-{at.earliest.isoformat(timespec='microseconds')}"
