"""What a rule demands of a route, in the words of the configuration."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Self

from withhold.gateway.standing import Standing

_RETENTION = re.compile(r"(flagged )?retention <= (\d{1,5})d")
_WORDS = ("no-training", "contract", "local-only", "local-only for secrets", "local-only for personal")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand. ``days`` belongs to the two kinds on retention."""

    text: str
    kind: Literal["no-training", "contract", "retention", "flagged", "local"]
    days: int = 0
    sort: str | None = None
    """Holds only for requests with this sort of content."""

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Self:
        """Read a demand. Raises ``ValueError`` that lists what can be said."""
        words = " ".join(text.split())
        match = _RETENTION.fullmatch(words)
        if match is not None:
            return cls(words, "flagged" if match[1] else "retention", int(match[2]))
        if words in {"no-training", "contract"}:
            return cls(words, "no-training" if words == "no-training" else "contract")
        if words in _WORDS:
            return cls(words, "local", sort=words.partition(" for ")[2] or None)
        raise ValueError(
            f"{text!r} is no requirement; there are {', '.join(_WORDS)}, retention <= 30d,"
            " flagged retention <= 30d"
        )

    def unmet(self, route: Standing, sorts: frozenset[str]) -> str | None:
        """Why ``route`` does not meet it for a request with content of ``sorts``; ``None`` if it does."""
        if route.local or (self.sort is not None and self.sort not in sorts):
            return None
        if self.kind == "local":
            return "it is not a model on this machine"
        if self.kind == "no-training":
            return None if route.trains == "no" else f"training: {route.trains}{_because(route)}"
        if self.kind == "contract":
            return None if route.contract else "it rests on no commercial terms that exclude training"
        days = route.retention_days if self.kind == "retention" else route.flagged_days
        if days is None:
            return f"{self.kind if self.kind == 'retention' else 'retention of flagged content'} is unknown"
        return None if days <= self.days else f"kept up to {days} days"


def _because(route: Standing) -> str:
    return f" ({route.why})" if route.why else ""
