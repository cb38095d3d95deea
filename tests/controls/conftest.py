"""One browser for each module, one page for each test, and the promise that holds in every test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.controls.fakes import QUICK, MemorySink, control, ticking
from tests.controls.site import Site, page, serve
from withhold.controls.assist import check, set_private
from withhold.controls.browser import OpenPage, open_page
from withhold.controls.capture import CaptureOptions
from withhold.controls.driver import Page
from withhold.controls.record import RunContext
from withhold.controls.settle import Patience
from withhold.evidence.web.packing import Packager
from withhold.model.control import OptOutResult
from withhold.model.terms import Control
from withhold.model.words import Outcome

PRIVATE = frozenset({Outcome.CHANGED, Outcome.ALREADY_PRIVATE})
LABEL = "Help improve Claude"


@pytest.fixture(scope="module")
def browser() -> Iterator[OpenPage]:
    with open_page(headless=True) as opened:
        yield opened


@pytest.fixture
def tab(browser: OpenPage) -> Iterator[Page]:
    """A page of its own. Every test's site has a port of its own, so nothing stored is shared either."""
    fresh = browser.page.context.new_page()
    yield fresh
    fresh.close()


@dataclass
class Desk:
    """A site, a page and a sink. ``private_when`` is the truth under which a claim of privacy is true."""

    site: Site
    tab: Page
    sink: MemorySink
    private_when: dict[str, bool]
    patience: Patience = QUICK
    capture: CaptureOptions = field(default_factory=lambda: CaptureOptions(packager=Packager()))

    def show(self, body: str, script: str = "ready()", path: str = "/", **more: str) -> None:
        self.site.pages[path] = page(body, script, **more)

    def opt_out(self, *controls: Control, path: str = "") -> OptOutResult:
        return self._run(set_private, controls, path)

    def opt_out_unknown(self) -> OptOutResult:
        """As on a page of which no pack knows."""
        return self._run(set_private, (), "", unknown=True)

    def check(self, *controls: Control, path: str = "") -> OptOutResult:
        return self._run(check, controls, path)

    def _run(
        self,
        act: Callable[..., OptOutResult],
        controls: tuple[Control, ...],
        path: str,
        *,
        unknown: bool = False,
    ) -> OptOutResult:
        context = RunContext(
            provider_id="example",
            pack_sha256="ab" * 32,
            browser="test",
            patience=self.patience,
            capture=self.capture,
        )
        before = dict(self.site.state)
        result = act(
            self.tab,
            self.site.url + path,
            () if unknown else controls or (control(LABEL),),
            clock=ticking(),
            sink=self.sink,
            context=context,
        )
        self._no_false_claim(result, before)
        return result

    def _no_false_claim(self, result: OptOutResult, before: dict[str, bool]) -> None:
        if result.outcome in PRIVATE:
            truth = {key: self.site.state[key] for key in self.private_when}
            assert truth == self.private_when, "privacy was claimed, and the server holds another state"
        others = {key: on for key, on in before.items() if key not in self.private_when}
        assert {key: self.site.state[key] for key in others} == others, "a decoy was moved"
        assert self.sink.last.body["outcome"] == result.outcome.value
        assert result.record is not None


@pytest.fixture
def desk(tab: Page) -> Iterator[Desk]:
    """A site with the training switch on (sharing), a decoy on and a decoy off."""
    site = Site(state={"training": True, "email": True, "location": False})
    with serve(site):
        yield Desk(site, tab, MemorySink(), {"training": False})
