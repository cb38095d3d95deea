"""Random histories at the lab, with what its training runs would have taken after every event.

Instants never coincide: the lab's books say which change came first only by the order of events, while
evidence has nothing but instants.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from withhold.lab.core import Lab
from withhold.lab.errors import LabRefusal

OFFERED = datetime(2025, 8, 28, tzinfo=UTC)
BINDING = datetime(2025, 10, 8, tzinfo=UTC)
FIRST = datetime(2025, 6, 1, tzinfo=UTC)
LAST = FIRST + timedelta(days=4 * 365)
"""Ends of retention never clear an eligibility, so histories stay under the shortest period that would."""

TICK = timedelta(microseconds=1)
STEPS = (TICK, timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=20))
CONSUMER = ("Free", "Pro", "Max")
COMMERCIAL = ("Work", "Education", "Government", "API")


@dataclass(frozen=True)
class History:
    """A lab at its present, with the truth for every conversation by id."""

    lab: Lab
    ever: dict[str, frozenset[str]]
    """Every cause for which some run would have taken it."""
    now: dict[str, frozenset[str]]
    """Every cause for which a run at the present would take it."""


@dataclass
class Story:
    """A history in the making."""

    random: Random
    lab: Lab
    ever: dict[str, frozenset[str]] = field(default_factory=dict)

    def begin(self) -> "Story":
        self._sign_up()
        return self

    def tell(self, events: int) -> History:
        """Let ``events`` things happen, as far as the lab allows each."""
        for _ in range(events):
            act = self.random.choices(ACTS, WEIGHTS)[0]
            at = self._next()
            if at > LAST:
                break
            try:
                act(self, at)
            except LabRefusal:
                self.lab.advance(at)
            self._look()
        return History(self.lab, self.ever, self._would_train())

    def _next(self) -> datetime:
        """A later instant, often at or beside one at which the terms change."""
        now = self.lab.now
        edges = [e + d for e in (OFFERED, BINDING) for d in (-TICK, timedelta(0), TICK) if e + d > now]
        if edges and self.random.random() < 0.25:
            return self.random.choice(edges)
        return now + self.random.choice(STEPS) * self.random.randint(1, 5)

    def _look(self) -> None:
        for conversation, causes in self._would_train().items():
            self.ever[conversation] = self.ever.get(conversation, frozenset()) | causes

    def _would_train(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for account in self.lab.accounts:
            found |= self.lab.would_train(account)
        return found

    def _account(self) -> str:
        return self.random.choice(list(self.lab.accounts))

    def _conversation(self) -> str:
        return self.random.choice(list(self.lab.conversations) or ["none"])

    def _tier(self) -> str:
        return self.random.choice(CONSUMER if self.random.random() < 0.75 else COMMERCIAL)

    def _sign_up(self, at: datetime | None = None) -> None:
        if len(self.lab.accounts) < 3:
            self.lab.create_account(self._tier(), at, sharing=self.random.random() < 0.7)

    def _accept(self, at: datetime) -> None:
        self.lab.accept_terms(self._account(), self.random.random() < 0.7, at)

    def _switch(self, at: datetime) -> None:
        self.lab.set_setting(self._account(), self.random.random() < 0.5, at)

    def _start(self, at: datetime) -> None:
        kind = self.random.choice(("chat", "chat", "coding"))
        incognito = kind == "chat" and self.random.random() < 0.2
        self.lab.start_conversation(self._account(), kind, at, incognito=incognito, text="a")

    def _send(self, at: datetime) -> None:
        self.lab.send(self._conversation(), at, "b")

    def _rate(self, at: datetime) -> None:
        self.lab.give_feedback(self._conversation(), at)

    def _delete(self, at: datetime) -> None:
        self.lab.delete(self._conversation(), at)

    def _flag(self, at: datetime) -> None:
        self.lab.flag_safety(self._conversation(), at)

    def _move(self, at: datetime) -> None:
        self.lab.change_tier(self._account(), self._tier(), at)

    def _update(self, at: datetime) -> None:
        self.lab.publish_terms_update(at, flip=self.random.random() < 0.7)

    def _wait(self, at: datetime) -> None:
        self.lab.advance(at)


ACTS: tuple[Callable[[Story, datetime], None], ...] = (
    Story._start, Story._send, Story._accept, Story._switch, Story._rate, Story._delete, Story._flag,
    Story._move, Story._update, Story._wait, Story._sign_up,
)  # fmt: skip
WEIGHTS = (7, 8, 5, 4, 1, 1, 1, 2, 1, 1, 1)


def a_history(random: Random) -> History:
    """Draw a history of up to 30 events."""
    start = FIRST + timedelta(days=random.randint(0, 150), microseconds=random.randint(0, 9))
    lab = Lab(start, seed=random.randint(0, 2**31))
    return Story(random, lab).begin().tell(random.randint(1, 30))


def history_number(number: int, seed: int = 0) -> History:
    """The same history for the same numbers, every time."""
    return a_history(Random(f"{seed}/{number}"))


def go_on(history: History, random: Random) -> History:
    """What may come after ``history``; the lab stands at a later present then."""
    return Story(random, history.lab, dict(history.ever)).tell(random.randint(1, 10))
