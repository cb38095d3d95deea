"""The catalogue of models holds everything that was collected."""

import json
from pathlib import Path

import pytest

from withhold.packs.models import load_models
from withhold.packs.models.loader import parsed
from withhold.support.errors import UsageProblem

COLLECTED = Path(__file__).resolve().parents[3] / "shared" / "facts" / "local-models.json"


@pytest.mark.skipif(not COLLECTED.is_file(), reason="the collected facts are not here")
def test_no_fact_is_lost() -> None:
    """The two files together are the collected facts, value for value."""
    held = {**parsed("facts"), **parsed("catalogue")}
    assert held == json.loads(COLLECTED.read_text("utf-8"))


def test_every_model_fits_its_schema() -> None:
    """44 models; ids do not repeat; a field that is not known stops the load."""
    models = load_models().models
    assert len(models) == len({m.id for m in models}) == 44


def test_an_unknown_model_names_its_neighbours() -> None:
    """A name that is nearly right leads to the right one."""
    with pytest.raises(UsageProblem) as raised:
        load_models().model("gemma-3")
    assert "gemma-3-1b-it" in str(raised.value.next_step)
