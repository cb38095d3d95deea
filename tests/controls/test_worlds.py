"""On pages made from parts, with servers that lie: privacy is claimed only where the server holds it."""

import random

import pytest

from tests.controls.conftest import PRIVATE
from tests.controls.fakes import QUICK, MemorySink, ticking
from tests.controls.worlds import COMPONENTS, LABELS, LIES, World, serve_world
from tests.shards import PER_SHARD
from tests.sizes import SIZES
from withhold.controls.assist import set_private
from withhold.controls.browser import OpenPage
from withhold.controls.record import RunContext
from withhold.controls.settle import Patience
from withhold.model.control import OptOutResult
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
LATE = Patience(quiet=0.15, first_look=0.15, claim=0.3, afterwards=0.6, effect=0.6, limit=6.0)
SHARDS = max(1, round(SIZES.finder.drawn / PER_SHARD))
HONEST = tuple((component, lang) for component in COMPONENTS for lang in LABELS)


def opt_out(browser: OpenPage, world: World, patience: Patience = QUICK) -> OptOutResult:
    """One run in a browser context of its own, judged against the truth."""
    running = browser.page.context.browser
    assert running is not None
    with running.new_context(viewport={"width": 1280, "height": 900}) as fresh:
        context = RunContext(None, None, "test", patience=patience)
        page = fresh.new_page()
        result = set_private(page, world.url, clock=ticking(), sink=MemorySink(), context=context)
    assert result.outcome not in PRIVATE or world.private, f"{world}: {result.why}"
    assert world.decoy, "a decoy was moved"
    return result


@pytest.mark.parametrize("lie", random.Random(5).sample(LIES, SIZES.finder.lies), ids=str)
def test_a_server_that_lies_gets_no_claim(browser: OpenPage, lie: str) -> None:
    """Whatever the server or the page does with a change, privacy is never claimed while it shares."""
    with serve_world(World("switch", "en", on_private=False, private=False, lie=lie)) as world:
        result = opt_out(browser, world, LATE)
        if lie in {"honest", "only-the-first-time"}:
            assert result.outcome is Outcome.CHANGED
        else:
            assert result.outcome in {Outcome.NOT_PERSISTED, Outcome.NEEDS_HUMAN}


@pytest.mark.parametrize(("component", "lang"), random.Random(3).sample(HONEST, SIZES.finder.honest), ids=str)
def test_honest_pages_are_set(browser: OpenPage, component: str, lang: str) -> None:
    """Each component in each language, with either polarity, is set with one write and read back."""
    on_private = (COMPONENTS.index(component) + list(LABELS).index(lang)) % 2 == 0
    with serve_world(World(component, lang, on_private=on_private, private=False, lie="honest")) as world:
        assert opt_out(browser, world).outcome is Outcome.CHANGED
        assert world.writes == [on_private]


@pytest.mark.seeded
@pytest.mark.parametrize("shard", range(SHARDS))
def test_claims_are_true_on_any_page(browser: OpenPage, seed: int, shard: int) -> None:
    """Component, language, polarity, state and behaviour drawn at random: a claim implies the truth."""
    draw = random.Random(f"{seed} {shard}")
    for _ in range(-(-SIZES.finder.drawn // SHARDS)):
        world = World(
            component=draw.choice(COMPONENTS),
            lang=draw.choice(list(LABELS)),
            on_private=draw.random() < 0.5,
            private=draw.random() < 0.25,
            lie=draw.choice(LIES),
        )
        private, lie = world.private, world.lie
        with serve_world(world):
            result = opt_out(browser, world, LATE)
        if private and lie != "only-the-first-time":
            assert result.outcome is Outcome.ALREADY_PRIVATE
            assert world.writes == []
