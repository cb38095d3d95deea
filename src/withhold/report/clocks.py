"""The one day that stands for all clocks of a conversation."""

from collections.abc import Sequence
from datetime import datetime

from withhold.report.documents import ClockRow

ELSEWHERE = ("local_copies", "flagged_content", "flagged_scores")
"""Grounds beside the conversation at the provider itself."""


def kept_until(clocks: Sequence[ClockRow]) -> datetime | None:
    """The latest end among the clocks that run at the provider; ``None`` where one of them has no end."""
    held = [c for c in clocks if c.basis not in ELSEWHERE]
    ends = [c.until for c in held if c.until is not None]
    if any(c.until is None and c.basis != "human_reviewed" for c in held) or not ends:
        return None
    return max(ends)
