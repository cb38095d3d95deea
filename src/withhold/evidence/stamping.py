"""Getting time-stamps for the log: one round asks every authority for a token over one signed checkpoint.

The tokens go into the log as a record of their own, so that every later round covers them as well: a newer
token renews the older ones. The lock is not held while authorities are asked, so nobody waits to record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from withhold.evidence.authorities import Authority
from withhold.evidence.checkpoints import read_checkpoint
from withhold.evidence.journal import Journal
from withhold.evidence.notes import encode64
from withhold.evidence.records import stamp as written
from withhold.evidence.rounds import CHECKPOINT
from withhold.evidence.rows import TIMESTAMP
from withhold.evidence.timestamps import TIMEOUT, NoToken, Stamp, ask
from withhold.model.evidence import Artifact, Draft, Json, Record
from withhold.model.ports import Clock
from withhold.support.files import write_atomic

PAUSE = timedelta(minutes=15)
"""How long nothing is asked by itself after a round in which an authority failed."""

WANTED = 2
"""From how many authorities a token is wanted, so that none must be trusted alone."""


@dataclass(frozen=True, slots=True)
class Got:
    """A token as an authority gave it."""

    authority: Authority
    answer: bytes
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one round did. ``record`` is ``None`` where no token came or none was needed; ``refused`` says
    for each authority that failed why; ``size`` is how many records the checkpoint covers.
    """

    size: int
    got: tuple[Got, ...]
    refused: tuple[tuple[str, str], ...]
    record: Record | None


def stamp(
    journal: Journal,
    clock: Clock,
    *,
    timeout: float = TIMEOUT,
    authorities: Sequence[Authority] | None = None,
) -> Outcome:
    """Ask every authority whose tokens do not cover all records yet; log what came.

    A failing authority never raises: it stands in the outcome, and in the record if another one answered.
    Raises as :meth:`Journal.append` does.
    """
    journal.mend()
    asked = journal.authorities if authorities is None else tuple(authorities)
    due = journal.unstamped([authority.name for authority in asked])
    checkpoint = journal.checkpoint()
    got, refused = _ask([a for a in asked if a.name in due], checkpoint, timeout)
    size = read_checkpoint(checkpoint)[0].size
    record = journal.append_own(_draft(checkpoint, got, refused, clock())) if got else None
    return Outcome(size, tuple(got), tuple(refused), record)


def stamp_when_due(journal: Journal, clock: Clock, marker: Path, *, timeout: float) -> Outcome | None:
    """As :func:`stamp`, but only where something is unstamped and no round has failed just before.

    ``marker`` is the file that holds the time of the last failure.
    """
    if not journal.authorities or _paused(marker, clock()):
        return None
    if not journal.unstamped([authority.name for authority in journal.authorities]):
        return None
    outcome = stamp(journal, clock, timeout=timeout)
    if outcome.refused:
        write_atomic(marker, written(clock()).encode())
    else:
        marker.unlink(missing_ok=True)
    return outcome


def _ask(
    authorities: Sequence[Authority], checkpoint: bytes, timeout: float
) -> tuple[list[Got], list[tuple[str, str]]]:
    got, refused = [], []
    for authority in authorities:
        try:
            got.append(Got(authority, *ask(authority, checkpoint, timeout=timeout)))
        except NoToken as problem:
            refused.append((authority.name, str(problem)))
    return got, refused


def _draft(checkpoint: bytes, got: Sequence[Got], refused: Sequence[tuple[str, str]], now: datetime) -> Draft:
    head = read_checkpoint(checkpoint)[0]
    artifacts = [Artifact(CHECKPOINT, "text/plain", checkpoint)]
    for one in got:
        name = one.authority.name
        artifacts.append(Artifact(f"{name}.tsr", "application/timestamp-reply", one.answer))
        artifacts.append(Artifact(f"{name}-root.pem", "application/x-pem-file", one.authority.root))
    body: dict[str, Json] = {
        "log": head.origin,
        "root": encode64(head.root),
        "size": head.size,
        "tokens": [_row(one) for one in got],
    }
    missing = tuple((f"{name}.tsr", reason) for name, reason in refused)
    return Draft(TIMESTAMP, now, body, tuple(artifacts), missing)


def _row(one: Got) -> Json:
    name = one.authority.name
    return {
        "accuracy_ms": round(one.stamp.accuracy * 1000),
        "answer": f"{name}.tsr",
        "authority": name,
        "policy": one.stamp.policy,
        "root": f"{name}-root.pem",
        "serial": one.stamp.serial,
        "time": written(one.stamp.at),
        "url": one.authority.url,
    }


def _paused(marker: Path, now: datetime) -> bool:
    """Whether the last failure is less than a pause ago; a time to come, or none that can be read, is not."""
    try:
        failed = datetime.fromisoformat(marker.read_text(encoding="utf-8"))
        return timedelta(0) <= now - failed.astimezone(UTC) < PAUSE
    except (OSError, ValueError):
        return False
