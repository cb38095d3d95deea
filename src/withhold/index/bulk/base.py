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
from withhold.index.bulk.grid import Grid, OwnCells

if TYPE_CHECKING:
    from withhold.index.bulk.engine import Engine

OWN = ("provider_id", "account_ref", "kind", "product_id", "incognito", "feedback_visible")
"""What a group says of its conversations beside their history."""

TABLES = ("base", "groups", "cuts", "rated", "seen", "projects")
LARGE = ("base", "rated")
"""Tables with a row a conversation, or nearly."""


@dataclass(frozen=True, slots=True)
class Base:
    """The tables of one index in one grid, in Arrow; on a cluster ``base`` and ``rated`` stay there.

    ``base``: ``key``, ``grp``, ``seen``, ``project``, ``first``, ``last``, ``shown_first``, ``shown_last``,
    ``resumed``, and whether ``attachments`` and ``tool_outputs`` may be in it. ``groups``: ``grp``, the
    columns of :data:`OWN`, ``rated`` (feedback is shown), ``cut``, and the cells of ``first`` and ``last``.
    ``cuts``: ``cut`` and its ``text``. ``rated``: ``key`` and ``feedback``. ``seen``: which ``sources`` show
    a conversation. ``projects``: ``project`` and ``name``.
    """

    grid: Grid | OwnCells
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
    engine: "Engine",
    grid: Grid | OwnCells,
    *,
    former: Base | None = None,
    changed: pa.Array | None = None,
    as_of: int | None = None,
    there: bool = False,
) -> Base:
    """The base over the tables ``conversations``, ``sendings``, ``messages`` and ``sightings``.

    ``former`` is the base of an earlier state or another grid, ``changed`` the keys whose rows are new since:
    what they do not tell is looked up. With ``as_of`` times are bounded by it; then ``former`` has to be
    ``None``. ``there``: :data:`LARGE` tables are not fetched, and stay with the engine under their names.
    """
    _cuts(engine, grid, former, changed, as_of)
    engine.make("sources_of", _SOURCES_OF)
    seen = _numbered(engine, "seen", "SELECT DISTINCT sources FROM sources_of")
    engine.take("seen_there", seen)
    engine.make("whole", _WHOLE.format(**_times(grid, as_of)))
    groups = _numbered(engine, "grp", _GROUPS)
    engine.take("groups_there", groups)
    projects = _numbered(engine, "project", _PROJECTS)
    engine.take("projects_there", projects)
    tables = {
        "groups": groups,
        "cuts": engine.arrow("SELECT cut, text FROM cuts_there"),
        "seen": seen,
        "projects": projects,
    }
    if there:
        for name, sql in _RESULTS.items():
            engine.make(name, sql)
    else:
        tables |= {name: engine.arrow(sql) for name, sql in _RESULTS.items()}
    engine.drop("cut_of", "sources_of", "whole")
    return Base(grid, tables)


def _numbered(engine: "Engine", name: str, sql: str) -> pa.Table:
    """Rows of ``sql`` with a first column that counts them from 1."""
    found = engine.arrow(sql)
    return found.add_column(0, name, pa.array(range(1, found.num_rows + 1), pa.int32()))


_SOURCES_OF = "SELECT key, list_sort(list(DISTINCT source)) AS sources FROM sightings GROUP BY key"

_WHOLE = """
    SELECT c.key, c.provider_id, c.account_ref, c.kind, c.product_id, c.incognito, c.feedback_visible,
        array_length(c.feedback) > 0 AS rated,
        coalesce(k.cut, (SELECT cut FROM cuts_there WHERE text = '')) AS cut,
        CASE WHEN c.first IS NOT NULL THEN {begins} END AS begins,
        CASE WHEN {last} IS NOT NULL THEN {ends} END AS ends,
        c.first, {last} AS last, c.shown_first, c.shown_last, array_length(c.resumed) > 0 AS resumed,
        coalesce(c.attachments, 1) > 0 AS attachments, coalesce(c.tool_outputs, 1) > 0 AS tool_outputs,
        c.project, s.seen
    FROM conversations c
    LEFT JOIN cut_of k ON k.key = c.key
    LEFT JOIN (SELECT o.key, t.seen FROM sources_of o JOIN seen_there t ON t.sources = o.sources) s
        ON s.key = c.key
    {join}
"""

