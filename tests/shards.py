"""Properties of which a full run takes hours, cut into shards, so that processes can share them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.conftest import resolve_seed

PER_SHARD = 50
"""Examples of one shard: where there are no more, there is one."""


def shared(
    examples: int, *drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """``given`` of ``drawn`` with so many ``examples`` in all; each shard draws others."""
    shards = max(1, round(examples / PER_SHARD))

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.seeded
        @pytest.mark.parametrize("shard", range(shards))
        def run(shard: int) -> None:
            each = settings(max_examples=-(-examples // shards), derandomize=False, database=None)
            seed(f"{resolve_seed() or 0} {shard}")(each(given(*drawn)(test)))()

        run.__name__, run.__qualname__ = test.__name__, test.__qualname__
        run.__module__, run.__doc__ = test.__module__, test.__doc__
        return run

    return decorated
