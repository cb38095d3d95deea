"""The sizes of the present tier, read from ``sizes.toml``."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIERS = ("check", "test", "soak")
TABLE = Path(__file__).with_name("sizes.toml")


class UnknownSize(LookupError):
    """A size was asked for that ``sizes.toml`` does not have."""


class Sizes:
    """Sizes by attribute: ``sizes.laws.histories`` is the number for the tier given."""

    def __init__(self, table: Mapping[str, Any], tier: str) -> None:
        self._table = table
        self._tier = tier

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._table:
            raise UnknownSize(f"{name!r} is not in {TABLE.name}; there are {sorted(self._table)}")
        found = self._table[name]
        return found[self._tier] if set(found) == set(TIERS) else Sizes(found, self._tier)


def present_tier() -> str:
    """The tier that ``WITHHOLD_TIER`` names; ``check`` where it is not set."""
    tier = os.environ.get("WITHHOLD_TIER", TIERS[0])
    if tier not in TIERS:
        raise UnknownSize(f"WITHHOLD_TIER is {tier!r}; the tiers are {', '.join(TIERS)}")
    return tier


def read_table() -> dict[str, Any]:
    """All sizes of all tiers."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


TIER = present_tier()
SIZES = Sizes(read_table(), TIER)
