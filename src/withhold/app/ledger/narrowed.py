"""A filter as far as each part of it can be asked where it is cheapest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from withhold.app.ledger.filters import Filter
from withhold.app.ledger.totals import Belongs
from withhold.index.bulk.asking import Chosen
from withhold.model.account import Account

if TYPE_CHECKING:
    from withhold.app.ledger.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter, part of it as a condition over the base, part over groups, part over verdicts."""

    filter: Filter
    chosen: Chosen
    ids: frozenset[str] | None
    accounts: tuple[Account, ...]
    keys: frozenset[int] | None = None
    """The only ones that are meant, where the filter asks for what no row of the base tells."""
    against: "Sweep | None" = None
    """Whose verdicts it is held against, where that is another sweep than the one that counts."""

    @property
    def judged(self) -> bool:
        """Whether it asks for a verdict."""
        return self.filter.past is not None or self.filter.future is not None

    def belonging(self, belongs: Belongs) -> bool:
        """Whether whose and what a conversation is agrees with it."""
        return (
            self.filter.provider in (None, belongs.provider)
            and self.filter.kind in (None, belongs.kind)
            and (self.ids is None or belongs.account in self.ids)
        )

    def keeps(self, belongs: Belongs, past: str, future: str) -> bool:
        """The same with both verdicts."""
        return (
            self.belonging(belongs)
            and self.filter.past in (None, past)
            and self.filter.future in (None, future)
        )
