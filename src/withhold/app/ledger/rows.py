"""One conversation as a row of the ledger."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from withhold.app.ledger.joining import Judged
from withhold.model.conversation import Conversation
from withhold.model.verdict import CarveOut, Verdict
from withhold.model.when import BEGINNING, END
from withhold.model.words import Author, Known
from withhold.report import documents as d


@dataclass(frozen=True, slots=True)
class Shown:
    """What people are shown of a conversation's messages."""

    first: datetime | None
    last: datetime | None
    resumed_at: tuple[datetime, ...]
    human: int
    model: int


def row_of(judged: Judged, gone: d.GoneSince | None = None, shown: Shown | None = None) -> d.ConversationRow:
    """One conversation as a row. Where no pack knows the terms, both verdicts are unknown.

    ``gone`` says since when exports lack it: a fact beside the verdicts, which do not rest on it. ``shown``
    is for a conversation whose messages are not at hand.
    """
    c, verdict = judged.conversation, judged.verdict
    seen = shown or _shown(c)
    return d.ConversationRow(
        id=judged.id,
        source_id=c.source_id,
        provider=c.provider_id,
        product=None if judged.product is None else judged.product.id,
        account=None if judged.account is None else judged.account.id,
        kind=c.kind.value,
        first=seen.first,
        last=seen.last,
        resumed_at=seen.resumed_at,
        human=seen.human,
        model=seen.model,
        past_exposure="unknown" if verdict is None else verdict.past.value,
        future_eligibility="unknown" if verdict is None else verdict.future.value,
        carve_outs=() if verdict is None else carve_out_rows(verdict.carve_outs),
        clocks=() if verdict is None else _clocks(verdict),
        extent="none" if verdict is None else verdict.extent.value,
        marks=_marks(judged),
        causes=() if verdict is None else tuple(sorted(verdict.past_causes)),
        title=c.title,
        deleted=_deleted(c),
        as_of=None if verdict is None else verdict.as_of,
        project=c.project,
        gone_since=gone,
        attachments=c.attachments,
        tool_outputs=c.tool_outputs,
    )


def _shown(conversation: Conversation) -> Shown:
    first, last = _bounds(conversation)
    return Shown(first, last, resumed(conversation), conversation.human, conversation.model)


def _deleted(conversation: Conversation) -> bool | Literal["unknown"]:
    if conversation.deletion is None:
        return False
    return True if conversation.deletion.known in (Known.OBSERVED, Known.ATTESTED) else "unknown"


def _bounds(conversation: Conversation) -> tuple[datetime | None, datetime | None]:
    """First and last instant over the person's messages and the answers; unknown times are left out."""
    times = [
        m.at
        for m in conversation.messages
        if m.author is not Author.OTHER and m.at.earliest > BEGINNING and m.at.latest < END
    ]
    if not times:
        return None, None
    return min(t.earliest for t in times), max(t.latest for t in times)


def resumed(conversation: Conversation) -> tuple[datetime, ...]:
    """When the person took it up again (``sources.resume`` says what counts)."""
    from withhold.sources.resume import resumed_at

    return tuple(at.earliest for at in resumed_at(conversation))


def _marks(judged: Judged) -> tuple[str, ...]:
    """Cautions that travel with the verdicts; a pack of the person's own is one of them."""
    if judged.verdict is None:
        return ("terms_unknown",)
    own = judged.provider is not None and judged.provider.own_file is not None
    return tuple(sorted({*judged.verdict.marks, *(("own_terms",) if own else ())}))


@lru_cache(maxsize=1024)
def carve_out_rows(found: tuple[CarveOut, ...]) -> tuple[d.CarveOutRow, ...]:
    """Carve-outs as rows show them: the same tuple for the same ones."""
    return tuple(
        d.CarveOutRow(kind=c.kind.value, effect=c.effect.value, text=c.text, confidence=c.confidence.value)
        for c in found
    )


def _clocks(verdict: Verdict) -> tuple[d.ClockRow, ...]:
    return tuple(
        d.ClockRow(
            basis=c.basis.value, until=c.until, bound=None if c.bound is None else c.bound.value, note=c.note
        )
        for c in verdict.clocks
    )
