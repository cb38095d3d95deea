"""Whose a Codex rollout is: its own id, what it was forked from, when it began."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from withhold.model.when import END, When
from withhold.sources.coding import Row, rows_in
from withhold.sources.drafts import part
from withhold.sources.interface import Claim, Options
from withhold.sources.text import name
from withhold.sources.times import moment

LOOKED_AT = 16
"""Lines in which a fork shows its own header and then its parent's."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of one rollout. ``led_by_program`` marks sub-agents: nobody typed there."""

    claim: Claim
    id: str
    parent: str | None
    began: When | None
    led_by_program: bool

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """Rollouts by their beginning; a copy of one was written later."""
        entry = self.claim.entry
        changed = entry.modified.latest if entry.modified else END
        return (self.began.earliest if self.began else END, changed, entry.path)


def head_of(claim: Claim, options: Options) -> Head:
    """Read the first lines of a rollout."""
    rows = (row.value for row in islice(rows_in(claim.entry, options), LOOKED_AT) if isinstance(row, Row))
    metas = list(_metas(rows))
    own = metas[0] if metas else {}
    own_id = id_of(own) or claim.entry.stem
    others = (found for found in map(id_of, metas[1:]) if found is not None and found != own_id)
    parent = _parent(own) or next(others, None)
    began = moment(own.get("timestamp"))
    return Head(claim, own_id, None if parent == own_id else parent, began, _is_sub_agent(own))


def _metas(rows: Iterable[dict[str, object]]) -> Iterator[dict[str, object]]:
    for row in rows:
        meta = meta_of(row)
        if meta is not None:
            yield meta


def meta_of(row: dict[str, object]) -> dict[str, object] | None:
    """The header that a line is, in either era; ``None`` for other lines."""
    payload = row.get("payload")
    if row.get("type") == "session_meta" and isinstance(payload, dict):
        nested = payload.get("meta")
        return nested if isinstance(nested, dict) and "id" not in payload else payload
    bare = "type" not in row and "record_type" not in row and "timestamp" in row
    return row if bare and "id" in row else None


def id_of(meta: dict[str, object]) -> str | None:
    """The id of a session by its header."""
    return name(meta.get("id")) or name(meta.get("session_id"))


def _parent(meta: dict[str, object]) -> str | None:
    spawned = part(meta, "source", "subagent", "thread_spawn", "parent_thread_id")
    found = (meta.get("forked_from_id"), meta.get("parent_thread_id"), spawned)
    return next((parent for parent in map(name, found) if parent is not None), None)


def _is_sub_agent(meta: dict[str, object]) -> bool:
    source = meta.get("source")
    return (isinstance(source, dict) and "subagent" in source) or meta.get("thread_source") == "subagent"


def parents_first(heads: Iterable[Head]) -> Iterator[list[Head]]:
    """The rollouts of each session together, oldest first, and no session before what it was forked from."""
    groups: dict[str, list[Head]] = {}
    for head in sorted(heads, key=lambda head: head.order):
        groups.setdefault(head.id, []).append(head)
    done: set[str] = set()
    for start in groups:
        chain = []
        at: str | None = start
        while at is not None and at in groups and at not in done:
            done.add(at)
            chain.append(groups[at])
            at = groups[at][0].parent
        yield from reversed(chain)
