"""One small row a conversation, and the few groups that all of them fall into.

A group holds everything that a verdict may depend on but the evaluation instant and what is kept outside of
the index: whose the conversation is, what it is, and where it lies in the grid. So the base stays right until
the rows of the index or the cuts of the grid change, and is then made anew as far as they did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from withhold.index.bulk.cutting import Cut, cuts, distinct, known_by
from withhold.index.bulk.grid import Grid

if TYPE_CHECKING:
    import duckdb

OWN = ("provider_id", "account_ref", "kind", "product_id", "incognito", "feedback_visible")
"""What a group says of its conversations beside their history."""

TABLES = ("base", "groups", "cuts", "rated", "seen", "projects")


@dataclass(frozen=True, slots=True)
class Base:
    """The tables of one index in one grid, in Arrow.

    ``base``: ``key``, ``grp``, ``seen``, ``project``, ``first``, ``last``, ``shown_first``, ``shown_last``,
    ``resumed``. ``groups``: ``grp``, the columns of :data:`OWN`, ``rated`` (feedback is shown), ``cut``, and
    the cells of ``first`` and ``last``. ``cuts``: ``cut`` and its ``text``. ``rated``: ``key`` and
    ``feedback``. ``seen``: which ``sources`` show a conversation. ``projects``: ``project`` and ``name``.
    """

    grid: Grid
    tables: dict[str, pa.Table]

    def groups(self) -> "Iterator[Group]":
        """Every group."""
        texts = {row["cut"]: Cut.read(row["text"]) for row in self.tables["cuts"].to_pylist()}
        for row in self.tables["groups"].to_pylist():
            cut = texts[row.pop("cut")]
            yield Group(cut=cut, **row)

    def seen(self) -> dict[int, tuple[int, ...]]:
        """Sets of sources by their number."""
        return {row["seen"]: tuple(row["sources"]) for row in self.tables["seen"].to_pylist()}

    def projects(self) -> dict[int, str]:
        """Names of projects by their number."""
        return {row["project"]: row["name"] for row in self.tables["projects"].to_pylist()}


@dataclass(frozen=True, slots=True)
class Group:
    """Conversations that only their exact times tell apart, as far as rules can see.

    ``begins`` and ``ends`` are the cells of the first and last of all messages, ``None`` where none is shown.
    """

    grp: int
    provider_id: str
    account_ref: str | None
    kind: str
    product_id: str | None
    incognito: bool | None
    feedback_visible: bool
    rated: bool
    cut: Cut
    begins: int | None
    ends: int | None


def make(
    connection: "duckdb.DuckDBPyConnection",
    grid: Grid,
    *,
    former: Base | None = None,
    changed: pa.Array | None = None,
    as_of: int | None = None,
) -> Base:
    """The base over the views ``conversations``, ``sendings``, ``messages`` and ``sightings``.

    ``former`` is the base of an earlier state or another grid, ``changed`` the keys whose rows are new since:
    what they do not tell is looked up. With ``as_of`` times are bounded by it; then ``former`` has to be
    ``None``.
    """
    _cuts(connection, grid, former, changed, as_of)
    connection.execute(_SOURCES)
    connection.execute(_WHOLE.format(**_times(grid, as_of)))
    connection.execute(_GROUPS)
    connection.execute(_PROJECTS)
    tables = {name: connection.sql(sql).to_arrow_table() for name, sql in _RESULTS.items()}
    for name in (
        "cut_of",
        "cuts_there",
        "sources_of",
        "seen_there",
        "projects_there",
        "groups_there",
        "whole",
    ):
        connection.execute(f"DROP TABLE {name}")
    return Base(grid, tables)


_SOURCES = """
CREATE TEMP TABLE sources_of AS
    SELECT key, list_sort(list(DISTINCT source)) AS sources FROM sightings GROUP BY key;
CREATE TEMP TABLE seen_there AS
    SELECT CAST(row_number() OVER () AS INTEGER) AS seen, sources
    FROM (SELECT DISTINCT sources FROM sources_of)
"""

_WHOLE = """
CREATE TEMP TABLE whole AS
    SELECT c.key, c.provider_id, c.account_ref, c.kind, c.product_id, c.incognito, c.feedback_visible,
        len(c.feedback) > 0 AS rated,
        coalesce(k.cut, (SELECT cut FROM cuts_there WHERE text = '')) AS cut,
        CASE WHEN c.first IS NOT NULL THEN {begins} END AS begins,
        CASE WHEN {last} IS NOT NULL THEN {ends} END AS ends,
        c.first, {last} AS last, c.shown_first, c.shown_last, len(c.resumed) > 0 AS resumed,
        c.project, s.seen
    FROM conversations c
    LEFT JOIN cut_of k ON k.key = c.key
    LEFT JOIN (SELECT key, seen FROM sources_of JOIN seen_there USING (sources)) s ON s.key = c.key
    {join}
"""

_SAME = (
    "provider_id", "account_ref", "kind", "product_id", "incognito", "feedback_visible",
    "rated", "cut", "begins", "ends",
)  # fmt: skip
_GROUPS = f"""
CREATE TEMP TABLE groups_there AS
    SELECT CAST(row_number() OVER () AS INTEGER) AS grp, *
    FROM (SELECT DISTINCT {", ".join(_SAME)} FROM whole)
