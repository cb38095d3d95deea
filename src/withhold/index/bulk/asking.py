"""Counting and reading all conversations over any engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from withhold.index.bulk import base as bases
from withhold.index.bulk.base import Base
from withhold.index.bulk.cutting import reaching
from withhold.index.bulk.grid import Grid, OwnCells
from withhold.index.bulk.kept import Part
from withhold.index.schema import BEGINNING
from withhold.model.columns import micros
from withhold.support.progress import Progress, Silent

if TYPE_CHECKING:
    from withhold.index.bulk.engine import Engine

DAY = 86_400_000_000
"""Microseconds."""
MONDAY = micros(datetime(1, 1, 1, tzinfo=UTC))
"""The first of all weeks begins here."""
CHUNK = 20_000
"""Rows that are in memory at a time."""
FEW = 2_000
"""So many conversations are rather judged one by one than all of them cut anew."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows of the base are meant; ``None`` asks for nothing. ``projects`` are numbers of the base.

    ``since`` and ``until`` keep what was touched in between, and what has no known time.
    """

    projects: Sequence[int] | None = None
    since: int | None = None
    until: int | None = None
    resumed: bool = False
    attachments: bool = False
    """Only what holds some, or may: where no source tells."""
    tool_outputs: bool = False
    """The same of results of tools."""
    among: str | None = None
    """A table of the engine with the only ``key``s that are meant."""

    @property
    def sql(self) -> str:
        """As a condition over ``b``."""
        parts = ["true"]
        if self.projects is not None:
            parts.append(f"b.project IN ({', '.join(map(str, (-1, *self.projects)))})")
        if self.since is not None:
            parts.append(f"(b.shown_last IS NULL OR b.shown_last >= {self.since})")
        if self.until is not None:
            parts.append(f"(b.shown_first IS NULL OR b.shown_first <= {self.until})")
        if self.resumed:
            parts.append("b.resumed")
        if self.attachments:
            parts.append("b.attachments")
        if self.tool_outputs:
            parts.append("b.tool_outputs")
        if self.among is not None:
            parts.append(f"b.key IN (SELECT key FROM {self.among})")
        return " AND ".join(parts)


ALL = Chosen()


@dataclass(frozen=True, slots=True)
class Count:
    """How many conversations of ``label`` have their first and last message on these days.

    Days count from ``model.when.BEGINNING``; ``None`` where they were not asked for, or no message is shown.
    """

    label: int
    first: int | None
    last: int | None
    count: int


class Asking:
    """Conversations as ``engine`` holds them, in the tables of ``index/schema.py``. For one thread."""

    stays = False
    """Whether the large tables of a base stay with the engine."""

    def __init__(self, engine: "Engine", progress: Progress | None = None) -> None:
        self.engine = engine
        self._progress = progress or Silent()
        self.odd: frozenset[int] = frozenset()
        self._tables = 0

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    def parts(self) -> tuple[Part, ...]:
        """Every combination of provider, account, kind and product there is."""
        sql = "SELECT DISTINCT provider_id, account_ref, kind, product_id FROM conversations"
        return tuple((p, a, k, i) for p, a, k, i in self.engine.fetched(sql))

    def prepare(
        self,
        grid: Grid | OwnCells,
        as_of: int,
        odd: Iterable[int] = (),
        *,
        keep: bool = True,
        base: Base | None = None,
    ) -> Base:
        """Make the base ready. ``odd`` are keys that somebody else judges: they are counted nowhere.

        :attr:`odd` holds them afterwards, and those few whose times reach beyond ``as_of``. ``keep`` says
        whether what had to be made is kept on disk; ``base`` is one of the same rows and grid, if any.
        """
        base = base or self._base(grid, keep=keep)
        self._use(base)
        reaching_keys = self._reaching(as_of)
        if len(reaching_keys) > FEW:
            self._progress.step(
                f"looking at {len(reaching_keys):,} conversations whose times are not certain"
            )
            base = bases.make(self.engine, grid, as_of=as_of, there=self.stays)
            self._use(base)
            reaching_keys = frozenset()
        self.odd = frozenset(odd) | reaching_keys
        self.engine.take("odd", pa.table({"key": pa.array(sorted(self.odd), pa.int64())}))
        return base

    def _base(self, grid: Grid | OwnCells, *, keep: bool) -> Base:  # noqa: ARG002 - nothing is kept here
        self._progress.step("looking at all conversations")
        return bases.make(self.engine, grid, there=self.stays)

    def _use(self, base: Base) -> None:
        self.base = base
        for name in bases.LARGE:
            if name in base.tables:
                self.engine.take(name, base.tables[name])

    def _reaching(self, as_of: int) -> frozenset[int]:
        """Conversations with a time that may lie on both sides of ``as_of``."""
        [(latest,)] = self.engine.fetched("SELECT max(last) FROM base")
        if latest is None or latest <= as_of:
            return frozenset()
        sql = f"{reaching('sendings', as_of)} UNION {reaching('messages', as_of)}"
        return frozenset(key for (key,) in self.engine.fetched(sql))

    def total(self) -> int:
        """All conversations, odd ones too."""
        [(count,)] = self.engine.fetched("SELECT count(*) FROM base")
        return int(count)

    def counts(
        self, labels: Mapping[int, int], *, firsts: Iterable[int], lasts: Iterable[int], chosen: Chosen = ALL
    ) -> Iterator[Count]:
        """How many conversations each label has. ``labels`` gives one to each group that is counted.

        They are counted by the day of the first message where the label is among ``firsts``, of the last
        among ``lasts``. Rated and odd ones are left out.
        """
        by_first, by_last = frozenset(firsts), frozenset(lasts)
        mapping = pa.table(
            {
                "grp": pa.array(list(labels), pa.int32()),
                "label": pa.array(list(labels.values()), pa.int32()),
                "by_first": pa.array([v in by_first for v in labels.values()], pa.bool_()),
                "by_last": pa.array([v in by_last for v in labels.values()], pa.bool_()),
            }
        )
        self.engine.take("labels", mapping)
        sql = (
            f"SELECT label, CASE WHEN by_first THEN {_day('b.first')} END AS d1,"
            f" CASE WHEN by_last THEN {_day('b.last')} END AS d2, count(*)"
            f" FROM base b JOIN labels USING (grp) WHERE {self._plain()} AND {chosen.sql} GROUP BY ALL"
        )
        for row in self.engine.fetched(sql):
            yield Count(*row)

    def exact(
        self,
        labels: Mapping[int, int],
        days: Iterable[tuple[int, int | None, int | None]],
        *,
        chosen: Chosen = ALL,
    ) -> Iterator[tuple[int, int, int, int]]:
        """Label, first, last and number of conversations behind some of :meth:`counts`, by exact times."""
        wanted = set(days)
        only = {label for label, _, _ in wanted}
        part = {grp: label for grp, label in labels.items() if label in only}
        mapping = pa.table(
            {"grp": pa.array(list(part), pa.int32()), "label": pa.array(list(part.values()), pa.int32())}
        )
        self.engine.take("labels", mapping)
        sql = (
            f"SELECT label, b.first, b.last, {_day('b.first')}, {_day('b.last')}, count(*)"
            f" FROM base b JOIN labels USING (grp) WHERE {self._plain()} AND {chosen.sql} GROUP BY ALL"
        )
        for label, first, last, d1, d2, count in self.engine.fetched(sql):
            if wanted & {(label, a, b) for a in (d1, None) for b in (d2, None)}:
                yield label, first, last, count

    def weeks(
        self, labels: Mapping[int, int], own: Mapping[int, int], *, within: int, chosen: Chosen = ALL
    ) -> tuple[dict[tuple[int, int], int], int]:
        """Conversations with a message in a week, by week and label; and how many have one in any.

        ``labels`` gives a label to groups, ``own`` to single keys. Weeks are counted from :data:`MONDAY`. A
        message whose time is known no better than ``within`` microseconds is in no week.
        """
        self.engine.take("labels", _pairs("grp", pa.int32(), labels))
        self.engine.take("own", _pairs("key", pa.int64(), own))
        self.engine.make(
            "touched",
            "SELECT DISTINCT m.key, l.label,"
            f" CAST((m.earliest - {MONDAY}) // {7 * DAY} AS INTEGER) AS week"
            " FROM messages m JOIN (SELECT b.key, coalesce(o.label, l.label) AS label FROM base b"
            " LEFT JOIN labels l ON l.grp = b.grp LEFT JOIN own o ON o.key = b.key"
            f" WHERE {self._plain()} AND {chosen.sql}) l ON l.key = m.key"
            f" WHERE l.label IS NOT NULL AND m.latest - m.earliest <= {within}",
        )
        counted = self.engine.fetched("SELECT week, label, count(*) FROM touched GROUP BY ALL")
        [(dated,)] = self.engine.fetched("SELECT count(DISTINCT key) FROM touched")
        return {(week, label): count for week, label, count in counted}, int(dated)

    def there(self, groups: Iterable[int], *, chosen: Chosen = ALL) -> frozenset[int]:
        """Those of ``groups`` of which a conversation is chosen."""
        self.engine.take("wanted", pa.table({"grp": pa.array(list(groups), pa.int32())}))
        sql = (
            "SELECT DISTINCT b.grp FROM base b SEMI JOIN wanted w ON w.grp = b.grp"
            f" WHERE {self._plain()} AND {chosen.sql}"
        )
        return frozenset(grp for (grp,) in self.engine.fetched(sql))

    def keys_of(self, conversations: Iterable[tuple[str, str]]) -> frozenset[int]:
        """Keys of conversations that are named by provider and ``source_id``."""
        return frozenset(self.named(conversations).values())

    def named(self, conversations: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The same by their names."""
        named = list(conversations)
        if not named:
            return {}
        names = {"provider_id": [p for p, _ in named], "source_id": [s for _, s in named]}
        self.engine.take("named", pa.table(names))
        sql = (
            "SELECT provider_id, source_id, key FROM conversations"
            " SEMI JOIN named USING (provider_id, source_id)"
        )
        return {(provider, source): key for provider, source, key in self.engine.fetched(sql)}

    def among(self, keys: Iterable[int]) -> str:
        """A name for a table of these keys (:attr:`Chosen.among`)."""
        self._tables += 1
        name = f"among_{self._tables}"
        self.engine.take(name, pa.table({"key": pa.array(sorted(keys), pa.int64())}))
        return name

    def _plain(self) -> str:
        return "b.key NOT IN (SELECT key FROM odd)" if self.odd else "true"

    def shown(
        self, groups: Iterable[int], *, limit: int | None, chosen: Chosen = ALL
    ) -> Iterator[dict[str, Any]]:
        """What people are shown of conversations that are not odd, latest activity first.

        ``key``, ``grp``, ``seen``, ``first``, ``last`` and some columns of ``conversations``; some ten
        thousand are in memory at a time.
        """
        ranked = self.engine.arrow(self._ranked(groups, limit=limit, chosen=chosen))
        for start in range(0, ranked.num_rows, CHUNK):
            self.engine.take("asked", ranked.slice(start, CHUNK))
            yield from self._fetched(rows_of_ranked("asked"))

    def _ranked(self, groups: Iterable[int], *, limit: int | None, chosen: Chosen) -> str:
        self.engine.take("wanted", pa.table({"grp": pa.array(list(groups), pa.int32())}))
        sql = (
            f"SELECT b.key, b.grp, b.seen, b.first, b.last, b.shown_last FROM base b SEMI JOIN wanted w"
            f" ON w.grp = b.grp WHERE {self._plain()} AND {chosen.sql}"
            f" ORDER BY coalesce(b.shown_last, {BEGINNING}) DESC, b.key DESC"
        )
        return sql if limit is None else f"{sql} LIMIT {limit}"

    def rated(self, chosen: Chosen = ALL) -> list[dict[str, Any]]:
        """``key``, ``grp``, ``first``, ``last`` and ``feedback`` of rated conversations that are not odd."""
        sql = (
            "SELECT b.key, b.grp, b.first, b.last, r.feedback FROM base b JOIN rated r USING (key)"
            f" WHERE {self._plain()} AND {chosen.sql}"
        )
        return self._fetched(sql)

    def _fetched(self, sql: str) -> list[dict[str, Any]]:
        table: pa.Table = self.engine.arrow(sql)
        return list(table.to_pylist())


def rows_of_ranked(ranked: str) -> str:
    """What people are shown of the conversations of a query, in its order."""
    return (
        "SELECT a.*, c.source_id, c.project, c.title, c.human, c.model, c.shown_first, c.resumed,"
        f" c.attachments, c.tool_outputs, c.feedback FROM {ranked} a JOIN conversations c ON c.key = a.key"
        f" ORDER BY coalesce(a.shown_last, {BEGINNING}) DESC, a.key DESC"
    )


def _day(column: str) -> str:
    """The day of an instant (UTC), counted from ``BEGINNING``."""
    return f"CAST(({column} - {BEGINNING}) // {DAY} AS INTEGER)"


def _pairs(name: str, kind: pa.DataType, labels: Mapping[int, int]) -> pa.Table:
    return pa.table(
        {name: pa.array(list(labels), kind), "label": pa.array(list(labels.values()), pa.int32())}
    )
