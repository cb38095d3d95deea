"""The evidence log at 10,000 records (``WITHHOLD_BENCH_RECORDS`` sets another number, such as 100000).

Peer of an append: one row into SQLite with ``synchronous=FULL``, which waits for the disk as well. Peer of a
proof and of the whole verification: SHA-256 over the same bytes, the least that reading them again can cost.
"""

import hashlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rows import Row
from withhold.evidence.checkpoints import Checkpoint, read_checkpoint
from withhold.evidence.journal import Journal
from withhold.evidence.keys import Keys
from withhold.evidence.records import decode, encode
from withhold.evidence.rows import Growing, kind_of
from withhold.model.evidence import Draft

RECORDS = int(os.environ.get("WITHHOLD_BENCH_RECORDS", "10000"))
RUNS = 200
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run() -> list[Row]:
    """Medians in milliseconds, and records per second."""
    with tempfile.TemporaryDirectory() as folder:
        journal = filled(Path(folder) / "evidence", RECORDS)
        append = median(lambda number: journal.append(draft(number)))
        row = median(sqlite_insert(Path(folder) / "peer.sqlite"))
        ids = [record.id for record in journal.records()]
        proof = median(lambda number: journal.proof(ids[number * len(ids) // RUNS]))
        data = (Path(folder) / "evidence" / "log.jsonl").read_bytes()
        hashed = median(lambda _: hashlib.sha256(data).digest(), 5)
        fsck = median(lambda _: journal.verify(), 3)
    rate, bare = RECORDS / fsck * 1000, RECORDS / hashed * 1000
    size = f"{RECORDS:,} records"
    return [
        Row(f"evidence: append at {size}", append, "ms", f"SQLite row, FULL: {row:.2f} ms", append / row),
        Row(
            f"evidence: proof at {size}",
            proof,
            "ms",
            f"SHA-256 of the log: {hashed:.2f} ms",
            proof / hashed,
        ),
        Row("evidence: fsck", rate, "records/s", f"SHA-256 of the log: {bare:,.0f}/s", rate / bare),
    ]


def median(work: Callable[[int], object], runs: int = RUNS) -> float:
    """Milliseconds."""
    taken = []
    for number in range(runs):
        began = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def sqlite_insert(path: Path) -> Callable[[int], object]:
    """Inserts one row of the size of a record, durably."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE records (number INTEGER PRIMARY KEY, line TEXT)")
    return lambda number: database.execute("INSERT INTO records VALUES (?, ?)", (number, "x" * 500))


def draft(number: int) -> Draft:
    body = {"account": "a•••@e•••.org", "number": number, "steps": ["Settings", "Privacy"], "url": None}
    return Draft("optout", NOW, body)


def filled(folder: Path, size: int) -> Journal:
    """A log of ``size`` records, written at once: appending them one by one would take minutes."""
    journal = Journal(folder, lambda: NOW)
    journal.mend()
    growing, prev = Growing(), None
    lines = (folder / "log.jsonl").read_bytes().splitlines()
    for seq in range(1, size + 1):
        if seq > 1:
            lines.append(encode(draft(seq), (), seq=seq, prev=prev, written_at=NOW))
        line = decode(lines[-1])
        growing.add(lines[-1], kind_of(line), line.id)
        prev = line.id
    (folder / "log.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "log.hashes").write_bytes(growing.hashes)
    (folder / "log.index").write_bytes(growing.entries)
    checkpoint, note = read_checkpoint((folder / "checkpoint").read_bytes())
    key = Keys(folder / "keys").secret(checkpoint.origin, note.signatures[0].id)
    assert key is not None
    head = Checkpoint(checkpoint.origin, growing.size, growing.root(growing.size))
    (folder / "checkpoint").write_bytes(key.sign(head.text))
    return journal
