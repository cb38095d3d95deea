"""What verification says: three answers per claim, each with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Result(StrEnum):
    VERIFIED = "verified"
    FAILED = "failed"
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is claimed of a record, and whether it holds. ``why`` is for people.

    ``canonical``: its bytes are the RFC 8785 form of a record. ``sequence``: its number follows the one
    before. ``chain``: it names the record before it by its hash. ``sealed``: the record after it names it.
    ``log``: it stands under the signed root. ``checkpoint``: the checkpoint covers it as the last.
    ``anchor``: the log's first record holds the journal of format 1. ``head``: the head of that journal
    names it as the last. ``key``: the key before vouches for the one it introduces. ``blob:NAME``: the bytes
    of that artifact are those recorded. ``token:NAME``: that time-stamp token verifies. ``not_before``: it
    was made after a token's time. ``time``: it was there by a token's time.
    """

    name: str
    result: Result
    why: str


def judged(name: str, problem: str | None, why: str) -> Claim:
    """Verified because of ``why``, or failed because of ``problem``."""
    result = Result.VERIFIED if problem is None else Result.FAILED
    return Claim(name, result, why if problem is None else problem)


def unchecked(name: str, why: str) -> Claim:
    return Claim(name, Result.NOT_CHECKABLE, why)


@dataclass(slots=True)
class RecordReport:
    """The claims of one record. ``id`` is the hash of its bytes as they are now; for a record that is gone,
    the hash that the head still names, or empty. ``place`` is its line, from 1 on; ``seq`` the number it
    gives itself, or its place if it cannot be read.
    """

    id: str
    place: int
    seq: int
    claims: list[Claim] = field(default_factory=list)

    def say(self, name: str, problem: str | None, why: str) -> None:
        """Add a claim: verified because of ``why``, or failed because of ``problem``."""
        self.claims.append(judged(name, problem, why))

    def leave(self, name: str, why: str) -> None:
        """Add a claim that cannot be checked."""
        self.claims.append(unchecked(name, why))


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All records in order, those of format 1 first; its head; the log's checkpoint; one claim for each
    checkpoint that somebody kept; and notes that speak against nothing.
    """

    records: tuple[RecordReport, ...]
    head: Claim
    checkpoint: Claim
    kept: tuple[Claim, ...]
    notes: tuple[str, ...]

    @property
    def sound(self) -> bool:
        whole = (self.head, self.checkpoint, *self.kept)
        return not any(c.result is Result.FAILED for c in whole) and not any(True for _ in self.failures())

    def failures(self) -> Iterator[tuple[RecordReport, Claim]]:
        """Every failed claim with its record; a failed head or checkpoint too, if there is a record."""
        for record in self.records:
            for claim in record.claims:
                if claim.result is Result.FAILED:
                    yield record, claim
