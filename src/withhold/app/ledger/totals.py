"""Counting verdicts and ends of retention, conversation by conversation or many at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from withhold.model.account import Account
from withhold.model.words import Basis, Bound
from withhold.report import documents as d

By = Literal["kind", "provider", "account"]
PARTS: tuple[By, ...] = ("kind", "provider", "account")
End: TypeAlias = tuple[str, int | None, str | None]
"""A basis, the year of its end, and what that end is."""


@lru_cache(maxsize=4096)
def end_said(basis: Basis, year: int | None, bound: Bound | None) -> End:
    """An end in the words of the documents."""
    return basis.value, year, None if bound is None else bound.value


class Belongs(NamedTuple):
    """What a conversation is counted under; ``account`` is an id, ``None`` where none is known."""

    kind: str
    provider: str
    account: str | None


class Tally:
    """Adds up. What is added in whatever pieces and order gives the same totals."""

    def __init__(self) -> None:
        self.count = 0
        self._past: Counter[tuple[Belongs, str]] = Counter()
        self._future: Counter[tuple[Belongs, str]] = Counter()
        self._ends: Counter[End] = Counter()

    def add(self, belongs: Belongs, past: str, future: str, ends: Iterable[End], count: int = 1) -> None:
        """``count`` conversations with these verdicts, each of which has each of ``ends``."""
        self.count += count
        self._past[belongs, past] += count
        self._future[belongs, future] += count
        for end in ends:
            self._ends[end] += count

    def add_row(self, row: d.ConversationRow) -> None:
        """One conversation."""
        ends = [(c.basis, None if c.until is None else c.until.year, c.bound) for c in row.clocks]
        belongs = Belongs(row.kind, row.provider, row.account)
        self.add(belongs, row.past_exposure, row.future_eligibility, ends)

    @property
    def accounts(self) -> frozenset[str | None]:
        """Accounts of which something was counted."""
        return frozenset(belongs.account for belongs, _ in self._past)

    def of_no_account(self) -> int:
        """Conversations of no known account."""
        return sum(count for (belongs, _), count in self._past.items() if belongs.account is None)

    def totals(self, labels: Mapping[str, str] | None = None) -> d.Totals:
        """Counts by verdict, ends by year and basis, and the parts. ``labels`` names accounts by id."""
        return d.Totals(
            past=_past(_words(self._past)),
            future=_future(_words(self._future)),
            ends=tuple(self._ends_rows()),
            groups=tuple(self._groups(labels or {})),
        )

    def _ends_rows(self) -> Iterator[d.EndsRow]:
        """By basis, bound and year of the end; within a basis those without an end come last."""
        for basis, year, bound in sorted(
            self._ends, key=lambda k: (k[0], k[1] is None, k[1] or 0, k[2] or "")
        ):
            yield d.EndsRow(basis=basis, year=year, bound=bound, count=self._ends[basis, year, bound])

    def _groups(self, labels: Mapping[str, str]) -> Iterator[d.GroupTotals]:
        for by in PARTS:
            past, future = _by(self._past, by), _by(self._future, by)
            if len(past) < 2:
                continue
            for value in sorted(past, key=lambda v: (v is None, v or "")):
                label = "account unknown" if value is None else labels.get(value, value)
                yield d.GroupTotals(
                    by=by, value=value, label=label, past=_past(past[value]), future=_future(future[value])
                )


def totals_of(rows: Iterable[d.ConversationRow], labels: Mapping[str, str] | None = None) -> d.Totals:
    """The totals of ``rows``."""
    tally = Tally()
    for row in rows:
        tally.add_row(row)
    return tally.totals(labels)


def _words(count: Counter[tuple[Belongs, str]]) -> Counter[str]:
    words: Counter[str] = Counter()
    for (_, word), number in count.items():
        words[word] += number
    return words


def _by(count: Counter[tuple[Belongs, str]], by: By) -> dict[str | None, Counter[str]]:
    parts: dict[str | None, Counter[str]] = defaultdict(Counter)
    for (belongs, word), number in count.items():
        parts[getattr(belongs, by)][word] += number
    return parts


def _past(count: Counter[str]) -> d.PastTotals:
    return d.PastTotals(exposed=count["exposed"], not_exposed=count["not_exposed"], unknown=count["unknown"])


def _future(count: Counter[str]) -> d.FutureTotals:
    return d.FutureTotals(
        eligible=count["eligible"], not_eligible=count["not_eligible"], unknown=count["unknown"]
    )


def labels_of(accounts: Iterable[Account]) -> dict[str, str]:
    """Labels by id; with the provider where two accounts have the same, as masked addresses often do."""
    held = tuple(accounts)
    count = Counter(account.label for account in held)
    return {a.id: f"{a.label} ({a.provider_id})" if count[a.label] > 1 else a.label for a in held}
