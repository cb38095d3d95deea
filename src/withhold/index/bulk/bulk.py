"""Counting and reading all conversations of one state of the index."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from withhold.index.bulk import base as bases
from withhold.index.bulk.base import Base
from withhold.index.bulk.cutting import reaching
from withhold.index.bulk.grid import Grid
from withhold.index.bulk.kept import Note, Part, Shelf
from withhold.index.schema import BEGINNING
from withhold.model.columns import micros
from withhold.support.progress import Progress, Silent

if TYPE_CHECKING:
    import duckdb

    from withhold.index.snapshot import Snapshot

DAY = 86_400_000_000
"""Microseconds."""
MONDAY = micros(datetime(1, 1, 1, tzinfo=UTC))
"""The first of all weeks begins here."""
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


class Bulk:
    """All work goes over one connection to the snapshot, which has to stay open. For one thread."""

    def __init__(
        self, snapshot: "Snapshot", shelf: Shelf | None = None, progress: Progress | None = None
    ) -> None:
        self._snapshot = snapshot
        self._shelf = shelf
        self._progress = progress or Silent()
        self.connection: duckdb.DuckDBPyConnection = snapshot.connect()
        self._notes = [] if shelf is None else list(shelf.notes())
        self.odd: frozenset[int] = frozenset()

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    def parts(self) -> tuple[Part, ...]:
        """Every combination of provider, account, kind and product there is."""
        for note in self._notes:
            if note.version == self._snapshot.version:
                return note.parts
        sql = "SELECT DISTINCT provider_id, account_ref, kind, product_id FROM conversations"
        return tuple((p, a, k, i) for p, a, k, i in self.connection.execute(sql).fetchall())

    def prepare(
        self,
        grid: Grid,
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
        base = base or self._found(grid) or self._made(grid, keep=keep)
        self._use(base)
        reaching_keys = self._reaching(as_of)
        if len(reaching_keys) > FEW:
            self._progress.step(
                f"looking at {len(reaching_keys):,} conversations whose times are not certain"
            )
            base = bases.make(self.connection, grid, as_of=as_of)
            self._use(base)
            reaching_keys = frozenset()
        self.odd = frozenset(odd) | reaching_keys
        _register(self.connection, "odd", pa.table({"key": pa.array(sorted(self.odd), pa.int64())}))
        return base

    def _use(self, base: Base) -> None:
        self.base = base
        for name in ("base", "rated"):
            _register(self.connection, name, base.tables[name])

    def _found(self, grid: Grid) -> Base | None:
        if self._shelf is None:
            return None
        same = (n for n in self._notes if n.version == self._snapshot.version and n.grid == grid)
        return next((base for note in same if (base := self._shelf.base(note)) is not None), None)

    def _made(self, grid: Grid, *, keep: bool) -> Base:
        former = self._former(grid)
        self._progress.step("looking at all conversations" if former is None else "looking at what is new")
        if former is None:
            base = bases.make(self.connection, grid)
        else:
            base = bases.make(self.connection, grid, former=former[0], changed=self._changed(former[1]))
        if keep and self._shelf is not None:
            self._keep(base)
        return base

    def _former(self, grid: Grid) -> tuple[Base, Note] | None:
        """The base that tells most: of the same index if there is one, else the newest that is sound."""
        if self._shelf is None:
            return None
        there = sorted(self._notes, key=lambda n: (n.version != self._snapshot.version, n.grid != grid))
        return next(((base, note) for note in there if (base := self._shelf.base(note)) is not None), None)

    def _changed(self, note: Note) -> pa.Array:
        """Keys of the rows that lie in files which the former base does not cover."""
        new = [s for s in self._snapshot.listing.segments if _file(s) not in note.files]
        keys = [f.column("key")["key"] for s in new if (f := self._snapshot.file(s, "conversations"))]
        return pa.concat_arrays([c for k in keys for c in k.chunks] or [pa.array([], pa.int64())])

    def _keep(self, base: Base) -> None:
        assert self._shelf is not None  # noqa: S101 - asked by who has looked
        files = [name for s in self._snapshot.listing.segments if (name := _file(s)) is not None]
        try:
            self._shelf.put(base, version=self._snapshot.version, files=files, parts=self.parts())
        except OSError as problem:
            self._progress.step(f"this cannot be kept for the next time: {problem.strerror or problem}")

    def _reaching(self, as_of: int) -> frozenset[int]:
        """Conversations with a time that may lie on both sides of ``as_of``."""
        [(latest,)] = self.connection.execute("SELECT max(last) FROM base").fetchall()
        if latest is None or latest <= as_of:
            return frozenset()
        sql = f"{reaching('sendings', as_of)} UNION {reaching('messages', as_of)}"
        return frozenset(key for (key,) in self.connection.execute(sql).fetchall())

    def total(self) -> int:
        """All conversations, odd ones too."""
        return int(self.base.tables["base"].num_rows)

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
        _register(self.connection, "labels", mapping)
        sql = (
            f"SELECT label, CASE WHEN by_first THEN {_day('b.first')} END AS d1,"
            f" CASE WHEN by_last THEN {_day('b.last')} END AS d2, count(*)"
            f" FROM base b JOIN labels USING (grp) WHERE {self._plain()} AND {chosen.sql} GROUP BY ALL"
        )
        for row in self.connection.execute(sql).fetchall():
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
        _register(self.connection, "labels", mapping)
        sql = (
            f"SELECT label, b.first, b.last, {_day('b.first')}, {_day('b.last')}, count(*)"
            f" FROM base b JOIN labels USING (grp) WHERE {self._plain()} AND {chosen.sql} GROUP BY ALL"
        )
        for label, first, last, d1, d2, count in self.connection.execute(sql).fetchall():
            if wanted & {(label, a, b) for a in (d1, None) for b in (d2, None)}:
                yield label, first, last, count

    def weeks(
        self, labels: Mapping[int, int], own: Mapping[int, int], *, within: int, chosen: Chosen = ALL
    ) -> tuple[dict[tuple[int, int], int], int]:
        """Conversations with a message in a week, by week and label; and how many have one in any.

        ``labels`` gives a label to groups, ``own`` to single keys. Weeks are counted from :data:`MONDAY`. A
        message whose time is known no better than ``within`` microseconds is in no week.
        """
        _register(self.connection, "labels", _pairs("grp", pa.int32(), labels))
        _register(self.connection, "own", _pairs("key", pa.int64(), own))
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE touched AS"
            " SELECT DISTINCT m.key, l.label, CAST((m.earliest - $monday) // $week AS INTEGER) AS week"
            " FROM messages m JOIN (SELECT b.key, coalesce(o.label, l.label) AS label FROM base b"
            f" LEFT JOIN labels l ON l.grp = b.grp LEFT JOIN own o ON o.key = b.key"
            f" WHERE {self._plain()} AND {chosen.sql}) l ON l.key = m.key"
            " WHERE l.label IS NOT NULL AND m.latest - m.earliest <= $within",
            {"monday": MONDAY, "week": 7 * DAY, "within": within},
        )
        counted = self.connection.execute("SELECT week, label, count(*) FROM touched GROUP BY ALL").fetchall()
        [(dated,)] = self.connection.execute("SELECT count(DISTINCT key) FROM touched").fetchall()
        return {(week, label): count for week, label, count in counted}, int(dated)

    def there(self, groups: Iterable[int], *, chosen: Chosen = ALL) -> frozenset[int]:
        """Those of ``groups`` of which a conversation is chosen."""
        _register(self.connection, "wanted", pa.table({"grp": pa.array(list(groups), pa.int32())}))
        sql = (
            "SELECT DISTINCT b.grp FROM base b SEMI JOIN wanted w ON w.grp = b.grp"
            f" WHERE {self._plain()} AND {chosen.sql}"
        )
        return frozenset(grp for (grp,) in self.connection.execute(sql).fetchall())

    def keys_of(self, conversations: Iterable[tuple[str, str]]) -> frozenset[int]:
        """Keys of conversations that are named by provider and ``source_id``."""
        named = list(conversations)
        if not named:
            return frozenset()
        _register(
            self.connection,
            "named",
            pa.table({"provider_id": [p for p, _ in named], "source_id": [s for _, s in named]}),
        )
        sql = "SELECT key FROM conversations SEMI JOIN named USING (provider_id, source_id)"
        return frozenset(key for (key,) in self.connection.execute(sql).fetchall())

    def _plain(self) -> str:
        return "b.key NOT IN (SELECT key FROM odd)" if self.odd else "true"

    def ranked(self, groups: Iterable[int], *, limit: int | None, chosen: Chosen = ALL) -> pa.Table:
        """``key`` and ``grp`` of conversations that are not odd, latest activity first."""
        _register(self.connection, "wanted", pa.table({"grp": pa.array(list(groups), pa.int32())}))
        sql = (
            f"SELECT b.key, b.grp, b.seen, b.first, b.last, b.shown_last FROM base b SEMI JOIN wanted w"
            f" ON w.grp = b.grp WHERE {self._plain()} AND {chosen.sql}"
            f" ORDER BY coalesce(b.shown_last, {BEGINNING}) DESC, b.key DESC"
        )
        if limit is not None:
            sql += f" LIMIT {limit}"
        return self.connection.sql(sql).to_arrow_table()

    def rows(self, ranked: pa.Table) -> list[dict[str, Any]]:
        """What people are shown of these conversations beside verdicts, in their order."""
        _register(self.connection, "asked", ranked)
        sql = (
            "SELECT a.*, c.source_id, c.project, c.title, c.human, c.model, c.shown_first, c.resumed,"
            f" c.feedback FROM asked a JOIN conversations c ON c.key = a.key"
            f" ORDER BY coalesce(a.shown_last, {BEGINNING}) DESC, a.key DESC"
        )
        return self._fetched(sql)

    def rated(self, chosen: Chosen = ALL) -> list[dict[str, Any]]:
        """``key``, ``grp``, ``first``, ``last`` and ``feedback`` of rated conversations that are not odd."""
        sql = (
            "SELECT b.key, b.grp, b.first, b.last, r.feedback FROM base b JOIN rated r USING (key)"
            f" WHERE {self._plain()} AND {chosen.sql}"
        )
        return self._fetched(sql)

    def _fetched(self, sql: str) -> list[dict[str, Any]]:
        table: pa.Table = self.connection.sql(sql).to_arrow_table()
        return list(table.to_pylist())


def _file(segment: Any) -> str | None:
    file = segment.file("conversations")
    return None if file is None else str(file.name)


def _day(column: str) -> str:
    """The day of an instant (UTC), counted from ``BEGINNING``."""
    return f"CAST(({column} - {BEGINNING}) // {DAY} AS INTEGER)"


def _pairs(name: str, kind: pa.DataType, labels: Mapping[int, int]) -> pa.Table:
    return pa.table(
        {name: pa.array(list(labels), kind), "label": pa.array(list(labels.values()), pa.int32())}
    )


def _register(connection: "duckdb.DuckDBPyConnection", name: str, table: pa.Table) -> None:
    """``table`` under ``name``, in place of what had that name."""
    connection.register(name, table)
