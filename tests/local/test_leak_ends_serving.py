"""What a leak that a later proof finds does to a model that is being served."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from withhold.app.local.serve import wait
from withhold.local.hosting import Hosted
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem


@dataclass
class Running:
    """A sealed process that goes on living, as one that leaks does."""

    level: Level
    alive: bool = True

    def last_words(self) -> str:
        return ""


def test_a_leak_ends_serving_and_the_word_sealed() -> None:
    """As soon as a proof finds a leak nobody is told that the model is sealed, and serving ends."""
    level = next(one for one in Level if one.provable)
    host = Hosted(cast("Any", Running(level)), "model", proven="record")
    assert host.state()["sealed"] is True
    host.leak = "LEAK: something got out."
    assert host.state()["sealed"] is False
    assert host.state()["seal"] == host.leak
    with pytest.raises(EnvironmentProblem, match="LEAK: something got out"):
        wait(host)
