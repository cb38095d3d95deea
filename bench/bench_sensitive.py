"""How fast secrets are found in conversations, what is missed, and what is called one wrongly."""

# ruff: noqa: S311 - rows of a table, one a line

import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from rows import Row

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.sensitive_corpus import conversation_text
from withhold.sensitive.encoded import InBase64
from withhold.sensitive.engines import Plain
from withhold.sensitive.finder import Finder, fingerprint
from withhold.sensitive.personal import PersonalFinder
from withhold.sensitive.rules import all_rules
from withhold.sensitive.streams import Finding
from withhold.sensitive.together import Together

SIZE = 16_000_000
LOOP = 1_000_000
"""Bytes for the loop, which is slow; its speed does not depend on how much there is."""
KEY = b"bench"
PEER = "one re pattern after another"


def run() -> list[Row]:
    """Speed beside a loop over the same patterns; recall and false positives on what was planted."""
    text, truth = conversation_text(random.Random(1), SIZE, 2)
    found, speed = _speed(text, Together(Finder(KEY), InBase64(Finder(KEY))))
    _, with_personal = _speed(text, Together(Finder(KEY), InBase64(Finder(KEY)), PersonalFinder(KEY)))
    loop = _loop(text[:LOOP])
    plain = _plain(text[:LOOP])
    planted = {fingerprint(KEY, value.encode()) for _, value in truth}
    hit = {f.fingerprint for f in found}
    other = detect_secrets(text[:LOOP], {value for _, value in truth})
    among = {fingerprint(KEY, value.encode()) for _, value in truth if value.encode() in text[:LOOP]}
    return [
        Row("secrets: every rule and check", speed, "MB/s", f"{PEER} {loop:.2f} MB/s", speed / loop),
        Row(
            "secrets: every rule and check", speed, "MB/s", f"our engine 're' {plain:.1f} MB/s", speed / plain
        ),
        Row(
            "secrets: recall",
            100 * len(planted & hit) / len(planted),
            "%",
            f"of {len(planted)} planted, by our own grammar",
            None,
        ),
        Row("secrets: found and not planted", float(len(hit - planted)), "", f"{len(text):,} bytes", None),
        Row(
            "secrets: every rule and check",
            speed,
            "MB/s",
            f"detect-secrets {other.speed:.2f} MB/s",
            speed / other.speed,
        ),
        Row(
            "secrets: recall on the peer's part",
            100 * len(among & hit) / len(among),
            "%",
            f"detect-secrets {100 * other.hit / len(among):.1f} %, and {other.wrong} that are none",
            None,
        ),
        Row("secrets and personal data", with_personal, "MB/s", "", None),
    ]


def _speed(text: bytes, finder: Together) -> tuple[list[Finding], float]:
    """What is found, and MB/s with everything on."""
    finder.in_text(b"warm")
    started = time.perf_counter()
    found = list(finder.in_stream(BytesIO(text).read))
    return found, len(text) / (time.perf_counter() - started) / 1e6


@dataclass(frozen=True)
class Peer:
    """What another program found in the same bytes. ``wrong`` counts what was not planted."""

    speed: float
    hit: int
    wrong: int


def detect_secrets(text: bytes, planted: set[str]) -> Peer:
    """detect-secrets with all its plug-ins and without asking anybody; its start-up is not counted."""
    program = Path(sys.executable).parent.parent / "oracles" / "bin" / "detect-secrets"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "talk.jsonl"
        file.write_bytes(b"")
        start, _ = _scanned(program, file)
        file.write_bytes(text)
        seconds, said = _scanned(program, file)
    known = {hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest() for value in planted}
    return Peer(len(text) / (seconds - start) / 1e6, len(said & known), len(said - known))


def _scanned(program: Path, file: Path) -> tuple[float, set[str]]:
    started = time.perf_counter()
    command = [str(program), "scan", "--all-files", "--no-verify", str(file)]
    ran = subprocess.run(command, capture_output=True, check=True, cwd=file.parent)
    results = json.loads(ran.stdout)["results"]
    found = {row["hashed_secret"] for rows in results.values() for row in rows}
    return time.perf_counter() - started, found


def _plain(text: bytes) -> float:
    """MB/s of the engine that runs where no other is installed."""
    finder = Finder(KEY, Plain(all_rules()))
    started = time.perf_counter()
    list(finder.in_stream(BytesIO(text).read))
    return len(text) / (time.perf_counter() - started) / 1e6


def _loop(text: bytes) -> float:
    """MB/s of every pattern over the whole text, as a simple scanner does it."""
    started = time.perf_counter()
    for rule in all_rules():
        for _ in rule.pattern.finditer(text):
            pass
    return len(text) / (time.perf_counter() - started) / 1e6
