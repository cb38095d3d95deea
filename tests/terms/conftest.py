"""Use cases on a state of their own, over a site on loopback that a pack names."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.terms.site import Site, serving
from withhold.app.bootstrap import Services
from withhold.app.terms.watching import watch_terms
from withhold.report.documents.terms import WatchTermsDocument
from withhold.support.paths import StateHome
from withhold.terms.fetch import Fetcher

PACK = """\
id: acme
name: Acme
compiled_on: 2026-11-01
products:
  - id: acme-chat
    name: Acme Chat
    plans:
      - id: acme-free
        name: Acme Free
        plan_class: consumer
        tiers: [Free]
        terms:
          - id: acme-free-2026
            effective_from: 2026-01-01
            effective_from_basis: stated
            training: unless-off
            confidence: documented-by-provider
            sources: [acme-terms]
training_rules:
  unless-off:
    allowed: unless_off
    default: "on"
    control_id: acme-switch
controls:
  - id: acme-switch
    name: Improve the model
    kind: web_setting
    polarity: on_means_sharing
    confidence: documented-by-provider
    sources: [acme-terms]
  - id: acme-other
    name: Memory
    kind: web_setting
    confidence: documented-by-provider
    sources: [acme-help, acme-press]
sources:
  acme-terms: {{url: "{url}/terms", title: Terms, kind: provider, copy_date: 2026-11-01}}
  acme-help: {{url: "{url}/help", title: Help, kind: provider, copy_date: 2026-11-01}}
  acme-press: {{url: "{url}/press", title: A report, kind: press, copy_date: 2026-11-01}}
"""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def served() -> Iterator[tuple[Site, ExitStack]]:
    with ExitStack() as stack:
        yield stack.enter_context(serving()), stack


@pytest.fixture
def site(served: tuple[Site, ExitStack]) -> Site:
    return served[0]


@pytest.fixture
def unplug(served: tuple[Site, ExitStack]) -> Callable[[], None]:
    """Stops the site: nobody answers at its address any more."""
    return served[1].close


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, clock: Clock, site: Site) -> Iterator[Services]:
    home = StateHome(tmp_path / "state").prepare()
    home.packs.mkdir()
    (home.packs / "acme.yaml").write_text(PACK.format(url=site.url), encoding="utf-8")
    made = Services(home=home, environ={}, user_home=tmp_path, clock=clock)
    yield made
    made.close()


@pytest.fixture
def watch(services: Services) -> Callable[[], WatchTermsDocument]:
    """One run over the pages of the pack, without pauses between requests."""
    return lambda: watch_terms(services, ["acme"], fetcher=lambda: Fetcher("1", pause=0))
