"""Checking the audit's chains, and what became of each request. Reads, changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from withhold.gateway.chain import GENESIS, Head, line_hash, read_lines

UNKNOWN = "unknown whether answered"


@dataclass(slots=True)
class Checked:
    """One chain. ``problems`` are empty where it holds; ``unfinished`` is an unended line at the end."""

    replica: str
    lines: int = 0
    head: str = GENESIS
    problems: list[str] = field(default_factory=list)
    unfinished: bool = False
    unanswered: int = 0
    heads_kept: int = 0
    """How many heads of the evidence this chain was compared with."""
    last_kept: int = 0
    """Number of the last line that a head in the evidence covers; nothing outside covers those after it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An intent or a refusal with its outcome."""

    line: Mapping[str, Any]
    outcome: str
    status: int | None
    ms: int | None


def check_chain(path: Path, kept: Sequence[Head]) -> Checked:
    """Check one file against itself and against the heads that the evidence holds of it."""
    return check_lines(path.stem, read_lines(path), kept, unfinished=not _ended(path))


def check_lines(
    replica: str,
    lines: Iterator[tuple[bytes, dict[str, Any] | None]],
    kept: Sequence[Head],
    *,
    unfinished: bool = False,
) -> Checked:
    """Check a chain, line by line."""
    made = Checked(replica, unfinished=unfinished)
    hashes: dict[int, str] = {}
    wanted = {head.seq for head in kept}
    open_intents: set[str] = set()
    for raw, value in lines:
        made.lines += 1
        if value is None or not _follows(value, made):
            made.problems.append(f"line {made.lines} does not follow the one before it")
            if value is None:
                continue
        made.head = line_hash(raw)
        if made.lines in wanted:
            hashes[made.lines] = made.head
        _track(value, open_intents)
    made.unanswered = len(open_intents)
    for head in kept:
        made.heads_kept += 1
        made.last_kept = max(made.last_kept, head.seq)
        if head.seq and hashes.get(head.seq) != head.hash:
            made.problems.append(f"the evidence holds another line {head.seq} than this chain")
    return made


def _follows(value: Mapping[str, Any], made: Checked) -> bool:
    found = (value.get("replica"), value.get("seq"), value.get("prev"))
    return found == (made.replica, made.lines, made.head)


def _track(value: Mapping[str, Any], open_intents: set[str]) -> None:
    if value.get("type") == "intent":
        open_intents.add(str(value.get("id")))
    elif value.get("type") == "outcome":
        open_intents.discard(str(value.get("of")))


def _ended(path: Path) -> bool:
    size = path.stat().st_size
    if size == 0:
        return True
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) == b"\n"


def entries(lines: Iterator[dict[str, Any]]) -> list[Entry]:
    """Every request with what became of it, in the order of the intents."""
    asked: dict[str, Mapping[str, Any]] = {}
    outcomes: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        if line.get("type") in {"intent", "refused"}:
            asked[str(line.get("id"))] = line
        elif line.get("type") == "outcome":
            outcomes[str(line.get("of"))] = line
    return [_entry(line, outcomes.get(identity)) for identity, line in asked.items()]


def _entry(line: Mapping[str, Any], outcome: Mapping[str, Any] | None) -> Entry:
    if line["type"] == "refused":
        return Entry(line, "refused", None, None)
    if outcome is None:
        return Entry(line, UNKNOWN, None, None)
    return Entry(line, str(outcome.get("outcome")), outcome.get("status"), outcome.get("ms"))
