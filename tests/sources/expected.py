"""The collected samples of every format, and the table that says what a reader must count in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources.conftest import Result
from withhold.sources.registry import UNKNOWN

COLLECTED = Path(__file__).resolve().parents[3] / "shared" / "samples"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
NUMBERS = ("format", "conversations", "human", "model", "first", "last")

needs_collected = pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected samples are not here")


def wanted(case: str) -> dict[str, Any]:
    """The row of the table that stands beside the collected samples."""
    row = json.loads((COLLECTED / "own" / "EXPECTED.json").read_text("utf-8"))[case]
    return {key: row[key] for key in NUMBERS}


def counted(result: Result) -> dict[str, Any]:
    """The same numbers of what was read; nothing may be unrecognised."""
    (row,) = (found for found in result.summaries if found.format != UNKNOWN)
    assert row.unrecognised == ()
    return {
        "format": row.format,
        "conversations": row.conversations,
        "human": row.human,
        "model": row.model,
        "first": row.first and row.first.strftime(TIME),
        "last": row.last and row.last.strftime(TIME),
    }