"""

_PROJECTS = """
CREATE TEMP TABLE projects_there AS
    SELECT CAST(row_number() OVER () AS INTEGER) AS project, name
    FROM (SELECT DISTINCT project AS name FROM whole WHERE project IS NOT NULL)
"""

_RESULTS = {
    "base": f"""
        SELECT w.key, g.grp, w.seen, p.project, w.first, w.last, w.shown_first, w.shown_last, w.resumed
        FROM whole w
        JOIN groups_there g ON {" AND ".join(f"w.{n} IS NOT DISTINCT FROM g.{n}" for n in _SAME)}
        LEFT JOIN projects_there p ON p.name = w.project""",
    "groups": "SELECT * FROM groups_there",
    "cuts": "SELECT cut, text FROM cuts_there",
    "rated": "SELECT key, feedback FROM conversations WHERE len(feedback) > 0",
    "seen": "SELECT seen, sources FROM seen_there",
    "projects": "SELECT project, name FROM projects_there",
}


def _times(grid: Grid, as_of: int | None) -> dict[str, str]:
    """Expressions over the rows of ``conversations``, and the join that they need."""
    last, join = "c.last", ""
    if as_of is not None:
        latest = f"SELECT key, max({known_by(as_of)}) AS last FROM messages GROUP BY key"
        last, join = "m.last", f"LEFT JOIN ({latest}) m ON m.key = c.key"
    return {"begins": grid.sql("c.first"), "ends": grid.sql(last), "last": last, "join": join}


def _cuts(
    connection: "duckdb.DuckDBPyConnection",
    grid: Grid,
    former: Base | None,
    changed: pa.Array | None,
    as_of: int | None,
) -> None:
    """Makes ``cut_of`` (``key``, ``cut``) and ``cuts_there`` (``cut``, ``text``)."""
    if former is None:
        connection.execute(f"CREATE TEMP TABLE raw_cuts AS {cuts(grid, 'sendings', as_of)}")
    else:
        _carried_over(connection, grid, former, changed)
    texts = [row[0] for row in connection.execute("SELECT DISTINCT text FROM raw_cuts").fetchall()]
    read = distinct(texts)
    written = {text: cut.text for text, cut in read.items()}
    numbers = {text: number for number, text in enumerate(sorted({*written.values(), ""}))}
    raw = pa.table(
        {
            "text": pa.array(list(written), pa.string()),
            "cut": pa.array([numbers[w] for w in written.values()], pa.int32()),
        }
    )
    there = pa.table(
        {"cut": pa.array(list(numbers.values()), pa.int32()), "text": pa.array(list(numbers), pa.string())}
    )
    _take(connection, "numbers_of_texts", raw)
    _take(connection, "cuts_there", there)
    connection.execute(
        "CREATE TEMP TABLE cut_of AS SELECT key, cut FROM raw_cuts JOIN numbers_of_texts USING (text)"
    )
    connection.execute("DROP TABLE raw_cuts")
    connection.execute("DROP TABLE numbers_of_texts")


def _carried_over(
    connection: "duckdb.DuckDBPyConnection", grid: Grid, former: Base, changed: pa.Array | None
) -> None:
    """``raw_cuts`` from what was known: looked up anew where a row changed or a cell was cut in two."""
    cells = former.grid.moved_to(grid)
    there = [(row["cut"], Cut.read(row["text"]).moved(cells)) for row in former.tables["cuts"].to_pylist()]
    kept = [(cut, moved.text) for cut, moved in there if moved is not None and moved.text]
    moved = pa.table(
        {
            "cut": pa.array([cut for cut, _ in kept], pa.int32()),
            "text": pa.array([text for _, text in kept], pa.string()),
        }
    )
    _take(connection, "moved_cuts", moved)
    _take(
        connection,
        "changed_keys",
        pa.table({"key": pa.array([], pa.int64()) if changed is None else changed}),
    )
    _take(connection, "former_base", former.tables["base"].select(["key", "grp"]))
    _take(connection, "former_groups", former.tables["groups"].select(["grp", "cut"]))
    connection.execute(
        "CREATE TEMP TABLE raw_cuts AS SELECT b.key, m.text FROM former_base b"
        " JOIN former_groups g USING (grp) JOIN moved_cuts m USING (cut)"
        " SEMI JOIN conversations c ON c.key = b.key"
        " ANTI JOIN changed_keys x ON x.key = b.key"
    )
    connection.execute(
        "CREATE TEMP TABLE looked_up AS SELECT c.key FROM conversations c"
        " ANTI JOIN raw_cuts r ON r.key = c.key"
    )
    [(left,)] = connection.execute("SELECT count(*) FROM looked_up").fetchall()
    if left:
        rows = "(SELECT s.* FROM sendings s SEMI JOIN looked_up l ON l.key = s.key)"
        connection.execute(f"INSERT INTO raw_cuts {cuts(grid, rows)}")
    for name in ("moved_cuts", "changed_keys", "former_base", "former_groups", "looked_up"):
        connection.execute(f"DROP TABLE {name}")


def _take(connection: "duckdb.DuckDBPyConnection", name: str, table: pa.Table) -> None:
    """``table`` as a table of the connection."""
    connection.register("handed_in", table)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM handed_in")
    connection.unregister("handed_in")
