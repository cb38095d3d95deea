"""A letter, ready to be set: every text is in its language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LetterContent:
    """``blanks`` lists texts in ``[brackets]`` that the person has to fill in by hand.

    ``facts`` are pairs (what, value). ``recipient`` and ``sender`` are lines.
    """

    lang: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    date: str
    subject: str
    greeting: str
    lead: tuple[str, ...]
    asks: tuple[str, ...]
    facts_title: str
    facts: tuple[tuple[str, str], ...]
    after: tuple[str, ...]
    closing: str
    signature: str
    name: str
    blanks: tuple[str, ...]
