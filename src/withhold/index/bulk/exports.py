"""The exports of many people's indexes (``export.py``), read as one index by any engine.

Everybody's keys, sources and names of accounts are told apart by the number of the member: keys of one index
are below 2**48, so that the number stands above them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from withhold.index.arrow import schema
from withhold.index.bulk.asking import ALL, CHUNK, Asking, Chosen, rows_of_ranked
from withhold.index.bulk.engine import Engine
from withhold.index.bulk.kept import Part
from withhold.index.conversations import Kept
from withhold.index.export import MEMBER
from withhold.index.rows import GroupMessages, rows_of
from withhold.index.schema import TABLES, TYPES, Column
from withhold.support.errors import UsageProblem
from withhold.support.progress import Progress

FACTS = ("sources", "accounts", "plans", "acceptances", "settings", "deletions", "sent_again")
"""What an export holds beside the tables of the index."""
KEY_BITS = 48
SOURCE_BITS = 32
MOST_MEMBERS = 1 << (63 - KEY_BITS)
ODD_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Member:
    """``name`` is ``None`` for an export that says no name: then it has to be the only one."""

    number: int
    name: str | None

    def own(self, name: str | None) -> str | None:
        """A name of one index, told apart from the same one of another."""
        return name if name is None or self.name is None else f"{self.name}/{name}"

    def key(self, key: int) -> int:
        return (self.number << KEY_BITS) + key

    def source(self, source: int) -> int:
        return (self.number << SOURCE_BITS) + source


def _untold(column: Column) -> str:
    """Of a column that is newer than all of the exports."""
    return f"CAST(NULL AS {TYPES[column.type]})"


def folders(places: Iterable[str]) -> list[str]:
    """Where exports lie: each place is one, or holds some. A place of another kind of disk stands for itself,
    as the cluster reads it. Raises ``UsageProblem`` for a place without an export.
    """
    return [folder for place in places for folder in _folders(place)]


def _folders(place: str) -> list[str]:
    if "://" in place:
        return [place.rstrip("/")]
    there = Path(place).expanduser()
    found = [f.parent for f in sorted(there.glob("*/conversations.parquet"))]
    if (there / "conversations.parquet").is_file():
        found.insert(0, there)
    if not found:
        raise UsageProblem(
            f"there is no export in {there}", next_step="withhold index export DIR --member NAME makes one"
        )
    return [str(folder.resolve()) for folder in found]


class Exports(Asking):
    """All conversations of some exports, in the cells of their own regimes: :meth:`place` is to be told."""

    stays = True

    def __init__(self, engine: Engine, where: Sequence[str], progress: Progress | None = None) -> None:
        super().__init__(engine, progress)
        for name in (*TABLES, *FACTS):
            engine.files(f"exported_{name}", [f"{folder}/{name}.parquet" for folder in where])
        self.members = self._members()
        self._by_number = tuple(self.members.values())
        self._numbered()

    def _members(self) -> dict[str | None, Member]:
        every = " UNION ".join(
            f"SELECT DISTINCT {MEMBER} FROM exported_{name}"
            for name in ("conversations", "accounts", "sources")
        )
        names = sorted((name for (name,) in self.engine.fetched(every)), key=lambda n: (n is not None, n))
        if None in names and len(names) > 1:
            raise UsageProblem(
                "some of these exports do not say whose they are",
                next_step="give each a name of its own: withhold index export DIR --member NAME",
            )
        if len(names) > MOST_MEMBERS:
            raise UsageProblem(
                f"{len(names):,} members are more than {MOST_MEMBERS:,}",
                next_step="judge them in several runs",
            )
        return {name: Member(number, name) for number, name in enumerate(names)}

    def _numbered(self) -> None:
        """The views of ``index/schema.py`` over all members."""
        found = self.members.values()
        numbers = pa.table(
            {
                "name": pa.array([m.name for m in found], pa.string()),
                "base_key": pa.array([m.key(0) for m in found], pa.int64()),
                "base_source": pa.array([m.source(0) for m in found], pa.int64()),
            }
        )
        self.engine.take("members", numbers)
        own = {
            "key": "m.base_key + t.key",
            "source": "m.base_source + t.source",
            "account_ref": f"CASE WHEN t.{MEMBER} IS NULL THEN t.account_ref"
            f" ELSE concat(t.{MEMBER}, '/', t.account_ref) END",
        }
        own["account_ref"] = f"CASE WHEN t.account_ref IS NULL THEN NULL ELSE {own['account_ref']} END"
        for name, table in TABLES.items():
            there = self.engine.arrow(f"SELECT * FROM exported_{name} LIMIT 0").schema.names
            columns = [
                f"{own.get(c.name, f't.{c.name}') if c.name in there else _untold(c)} AS {c.name}"
                for c in table.columns
                if c.name != "digest"
            ]
            self.engine.view(
                f"all_{name}",
                f"SELECT {', '.join(columns)} FROM exported_{name} t"
                f" JOIN members m ON m.name IS NOT DISTINCT FROM t.{MEMBER}",
            )
        self.engine.view("messages", "SELECT * FROM all_messages")
        self.engine.view("sightings", "SELECT * FROM all_sightings")

    def facts(self, name: str) -> list[tuple[Member, dict[str, Any]]]:
        """Rows of one of :data:`FACTS`, each with the member whose it is."""
        rows = self.engine.arrow(f"SELECT * FROM exported_{name}").to_pylist()
        return [(self.members[row.pop(MEMBER)], row) for row in rows]

    def member_of(self, key: int) -> Member:
        """Whose conversation this is."""
        return self._by_number[key >> KEY_BITS]

    def member_name(self, key: int) -> str | None:
        """The name of whose conversation this is."""
        return self.member_of(key).name

    def parts(self) -> tuple[Part, ...]:
        """Every combination of provider, account, kind and product there is."""
        sql = "SELECT DISTINCT provider_id, account_ref, kind, product_id FROM all_conversations"
        return tuple((p, a, k, i) for p, a, k, i in self.engine.fetched(sql))

    def place(self, cuts: Mapping[Part, Sequence[int]]) -> None:
        """Join everything with the regime tables: ``cuts`` are instants at which that of a part changes."""
        columns = list(zip(*cuts, strict=True)) or [()] * 4
        names = ("provider_id", "account_ref", "kind", "product_id")
        table = {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
        table["grid_cuts"] = pa.array(list(cuts.values()), pa.list_(pa.int64()))
        self.engine.take("regime_cuts", pa.table(table))
        same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM c.{name}" for name in names)
        self.engine.view(
            "conversations",
            f"SELECT c.*, r.grid_cuts FROM all_conversations c JOIN regime_cuts r ON {same}",
        )
        self.engine.view(
            "sendings",
            "SELECT s.*, c.grid_cuts FROM all_sendings s JOIN conversations c ON c.key = s.key",
        )

    def shown(
        self, groups: Iterable[int], *, limit: int | None, chosen: Chosen = ALL
    ) -> Iterator[dict[str, Any]]:
        """As of all engines, in one query."""
        ranked = self._ranked(groups, limit=limit, chosen=chosen)
        for batch in self.engine.batches(rows_of_ranked(f"({ranked})"), CHUNK):
            yield from batch.to_pylist()

    def keys_of_members(self, conversations: Iterable[tuple[Member, str, str]]) -> frozenset[int]:
        """Keys of conversations that are named by member, provider and ``source_id``."""
        named = list(conversations)
        table = {
            "low": pa.array([m.key(0) for m, _, _ in named], pa.int64()),
            "provider_id": pa.array([p for _, p, _ in named], pa.string()),
            "source_id": pa.array([s for _, _, s in named], pa.string()),
        }
        self.engine.take("named", pa.table(table))
        sql = (
            "SELECT c.key FROM all_conversations c SEMI JOIN named n ON n.provider_id = c.provider_id"
            f" AND n.source_id = c.source_id AND c.key >= n.low AND c.key < n.low + {1 << KEY_BITS}"
        )
        return frozenset(key for (key,) in self.engine.fetched(sql))

    def whole(self, keys: Sequence[int]) -> Iterator[Kept]:
        """The conversations of ``keys`` with their messages."""
        for start in range(0, len(keys), ODD_AT_ONCE):
            yield from self._whole(keys[start : start + ODD_AT_ONCE])

    def _whole(self, keys: Sequence[int]) -> Iterator[Kept]:
        self.engine.take("asked", pa.table({"key": pa.array(keys, pa.int64())}))
        found = self._of_asked("all_conversations", "t.key")
        found = found.append_column("digest", pa.nulls(found.num_rows, pa.binary()))
        sent = self._of_asked("all_messages", "t.key, t.n").cast(schema("messages"))
        messages = GroupMessages(found["messages"].to_pylist(), sent)
        sources: dict[int, set[int]] = {}
        for row in self._of_asked("all_sightings", "t.key").to_pylist():
            sources.setdefault(row["key"], set()).add(row["source"])
        for place, row in enumerate(rows_of(found)):
            conversation = replace(row.conversation, messages=messages.of(place).columns())
            yield Kept(row.key, conversation, tuple(sorted(sources.get(row.key, ()))))

    def _of_asked(self, name: str, order: str) -> pa.Table:
        return self.engine.arrow(
            f"SELECT t.* FROM {name} t SEMI JOIN asked a ON a.key = t.key ORDER BY {order}"
        )
