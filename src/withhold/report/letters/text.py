"""A letter as plain text of 78 columns, and as a ``mailto:`` address."""

import textwrap
from collections.abc import Iterator
from urllib.parse import quote

from withhold.report.letters.content import LetterContent

WIDTH = 78


def letter_text(letter: LetterContent) -> str:
    """The whole letter, ready to print."""
    head = [*letter.sender, "", *letter.recipient, "", letter.date, ""]
    body = "\n".join(_body(letter))
    return "\n".join(head) + "\n" + _filled(letter.subject) + "\n\n" + body + "\n"


def mail_body(letter: LetterContent) -> str:
    """The letter without its postal head, for an e-mail."""
    return "\n".join((*_body(letter), *letter.sender[1:])) + "\n"


def mailto(letter: LetterContent, address: str) -> str:
    """RFC 6068: recipient, subject and body. Lines end with CR LF, as the RFC asks."""
    body = mail_body(letter).replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@')}?subject={quote(letter.subject)}&body={quote(body)}"


def _body(letter: LetterContent) -> Iterator[str]:
    yield letter.greeting
    yield ""
    yield "\n\n".join(_filled(paragraph) for paragraph in letter.lead)
    yield from (_filled(ask, "  - ", "    ") for ask in letter.asks)
    yield ""
    if letter.facts:
        yield f"{letter.facts_title}:"
        yield from (_filled(f"{what}: {value}", "  ", "    ") for what, value in letter.facts)
        yield ""
    for paragraph in letter.after:
        yield _filled(paragraph)
        yield ""
    yield letter.closing
    yield ""
    yield letter.name


def _filled(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