_SAME = (
    "provider_id", "account_ref", "kind", "product_id", "incognito", "feedback_visible",
    "rated", "cut", "begins", "ends",
)  # fmt: skip
_GROUPS = f"SELECT DISTINCT {', '.join(_SAME)} FROM whole"
_PROJECTS = "SELECT DISTINCT project AS name FROM whole WHERE project IS NOT NULL"

_RESULTS = {
    "base": f"""
        SELECT w.key, g.grp, w.seen, p.project, w.first, w.last, w.shown_first, w.shown_last, w.resumed,
            w.attachments, w.tool_outputs
        FROM whole w
        JOIN groups_there g ON {" AND ".join(f"w.{n} IS NOT DISTINCT FROM g.{n}" for n in _SAME)}
        LEFT JOIN projects_there p ON p.name = w.project""",
    "rated": "SELECT key, feedback FROM conversations WHERE array_length(feedback) > 0",
}


def _times(grid: Grid | OwnCells, as_of: int | None) -> dict[str, str]:
    """Expressions over the rows of ``conversations``, and the join that they need."""
    last, join = "c.last", ""
    if as_of is not None:
        latest = f"SELECT key, max({known_by(as_of)}) AS last FROM messages GROUP BY key"
        last, join = "m.last", f"LEFT JOIN ({latest}) m ON m.key = c.key"
    return {"begins": grid.sql("c.first"), "ends": grid.sql(last), "last": last, "join": join}


def _cuts(
    engine: "Engine",
    grid: Grid | OwnCells,
    former: Base | None,
    changed: pa.Array | None,
    as_of: int | None,
) -> None:
    """Makes ``cut_of`` (``key``, ``cut``) and ``cuts_there`` (``cut``, ``text``)."""
    if former is None:
        engine.make("raw_cuts", cuts(grid, "sendings", as_of))
    else:
        _carried_over(engine, grid, former, changed)
    texts = [row[0] for row in engine.fetched("SELECT DISTINCT text FROM raw_cuts")]
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
    engine.take("numbers_of_texts", raw)
    engine.take("cuts_there", there)
    engine.make("cut_of", "SELECT r.key, n.cut FROM raw_cuts r JOIN numbers_of_texts n ON n.text = r.text")
    engine.drop("raw_cuts")


def _carried_over(engine: "Engine", grid: Grid | OwnCells, former: Base, changed: pa.Array | None) -> None:
    """``raw_cuts`` from what was known: looked up anew where a row changed or a cell was cut in two."""
    assert isinstance(grid, Grid)  # noqa: S101 - what is kept is always of one grid
    assert isinstance(former.grid, Grid)  # noqa: S101
    cells = former.grid.moved_to(grid)
    there = [(row["cut"], Cut.read(row["text"]).moved(cells)) for row in former.tables["cuts"].to_pylist()]
    kept = [(cut, moved.text) for cut, moved in there if moved is not None and moved.text]
    moved = pa.table(
        {
            "cut": pa.array([cut for cut, _ in kept], pa.int32()),
            "text": pa.array([text for _, text in kept], pa.string()),
        }
    )
    engine.take("moved_cuts", moved)
    engine.take("changed_keys", pa.table({"key": pa.array([], pa.int64()) if changed is None else changed}))
    engine.take("former_base", former.tables["base"].select(["key", "grp"]))
    engine.take("former_groups", former.tables["groups"].select(["grp", "cut"]))
    known = (
        "SELECT b.key, m.text FROM former_base b"
        " JOIN former_groups g USING (grp) JOIN moved_cuts m USING (cut)"
        " SEMI JOIN conversations c ON c.key = b.key"
        " ANTI JOIN changed_keys x ON x.key = b.key"
    )
    engine.make("known_cuts", known)
    engine.make("looked_up", "SELECT c.key FROM conversations c ANTI JOIN known_cuts r ON r.key = c.key")
    rows = "(SELECT s.* FROM sendings s SEMI JOIN looked_up l ON l.key = s.key)"
    engine.make("raw_cuts", f"SELECT key, text FROM known_cuts UNION ALL {cuts(grid, rows)}")
    engine.drop("known_cuts", "looked_up")
