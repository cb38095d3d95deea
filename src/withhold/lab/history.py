"""Everything there is to know about one account, as plain values: the full evidence of a test."""

from dataclasses import dataclass
from datetime import datetime

from withhold.lab.state import Account, Copy

SHARING = "sharing"
PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class AccountHistory:
    """What happened to an account up to the lab's present.

    Spans stand in the order in which they happened and touch: one ends at the instant at which the next
    begins, and what happens at that very instant after the change goes by the next. A span can have no
    length where two changes share an instant. ``flags`` are seen by the provider alone.
    """

    account: str
    tiers: tuple[tuple[str, datetime, datetime | None], ...]
    accepted: datetime | None
    setting: tuple[tuple[str, datetime, datetime], ...]
    """``(sharing or private, from, to)``; every stretch in which the setting had a value."""
    feedback: tuple[tuple[str, datetime, str], ...]
    """``(conversation, at, kind)``"""
    deletions: tuple[tuple[str, datetime], ...]
    """``(conversation, at)``"""
    flags: tuple[tuple[str, datetime], ...]
    """``(conversation, at)``"""


def history_of(account: Account, now: datetime) -> AccountHistory:
    ends = [since for _, since in account.tiers[1:]]
    tiers = zip(account.tiers, [*ends, None], strict=True)
    changes = [since for _, since in account.settings[1:]]
    spans = zip(account.settings, [*changes, now][: len(account.settings)], strict=True)
    return AccountHistory(
        account=account.id,
        tiers=tuple((tier, since, end) for (tier, since), end in tiers),
        accepted=account.accepted,
        setting=tuple((SHARING if on else PRIVATE, since, end) for (on, since), end in spans),
        feedback=tuple((c, copy.at, copy.kind) for c, copy in _copies(account, "feedback")),
        deletions=tuple((c.id, c.deleted_at) for c in account.conversations if c.deleted_at is not None),
        flags=tuple((c, copy.at) for c, copy in _copies(account, "flagged_content")),
    )


def _copies(account: Account, basis: str) -> list[tuple[str, Copy]]:
    return [(c.id, copy) for c in account.conversations for copy in c.copies if copy.basis == basis]
