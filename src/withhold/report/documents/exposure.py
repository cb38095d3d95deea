"""``withhold exposure`` and ``withhold exposure explain``."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document, FutureWord, KnownWord, PastWord


class CarveOutRow(Struct, kw_only=True, frozen=True):
    kind: str
    effect: str
    text: str
    confidence: str


class ClockRow(Struct, kw_only=True, frozen=True):
    basis: str
    until: datetime | None
    bound: str | None
    note: str


class GoneSince(Struct, kw_only=True, frozen=True):
    """Shown by an older export of the same account, and absent from a newer one. A fact, not a deletion.

    The first absence lies between ``earliest`` (it was still shown) and ``latest`` (the export without it).
    """

    earliest: datetime | None
    latest: datetime
    note: str


class ConversationRow(Struct, kw_only=True, frozen=True):
    id: str
    source_id: str
    provider: str
    product: str | None
    account: str | None
    kind: Literal["chat", "coding"]
    first: datetime | None
    last: datetime | None
    resumed_at: tuple[datetime, ...]
    human: int
    model: int
    past_exposure: PastWord
    future_eligibility: FutureWord
    carve_outs: tuple[CarveOutRow, ...]
    clocks: tuple[ClockRow, ...]
    sensitivity: str | None = None
    extent: Literal["whole", "since", "none"] = "none"
    marks: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    title: str | None = None
    deleted: bool | Literal["unknown"] = False
    as_of: datetime | None = None
    project: str | None = None
    gone_since: GoneSince | None = None
    member: str | None = None
    """Whose it is, in the ledger of an organisation (``exposure --from``)."""
    attachments: int | None = None
    """Files and pictures that the person sent along; ``null`` where no source tells."""
    tool_outputs: int | None = None
    """Results of tools that stand in it; ``null`` where no source tells."""


class PastTotals(Struct, kw_only=True, frozen=True):
    exposed: int
    not_exposed: int
    unknown: int


class FutureTotals(Struct, kw_only=True, frozen=True):
    eligible: int
    not_eligible: int
    unknown: int


class EndsRow(Struct, kw_only=True, frozen=True):
    """How many conversations are kept on ``basis`` until some day of ``year`` (UTC).

    ``year`` is ``null`` where no end is stated or known. ``bound`` says what the day is: kept at most
    (``up_to``), exactly, or at least until then.
    """

    basis: str
    year: int | None
    bound: str | None
    count: int


class GroupTotals(Struct, kw_only=True, frozen=True):
    """Verdicts of one part: ``by`` is ``kind``, ``provider`` or ``account``, ``value`` which of them.

    An account is named by its id; ``null`` stands for conversations of no known account.
    """

    by: Literal["kind", "provider", "account"]
    value: str | None
    label: str
    past: PastTotals
    future: FutureTotals


class Totals(Struct, kw_only=True, frozen=True):
    """``groups`` holds a list of parts only where there is more than one of a sort."""

    past: PastTotals
    future: FutureTotals
    ends: tuple[EndsRow, ...] = ()
    groups: tuple[GroupTotals, ...] = ()


class AsOf(Struct, kw_only=True, frozen=True):
    """The instant for which future eligibility is said, per account.

    ``look_again`` is when the look at the setting grows too old to stand for now. ``shown_until`` is the
    latest instant up to which an imported file can show the account's conversations: what was sent later is
    in no verdict.
    """

    account: str | None
    provider: str
    at: datetime
    why: str
    look_again: datetime | None = None
    shown_until: datetime | None = None


class ExposureDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.exposure/1"] = "withhold.exposure/1"
    totals: Totals
    conversations: tuple[ConversationRow, ...]
    as_of: tuple[AsOf, ...] = ()
    left_out: int = 0
    """Conversations in the index that the filters do not keep."""
    taken_at_word: str | None = None
    """What the whole rests on where it is judged from exports of others (``exposure --from``): these are not
    signed, and say what their members let them say. ``null`` for one's own state."""


class LedgerPage(Struct, kw_only=True, frozen=True):
    """What a terminal shows: ``document`` holds the newest rows alone, ``carve_outs`` each set that stands
    beside any verdict that the totals count."""

    document: ExposureDocument
    carve_outs: tuple[tuple[CarveOutRow, ...], ...]


class SourceRow(Struct, kw_only=True, frozen=True):
    url: str
    date: str | None
    summary: str
    quote: str | None = None


class ObservationRow(Struct, kw_only=True, frozen=True):
    id: str | None
    known: KnownWord
    at: datetime | None
    record: str | None


class ReasonRow(Struct, kw_only=True, frozen=True):
    rule: str
    text: str
    source: SourceRow | None
    observation: ObservationRow | None
    at: datetime | None = None
    terms: str | None = None


class FactsRow(Struct, kw_only=True, frozen=True):
    """What sources show of a conversation beside who said what, when.

    ``other`` counts lines that neither the person nor the model wrote: output of tools, and what programs put
    in. ``characters`` are those of all messages, attachments and tool output included where the source holds
    them. ``null`` stands where no source tells. Without ``feedback_visible`` a rating may be there unseen.
    """

    other: int
    characters: int
    incognito: bool | None
    shared: bool | None
    feedback: tuple[str, ...]
    feedback_visible: bool
    sent_again: int
    sources: int
    attachments: int | None = None
    tool_outputs: int | None = None


class ExplainDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.explain/1"] = "withhold.explain/1"
    conversation: ConversationRow
    reasons: tuple[ReasonRow, ...]
    would_settle: tuple[str, ...]
    facts: FactsRow | None = None
