"""OpenTimestamps, by the program ``ots`` where somebody has installed it: a commitment in Bitcoin's chain.

The program is called and never imported. It asks public calendars, which see a hash; hours later the hash is
under a block of Bitcoin. Only the program, with a Bitcoin node, can tell whether a proof holds: here it is
looked at alone whether a proof is over the bytes that it should be.
"""

import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from withhold.evidence.checkpoints import read_checkpoint
from withhold.evidence.notes import encode64
from withhold.evidence.records import digest
from withhold.evidence.rounds import CHECKPOINT
from withhold.evidence.rows import TIMESTAMP
from withhold.evidence.timestamps import NoToken
from withhold.model.evidence import Artifact, Draft, Json

FIELD = "opentimestamps"
"""Field of a time-stamp record that has such a proof."""
ANSWER = "checkpoint.ots"
"""Artifact with the proof, as the program wrote it."""
SECONDS = 60.0
LIMIT = 256 * 1024

_HEAD = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
"""Magic bytes, version 1, and "of a SHA-256", before the hash itself."""
_SUCCESS = "Success!"


def program() -> str | None:
    """Where ``ots`` is; ``None`` where it is not installed."""
    return shutil.which("ots")


def ask(ots: str, checkpoint: bytes, calendars: Sequence[str] = (), *, timeout: float = SECONDS) -> bytes:
    """The proof that ``ots stamp`` gives for ``checkpoint``. Raises :class:`NoToken`.

    ``calendars`` are asked in place of the public ones that the program knows; all of them have to answer.
    """
    named = [word for url in calendars for word in ("-c", url)]
    enough = ["-m", str(len(calendars))] if calendars else []
    with TemporaryDirectory(prefix="withhold-ots-") as folder:
        file = Path(folder) / CHECKPOINT
        file.write_bytes(checkpoint)
        code, said = _run([ots, "stamp", *named, *enough, str(file)], timeout)
        proof = Path(folder) / ANSWER
        if code != 0 or not proof.is_file():
            raise NoToken(f"ots gave no proof: {said}")
        data = proof.read_bytes()[: LIMIT + 1]
    problem = flaw(data, checkpoint)
    if problem is not None:
        raise NoToken(problem)
    return data


def flaw(proof: bytes, checkpoint: bytes) -> str | None:
    """What is wrong with a proof as far as its bytes tell; ``None`` says nothing of whether it holds."""
    if not proof.startswith(_HEAD) or len(proof) > LIMIT:
        return "it is no OpenTimestamps proof of a SHA-256"
    if proof[len(_HEAD) : len(_HEAD) + 32].hex() != digest(checkpoint):
        return "the proof is over other bytes: its hash differs"
    return None


def confirmed(ots: str, proof: bytes, checkpoint: bytes, *, timeout: float = SECONDS) -> tuple[bool, str]:
    """Whether ``ots verify`` says that the proof holds, and its own words on it."""
    with TemporaryDirectory(prefix="withhold-ots-") as folder:
        file, token = Path(folder) / CHECKPOINT, Path(folder) / ANSWER
        file.write_bytes(checkpoint)
        token.write_bytes(proof)
        try:
            code, said = _run([ots, "verify", "-f", str(file), str(token)], timeout)
        except NoToken as problem:
            return False, str(problem)
    return code == 0 and said.startswith(_SUCCESS), said


def draft(checkpoint: bytes, proof: bytes, now: datetime) -> Draft:
    """The record that holds a proof: a time-stamp without a time, until its block is known."""
    head = read_checkpoint(checkpoint)[0]
    body: dict[str, Json] = {
        "log": head.origin,
        "root": encode64(head.root),
        "size": head.size,
        "tokens": [],
        FIELD: {"answer": ANSWER},
    }
    artifacts = (
        Artifact(CHECKPOINT, "text/plain", checkpoint),
        Artifact(ANSWER, "application/vnd.opentimestamps.ots", proof),
    )
    return Draft(TIMESTAMP, now, body, artifacts)


def _run(command: Sequence[str], timeout: float) -> tuple[int, str]:
    """Exit code, and the last thing that the program said."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of the person's own, and no shell in between
            list(command), capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise NoToken(f"ots did not end within {timeout:g} seconds") from problem
    except OSError as problem:
        raise NoToken(f"ots cannot be run: {problem.strerror or problem}") from problem
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    won = next((line for line in lines if line.startswith(_SUCCESS)), None)
    return done.returncode, won or (lines[-1] if lines else f"it ended with {done.returncode}")
