"""What belongs to one record so that it can be checked alone: its bytes, proof, captures, tokens, key."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from withhold.evidence.checkpoints import read_checkpoint, read_proof
from withhold.evidence.journal import Journal
from withhold.evidence.notes import PublicKey
from withhold.evidence.opening import ANCHORED, endorsed
from withhold.evidence.proving import Token
from withhold.model.evidence import Record, StoredArtifact
from withhold.support.errors import EvidenceBroken, UsageProblem

RECORD, LEAF, PROOF, CHECKPOINT, KEY = (
    "record.json",
    "leaf.json",
    "record.tlog-proof",
    "checkpoint",
    "log.pem",
)
ARTIFACTS, TOKENS = "artifacts/", "tokens/"
KEYS = "keys/"
"""Keys before the one that signed, ``01.pem`` and so on, each with ``01.note`` in which it names the next."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it goes into a bundle: ``files`` by their path within the record's folder."""

    record: Record
    files: dict[str, bytes]
    tokens: tuple[Token, ...]
    key: PublicKey
    left_out: tuple[str, ...]

    @property
    def folder(self) -> str:
        return f"records/{self.record.id}/"


def file_name(stored: StoredArtifact) -> str:
    """The file of an artifact: its name where every system can hold it, else its hash."""
    return stored.name if _PLAIN.fullmatch(stored.name) else stored.sha256


def gather(
    journal: Journal, record: Record, left_out: Collection[str] = (), under: bytes | None = None
) -> Held:
    """Everything of ``record`` but the artifacts named in ``left_out``, by the checkpoint ``under``.

    Raises ``EvidenceBroken`` where a part does not verify: what is wrong is not handed out as evidence.
    """
    proof = journal.proof(record.id, under)
    checkpoint = read_proof(proof).checkpoint
    tokens = tuple(t for t in journal.tokens(record.id) if t.checkpoint == checkpoint)
    key = read_checkpoint(checkpoint)[1].signer(journal.public_keys())
    files = {RECORD: journal.line(record.id), PROOF: proof, CHECKPOINT: checkpoint, KEY: key.pem}
    if files[RECORD] != (leaf := journal.leaf(record.id)):
        files[LEAF] = leaf
        files[ANCHORED] = journal.artifact(_opening(journal), ANCHORED)
    files.update(_artifacts(journal, record, left_out))
    for token in tokens:
        files.update(_token(token))
    files.update(_vouchers(journal, key))
    left = tuple(a.name for a in record.artifacts if a.name in left_out)
    return Held(record, files, tokens, key, left)


def renewals(journal: Journal, held: Collection[Held]) -> tuple[Held, ...]:
    """The log's own records that hold the tokens of ``held``, where newer tokens cover them in turn.

    They say that a token was there while its authority's certificate and hash were still good.
    """
    there = {one.record.id for one in held}
    logged = dict.fromkeys(token.record for one in held for token in one.tokens)
    found = []
    for identity in logged:
        under = journal.newest_stamped(identity)
        if under is not None and identity not in there:
            found.append(gather(journal, journal.get(identity), under=under))
    return tuple(sorted(found, key=lambda one: one.record.seq))


def _vouchers(journal: Journal, key: PublicKey) -> Iterator[tuple[str, bytes]]:
    """The keys before ``key``, back to the first one or to where one was lost."""
    chain: list[tuple[PublicKey, bytes]] = []
    former: PublicKey | None = None
    for record, introduced in journal.introductions():
        if former is not None:
            note = str(record.body.get("endorsement")).encode()
            chain = [*chain, (former, note)] if endorsed(record, former) else []
        if introduced == key:
            break
        former = introduced
    for number, (before, note) in enumerate(chain, 1):
        yield f"{KEYS}{number:02}.pem", before.pem
        yield f"{KEYS}{number:02}.note", note


def refuse_unknown(records: Collection[Record], left_out: Collection[str]) -> None:
    """A name to leave out that nothing has is a slip, and might leave in what was meant."""
    known = {a.name for record in records for a in record.artifacts}
    for name in left_out:
        if name not in known:
            raise UsageProblem(
                f"no artifact is called '{name}'", next_step=f"one of: {', '.join(sorted(known))}"
            )


def _opening(journal: Journal) -> Record:
    return next(r for r in journal.records(own=True) if any(a.name == ANCHORED for a in r.artifacts))


def _artifacts(journal: Journal, record: Record, left_out: Collection[str]) -> Iterator[tuple[str, bytes]]:
    for stored in record.artifacts:
        if stored.name not in left_out:
            yield ARTIFACTS + file_name(stored), journal.artifact(record, stored.name)


def _token(token: Token) -> Iterator[tuple[str, bytes]]:
    from withhold.evidence.timestamps import NoToken

    yield f"{TOKENS}{token.authority}.tsr", token.answer
    yield f"{TOKENS}{token.authority}-root.pem", token.root
    try:
        yield f"{TOKENS}{token.authority}-chain.pem", token.chain
    except NoToken as problem:
        raise EvidenceBroken(f"the token of {token.authority} cannot be read: {problem}") from problem
