"""How fast secrets are found in conversations, what is missed, and what is called one wrongly."""

# ruff: noqa: S311 - rows of a table, one a line

import random
import sys
import time
from io import BytesIO
from pathlib import Path

from rows import Row

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.sensitive_corpus import conversation_text
from withhold.sensitive.engines import Plain
from withhold.sensitive.finder import Finder, fingerprint
from withhold.sensitive.rules import all_rules

SIZE = 16_000_000
LOOP = 1_000_000
"""Bytes for the loop, which is slow; its speed does not depend on how much there is."""
KEY = b"bench"
PEER = "one re pattern after another"


def run() -> list[Row]:
    """Speed beside a loop over the same patterns; recall and false positives on what was planted."""
    text, truth = conversation_text(random.Random(1), SIZE, 2)
    finder = Finder(KEY)
    finder.in_text(b"warm")
    started = time.perf_counter()
    found = list(finder.in_stream(BytesIO(text).read))
    speed = len(text) / (time.perf_counter() - started) / 1e6
    loop = _loop(text[:LOOP])
    plain = _plain(text[:LOOP])
    planted = {fingerprint(KEY, value.encode()) for _, value in truth}
    hit = {f.fingerprint for f in found}
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
    ]


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
