"""Keeping the rows in step with the records: rows are no evidence, so what does not fit is made anew."""

from collections.abc import Callable

from withhold.evidence.layout import Layout
from withhold.evidence.records import decode
from withhold.evidence.rows import Growing, Rows, kind_of
from withhold.support.errors import EvidenceBroken
from withhold.support.storage import Storage


def broken(what: str) -> EvidenceBroken:
    """The error for a log that no stop can have left like this."""
    return EvidenceBroken(
        f"the evidence log is not as it was left: {what}",
        next_step="run 'withhold evidence verify'; to begin anew, move the evidence folder away and keep it",
    )


class Fitting:
    """Holds the rows against a signed root. The caller holds the lock."""

    def __init__(self, layout: Layout, storage: Storage, rows: Rows, notice: Callable[[str], None]) -> None:
        self._layout = layout
        self._storage = storage
        self._rows = rows
        self._notice = notice

    def fit(self, size: int, root: bytes) -> None:
        """Make sure that the rows are those of the ``size`` records under ``root``, and go no further.

        Raises ``EvidenceBroken`` where the records themselves are others.
        """
        if size and not self._fits(size, root):
            self.renew(size, root)
            if not self._fits(size, root):
                raise broken("its records are not those that the checkpoint was signed over")
        self._rows.cut(size)

    def renew(self, size: int, root: bytes) -> None:
        """Put rows in place that are made from the first ``size`` lines, if those have that root."""
        growing = Growing()
        for raw in self._storage.lines(self._layout.log):
            if growing.size == size or not raw.endswith(b"\n"):
                break
            line = decode(raw[:-1])
            growing.add(raw[:-1], kind_of(line), line.id, line.leaf)
        if growing.size < size:
            raise broken(
                f"the checkpoint covers {size} records, and the log holds {growing.size}:"
                " records were dropped from its end"
            )
        if growing.root(size) == root:
            self._rows.rebuild(bytes(growing.hashes), bytes(growing.entries))
            self._notice("the rows of the evidence log did not fit its records and were made anew")

    def _fits(self, size: int, root: bytes) -> bool:
        rows = self._rows
        try:
            long_enough = rows.fits(size) and rows.root(size) == root
            return long_enough and decode(rows.leaf(size - 1)).id == rows.entry(size - 1).id
        except ValueError:
            return False
