"""From a log of single exchanges to conversations. What is kept of an exchange is its metadata."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from sys import intern

from withhold.model.conversation import Conversation, Feedback, Message, Unrecognised
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind
from withhold.sources.gemini_dates import Language, Stamp, instant
from withhold.sources.interface import Item, Notice
from withhold.sources.times import dated, nominal

PROVIDER = "google"
PAUSE = timedelta(minutes=30)
"""A longer one parts exchanges of which no conversation is known."""
PROMPTS = frozenset({"prompted", "asked", "said"})
NO_PROMPTS = ("used ", "created gemini canvas", "created a gemini canvas", "selected ", "viewed ", "visited ")
FEEDBACK = ("gave feedback",)
_LONGEST_VERB = 60


@dataclass(slots=True)
class Exchange:
    """One item of the log. ``said`` begins with the verb; it is cut down to that when it is taken in."""

    number: int
    said: str
    asked: int
    answer: int
    when: When | Stamp | None
    conversation: str | None
    ours: bool
    files: int = 0
    """So many sent along are named; that none is does not say that none was."""


class Log:
    """All exchanges of one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[Exchange] = []
        self._language = Language()
        self._elsewhere = 0
        self._undated = 0

    def add(self, exchange: Exchange) -> None:
        """Take the next item of the file."""
        if not exchange.ours:
            self._elsewhere += 1
            return
        if isinstance(exchange.when, Stamp):
            self._language.see(exchange.when)
        verb, no_break, _ = exchange.said.partition("\xa0")
        known = _known_verb(exchange.said)
        exchange.asked = max(exchange.asked - len(known or (verb if no_break else "")) - 1, 0)
        exchange.said = intern(known or (verb.lower() if no_break and len(verb) <= _LONGEST_VERB else ""))
        self._found.append(exchange)

    def items(self) -> Iterator[Item]:
        """Conversations, and what is not one."""
        self._date_all()
        verbs = PROMPTS | {one.said for one in self._found if one.answer and one.said not in NO_PROMPTS}
        prompts, feedback, used = [], [], 0
        for one in self._found if self._oldest_first() else reversed(self._found):
            if one.said in FEEDBACK:
                feedback.append(one)
            elif one.said in NO_PROMPTS:
                used += 1
            elif one.answer or (one.said and one.said in verbs):
                prompts.append(one)
            else:
                text = "an item without an answer, whose verb is not known: it may be a prompt"
                yield Unrecognised(f"{self._path}[{one.number}]", text)
        yield from self._notices(used, prompts)
        self._found.clear()
        yield from _conversations(prompts, feedback)

    def _date_all(self) -> None:
        months = self._language.known_months()
        for one in self._found:
            if isinstance(one.when, Stamp):
                one.when = instant(one.when, self._language.days(one.when, months))
                self._undated += one.when is None

    def _oldest_first(self) -> bool:
        times = [nominal(one.when) for one in self._found if isinstance(one.when, When) and dated(one.when)]
        return len(times) > 1 and times[0] < times[-1]

    def _notices(self, used: int, prompts: list[Exchange]) -> Iterator[Notice]:
        if used:
            yield Notice(f"{used} items are uses of a feature, not prompts", self._path)
        if self._undated:
            text = f"{self._undated} items have a date in a language or calendar that is not known here"
            yield Notice(f"{text}: when they were sent is not known", self._path)
        if self._elsewhere:
            yield Notice(f"{self._elsewhere} items are activity in other products", self._path)
        if guessed := sum(one.conversation is None for one in prompts):
            text = (
                f"{guessed} exchanges do not say which conversation they belong to; they were grouped by "
                f"pauses of {PAUSE // timedelta(minutes=1)} minutes, which is a guess"
            )
            yield Notice(text, self._path)


def _known_verb(said: str) -> str | None:
    """The verb in a form to compare; only English ones are known."""
    low = said[:_LONGEST_VERB].lower().replace("\xa0", " ")
    for verb in (*FEEDBACK, *NO_PROMPTS):
        if low.startswith(verb):
            return verb
    first = low.partition(" ")[0]
    return first if first in PROMPTS else None


def _conversations(prompts: list[Exchange], feedback: list[Exchange]) -> Iterator[Item]:
    groups: dict[str, list[Exchange]] = {}
    guess = ""
    last: When | None = None
    for one in prompts:
        when = one.when if isinstance(one.when, When) else None
        if one.conversation is None:
            if not guess or _apart(last, when):
                guess = _guessed(one, when, groups)
            last = when
        groups.setdefault(one.conversation or guess, []).append(one)
    rated: dict[str, list[Feedback]] = {}
    for one in feedback:
        mark = Feedback(one.when if isinstance(one.when, When) else ANY_TIME, "gave feedback")
        rated.setdefault(one.conversation or "", []).append(mark)
    prompts.clear()
    for source_id in list(groups):
        yield _conversation(source_id, groups.pop(source_id), tuple(rated.pop(source_id, ())))
    if lost := sum(map(len, rated.values())):
        yield Notice(
            f"feedback was given {lost} times on conversations that are not in this log or not named"
        )


def _apart(last: When | None, when: When | None) -> bool:
    """Whether two exchanges surely or possibly stand apart."""
    if last is None or when is None or not dated(last) or not dated(when):
        return True
    return abs(nominal(when) - nominal(last)) > PAUSE


def _guessed(one: Exchange, when: When | None, groups: dict[str, list[Exchange]]) -> str:
    begun = f"from-{nominal(when).isoformat()}" if when and dated(when) else f"item-{one.number}"
    return begun if begun not in groups else f"{begun}-{len(groups)}"


def _conversation(source_id: str, exchanges: list[Exchange], feedback: tuple[Feedback, ...]) -> Conversation:
    messages: list[Message] = []
    for number, one in enumerate(exchanges):
        at = one.when if isinstance(one.when, When) else ANY_TIME
        messages.append(Message(f"{source_id}#{number}", Author.HUMAN, at, one.asked))
        if one.answer:
            messages.append(Message(f"{source_id}#{number}-answer", Author.MODEL, at, one.answer))
    return Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=tuple(messages),
        incognito=False,
        feedback=feedback,
        attachments=sum(one.files for one in exchanges) or None,
    )
