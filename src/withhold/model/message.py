"""One message as it was sent. No text is kept."""

from dataclasses import dataclass

from withhold.model.when import When
from withhold.model.words import Author


@dataclass(frozen=True, slots=True)
class Message:
    """One message as sent. ``id`` is the source's own, so that copies are counted once."""

    id: str
    author: Author
    at: When
    size: int = 0
    """Characters of text, attachments included."""
