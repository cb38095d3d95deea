"""Faults to plant into a copy of the bulk path, each of which the exam has to catch.

``old`` stands exactly once in ``file``; a fault that no longer fits fails its test, so the list cannot rot.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """Replacing ``old`` by ``new`` in ``file`` makes the mistake ``name`` speaks of."""

    name: str
    file: str
    old: str
    new: str


FAULTS: tuple[Fault, ...] = (
    Fault(
        "a cut counted to the cell before it",
        "bulk/grid.py",
        "CASE WHEN {column} < {",
        "CASE WHEN {column} <= {",
    ),
    Fault(
        "regimes shifted by a cell",
        "bulk/grid.py",
        "table.index_at(instant(cut)) for cut",
        "table.index_at(instant(cut - 1)) for cut",
    ),
    Fault(
        "a cell cut in two taken as whole",
        "bulk/grid.py",
        "cell if cell == whole else None",
        "cell",
    ),
    Fault(
        "the last cell never cut",
        "bulk/grid.py",
        "len(other.cuts) if end is None",
        "cell if end is None",
    ),
    Fault(
        "an uncertain time taken at its earliest",
        "bulk/cutting.py",
        "CASE WHEN latest = earliest THEN low ELSE {grid.sql('latest')} END",
        "low",
    ),
    Fault(
        "the first sending not told from later ones",
        "bulk/cutting.py",
        "THEN -1 ELSE 1 END",
        "THEN 1 ELSE 1 END",
    ),
    Fault(
        "later sendings dropped",
        "bulk/cutting.py",
        "tuple(_span(code) for code in codes if code > 0)",
        "()",
    ),
    Fault(
        "only the last of the later sendings kept",
        "bulk/cutting.py",
        "tuple(_span(code) for code in codes if code > 0)",
        "tuple(_span(code) for code in codes[-1:] if code > 0)",
    ),
    Fault(
        "changed conversations taken from the former base",
        "bulk/base.py",
        '" ANTI JOIN changed_keys x ON x.key = b.key"',
        '""',
    ),
    Fault(
        "the last message taken for the first",
        "bulk/base.py",
        '"ends": grid.sql(last)',
        '"ends": grid.sql("c.first")',
    ),
    Fault(
        "conversations of one group thrown together with those of another",
        "bulk/base.py",
        '"rated", "cut", "begins", "ends",',
        '"rated", "begins", "ends",',
    ),
    Fault(
        "no instant of evaluation",
        "bulk/asking.py",
        "frozenset(odd) | reaching_keys",
        "frozenset(odd)",
    ),
    Fault(
        "odd conversations counted twice", "bulk/asking.py", 'if self.odd else "true"', 'if False else "true"'
    ),
    Fault(
        "the base of another grid taken",
        "bulk/bulk.py",
        "n.version == self._snapshot.version and n.grid == grid",
        "n.version == self._snapshot.version",
    ),
    Fault(
        "the base of another state taken",
        "bulk/bulk.py",
        "n.version == self._snapshot.version and n.grid == grid",
        "n.grid == grid",
    ),
    Fault("days of ten hours", "bulk/asking.py", "DAY = 86_400_000_000", "DAY = 36_000_000_000"),
    Fault("equal times in another order", "bulk/asking.py", "DESC, a.key DESC", "DESC, a.key ASC"),
    Fault("feedback forgotten", "sorts.py", "if not course.feedback:", "if True:"),
    Fault(
        "feedback of the future",
        "sorts.py",
        "judge.table.known_by(at) for at in",
        "at for at in",
    ),
    Fault(
        "incognito forgotten",
        "judging.py",
        "regimes), incognito=group.incognito)",
        "regimes), incognito=False)",
    ),
    Fault(
        "the first message of a clock forgotten", "judging.py", "held=(regimes[group.begins],", "held=(until,"
    ),
    Fault("what lies ahead forgotten", "judging.py", "max(regimes[group.ends], until)", "until"),
    Fault("what was sent again forgotten", "opening.py", " | bulk.keys_of(facts.sent_again())", ""),
    Fault("deletions forgotten", "opening.py", "frozenset(facts.deletions()) | bulk", "bulk"),
    Fault("sharing ends with the last message", "judging.py", "judge.open_until if", "BEGINNING if"),
    Fault(
        "a private footing for all",
        "judging.py",
        "maybe_private=found.maybe_private",
        "maybe_private=True",
    ),
)
