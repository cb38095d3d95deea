"""Verdicts per second over 100,000 synthetic conversations of one account.

Peer: the same judge without its memory of shapes, over every hundredth of the same conversations.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter

from rows import Row
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.conversation import Conversation, Message
from withhold.model.when import When
from withhold.model.words import Author, Kind, Known, Setting
from withhold.packs.loader import load_builtin
from withhold.policy import Judge, RegimeTable

CONVERSATIONS = 100_000
EVERY = 100
EXCHANGES = 5
SEED = 20250828
BEGAN = datetime(2025, 4, 1, tzinfo=UTC)
ACCEPTED = datetime(2025, 9, 10, 8, tzinfo=UTC)
OPTED_OUT = datetime(2026, 2, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run() -> list[Row]:
    """Judge all with the memory of shapes, then a part without it."""
    found = conversations()
    cached, plain = Judge(table()), Judge(table())
    shapes = {v.past for v in map(cached, found[:EVERY])}
    assert len(shapes) > 1, "conversations that all get the same verdict measure nothing"
    fast = rate(cached, found)
    slow = rate(Forgetful(plain), found[::EVERY])
    name = f"verdicts on {CONVERSATIONS:,} conversations, {len(cached.table.regimes)} regimes"
    return [Row(name, fast, "verdicts/s", f"each shape judged anew: {slow:,.0f}/s", fast / slow)]


class Forgetful:
    """A judge that forgets every shape."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def __call__(self, conversation: Conversation) -> object:
        self._judge.judge_shape.cache_clear()
        return self._judge(conversation)


def rate(judge: Judge | Forgetful, found: list[Conversation]) -> float:
    """Verdicts per second."""
    started = perf_counter()
    for conversation in found:
        judge(conversation)
    return len(found) / (perf_counter() - started)


def table() -> RegimeTable:
    """One account that shared for five months and has been private since."""
    product = load_builtin("anthropic").product("claude")
    assert product is not None
    account = Account(
        id="account",
        provider_id="anthropic",
        label="bench",
        plans=(PlanPeriod("plan", "Pro", When.at(BEGAN), None, Known.ATTESTED),),
        acceptances=(Acceptance("accepted", When.at(ACCEPTED), Known.ATTESTED),),
    )
    return RegimeTable(
        product,
        account,
        [stood(Setting.SHARING, ACCEPTED, OPTED_OUT), stood(Setting.PRIVATE, OPTED_OUT, NOW)],
        NOW,
    )


def stood(setting: Setting, begins: datetime, ends: datetime) -> SettingEvidence:
    return SettingEvidence(
        str(setting), "claude-help-improve", begins + timedelta(seconds=1), ends, setting, Known.ATTESTED
    )


def conversations() -> list[Conversation]:
    """Ten messages each: most on one day, every tenth resumed months later."""
    random = Random(SEED)  # noqa: S311 - a simulation, not a secret
    return [conversation(number, random) for number in range(CONVERSATIONS)]


def conversation(number: int, random: Random) -> Conversation:
    begins = BEGAN + random.random() * (NOW - BEGAN)
    pause = timedelta(days=90) if random.random() < 0.1 else timedelta(minutes=5)
    messages = []
    for turn in range(EXCHANGES):
        at = When.at(min(begins + (turn // 3) * pause + turn * timedelta(minutes=2), NOW))
        messages.append(Message(f"{number}-{turn}", Author.HUMAN, at, 300))
        messages.append(Message(f"{number}-{turn}-answer", Author.MODEL, at, 900))
    return Conversation(
        source_id=str(number),
        provider_id="anthropic",
        kind=Kind.CHAT,
        messages=tuple(messages),
        incognito=False,
    )
