"""Conversations that an older export shows and a newer one of the same account does not.

An export may be partial without saying so: what is absent is reported as absent, and never taken for deleted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sized
from datetime import datetime, timedelta
from typing import Protocol

from withhold.model.account import Account
from withhold.model.when import When
from withhold.model.words import Kind
from withhold.report import documents as d

ONE_EXPORT = timedelta(days=1)
"""Files made within a day may be parts of one export: what one of them lacks, another may hold."""

NO_SHOWING = "attestation"
"""Format of a source that is the person's word: it shows no history."""


class Shows(Protocol):
    """What an imported source tells of which conversations were there, and when."""

    @property
    def id(self) -> int: ...
    @property
    def format(self) -> str: ...
    @property
    def imported_at(self) -> datetime: ...
    @property
    def exported_at(self) -> When | None: ...
    @property
    def account_ref(self) -> str | None: ...
    @property
    def unrecognised(self) -> Sized: ...


class Absences:
    """Which exports of each account came later, and what they lack. Chats only: files of coding sessions are
    cleared away by the tools themselves.
    """

    def __init__(self, accounts: Iterable[Account], sources: Iterable[Shows]) -> None:
        owners = {ref: a.id for a in accounts for ref in (a.id, *a.source_account_ids)}
        self._sources = {s.id: s for s in sources}
        self._exports: dict[str, list[Shows]] = defaultdict(list)
        for source in self._sources.values():
            owner = owners.get(source.account_ref or "")
            if owner is not None and source.exported_at is not None:
                self._exports[owner].append(source)

        self._known: dict[tuple[tuple[int, ...], str], d.GoneSince | None] = {}

    def since(self, sources: tuple[int, ...], kind: str, account: Account | None) -> d.GoneSince | None:
        """The first newer export without what these ``sources`` show; ``None`` where there is none.

        The same for all conversations of an account that the same sources show, so it is found out once.
        """
        if account is None or kind != Kind.CHAT:
            return None
        key = (sources, account.id)
        if key not in self._known:
            self._known[key] = self._since(sources, account)
        return self._known[key]

    def _since(self, sources: tuple[int, ...], account: Account) -> d.GoneSince | None:
        if not all(i in self._sources for i in sources):
            return None  # an import by another process goes on just now
        shown = [s for i in sources if (s := self._sources[i]).format != NO_SHOWING]
        if not shown:
            return None
        newer = [s for s in self._exports.get(account.id, ()) if _lacks(s, shown)]
        if not newer:
            return None
        dated = [s.exported_at.earliest for s in shown if s.exported_at is not None]
        return min((_gone(s, max(dated, default=None)) for s in newer), key=lambda g: g.latest)


def _lacks(source: Shows, shown: list[Shows]) -> bool:
    """Whether a source of the same format was surely made after every one that shows the conversation."""
    if source in shown or source.exported_at is None or source.format not in {s.format for s in shown}:
        return False
    by = max(s.imported_at if s.exported_at is None else s.exported_at.latest for s in shown)
    return source.exported_at.earliest >= by + ONE_EXPORT


def _gone(source: Shows, seen: datetime | None) -> d.GoneSince:
    assert source.exported_at is not None  # noqa: S101 - only dated exports can be newer
    latest = source.exported_at.latest
    note = f"absent from the export dated {latest:%Y-%m-%d}; an export can be partial: no proof of deletion"
    if len(source.unrecognised):
        note += f"; {len(source.unrecognised)} places in it were not recognised"
    return d.GoneSince(earliest=seen, latest=latest, note=note)
