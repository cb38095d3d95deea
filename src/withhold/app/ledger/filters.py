"""Which rows of the ledger are asked for. A mistyped value must not look like an empty ledger."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from withhold.app.bootstrap import Services
from withhold.model.account import Account
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

ANY = "any"
"""Asks for any kind of sensitive finding."""
HOLDING = ("attachments", "tool-outputs")
"""What conversations hold beside words."""
SHOWN = 8
"""How many values an error names."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a row must have; ``None`` asks for nothing.

    ``account`` is a label or the start of an id, ``project`` an id, a path, or the last part of a path.
    ``since`` and ``until`` keep what was touched in between; a row without a known time is kept, since it
    may have been. ``holding`` are words of :data:`HOLDING`: a row that does not tell is kept as well.
    ``sensitive`` is a kind that ``findings`` has put down, or ``any``: rows alone do
    not tell (:meth:`kinds_keep`).
    """

    provider: str | None = None
    account: str | None = None
    kind: str | None = None
    past: str | None = None
    future: str | None = None
    project: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    resumed: bool = False
    holding: tuple[str, ...] = ()
    sensitive: str | None = None

    def check(self, services: Services, accounts: Sequence[Account]) -> None:
        """Raises ``UsageProblem`` for a provider or account that is not known, or an empty range."""
        if self.provider is not None and self.provider not in services.packs:
            raise UsageProblem(f"no pack for {self.provider!r}", next_step="withhold packs list")
        if self.account is not None and not account_ids(accounts, self.account):
            raise UsageProblem(f"no account is called {self.account!r}", next_step="withhold account list")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise UsageProblem("--since lies after --until", next_step="give the earlier day as --since")

    def keep(self, rows: Iterable[d.ConversationRow], accounts: Sequence[Account]) -> list[d.ConversationRow]:
        """Rows that have all that is asked for. ``UsageProblem`` for a project that no row has."""
        held = list(rows)
        if self.project is not None:
            self.check_project(r.project for r in held)
        return [r for r in held if self.keeps(r, accounts)]

    def keeps(self, row: d.ConversationRow, accounts: Sequence[Account]) -> bool:
        """Whether a row has all that is asked for."""
        ids = None if self.account is None else account_ids(accounts, self.account)
        words = self._words(row) and self._holds(row)
        return words and self._time(row) and (ids is None or row.account in ids)

    def _words(self, row: d.ConversationRow) -> bool:
        pairs = (
            (self.provider, row.provider),
            (self.kind, row.kind),
            (self.past, row.past_exposure),
            (self.future, row.future_eligibility),
        )
        return all(wanted in (None, held) for wanted, held in pairs) and (
            self.project is None or self.project in project_names(row.project)
        )

    def _time(self, row: d.ConversationRow) -> bool:
        early = self.since is not None and row.last is not None and row.last < self.since
        late = self.until is not None and row.first is not None and row.first > self.until
        return not early and not late and (bool(row.resumed_at) or not self.resumed)

    def _holds(self, row: d.ConversationRow) -> bool:
        counts = {"attachments": row.attachments, "tool-outputs": row.tool_outputs}
        return all(counts[what] != 0 for what in self.holding)

    def check_kind(self, known: Iterable[str]) -> None:
        """``UsageProblem`` where ``findings`` has put down nothing, or nothing of the kind."""
        there = sorted(set(known))
        if not there:
            raise UsageProblem(
                "no sensitive findings are known: nobody has looked for any",
                next_step="withhold findings PATH...",
            )
        if self.sensitive not in (ANY, *there):
            raise UsageProblem(
                f"findings know of no {self.sensitive!r}", next_step=f"any, or one of: {', '.join(there)}"
            )

    def kinds_keep(self, kinds: Iterable[str]) -> bool:
        """Whether a conversation in which these kinds were found is asked for."""
        return self.sensitive in (ANY, *kinds)

    def check_project(self, projects: Iterable[str | None]) -> None:
        """Raises ``UsageProblem`` where none of ``projects`` is the one asked for."""
        there = set(projects)
        if any(self.project in project_names(p) for p in there):
            return
        known = sorted(p for p in there if p)
        more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
        raise UsageProblem(
            f"no conversation belongs to a project {self.project!r}",
            next_step=f"one of: {', '.join(map(repr, known[:SHOWN]))}{more}"
            if known
            else "no project is known",
        )


EVERYTHING = Filter()


def account_ids(accounts: Iterable[Account], name: str) -> frozenset[str]:
    """Ids of the accounts whose label is ``name`` or whose id begins with it."""
    return frozenset(a.id for a in accounts if a.label == name or (name and a.id.startswith(name)))


def project_names(project: str | None) -> tuple[str, ...]:
    """The project as it is kept, and the last part of a path on any system."""
    return () if not project else (project, re.split(r"[/\\]", project.rstrip("/\\"))[-1])
