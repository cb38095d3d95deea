"""Listing the controls of a page without touching one: no click, no key, nothing opened or scrolled."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from withhold.controls.driver import BrowserError, Page
from withhold.controls.finder.found import Found
from withhold.controls.finder.sight import sight
from withhold.controls.lens import Lens
from withhold.controls.settle import Patience, Rest, load, watch_timers
from withhold.controls.traffic import Traffic
from withhold.model.control import Reading
from withhold.model.ports import Clock
from withhold.model.terms import Control
from withhold.model.words import ControlState

_UNREACHED = "the page could not be read: {}"


@dataclass(frozen=True, slots=True)
class Listed:
    """One control, or one choice of several. Sizes in CSS px, of what a person sees of it."""

    reading: Reading
    width: float
    height: float
    preset: bool | None
    """Whether it was on as the page came, before anybody touched it; ``None`` where it cannot be told."""
    shown: bool


@dataclass(frozen=True, slots=True)
class Inspected:
    """``loaded`` is false where the page did not come to rest: then states may be those of a moment."""

    controls: tuple[Listed, ...]
    loaded: bool
    notes: tuple[str, ...] = field(default=())


def inspect_page(
    page: Page,
    url: str,
    controls: Sequence[Control] = (),
    *,
    clock: Clock,
    patience: Patience | None = None,
) -> Inspected:
    """Load ``url`` and list every control, likeliest about training first. Changes nothing."""
    patience = patience or Patience()
    lens = Lens(page)
    with closing(lens), closing(Traffic(page)) as traffic:
        try:
            watch_timers(page)
            status, rest = load(page, url, traffic, patience, least=patience.claim)
            found = sight(lens, controls, rest=rest, status=status).found
        except BrowserError as problem:
            return Inspected((), loaded=False, notes=(_UNREACHED.format(problem.message.splitlines()[0]),))
    ranked = sorted(found, key=lambda f: -f.sense.topic)
    listed = tuple(row for each in ranked for row in _listed(each, clock))
    notes = () if status is None or status < 400 else (f"the page was answered with {status}",)
    return Inspected(listed, loaded=rest is not Rest.LOADING, notes=notes)


def _listed(found: Found, clock: Clock) -> tuple[Listed, ...]:
    things = [o.thing or found.thing for o in found.options] or [found.thing]
    return tuple(
        Listed(
            reading=reading,
            width=round(thing.facts.box[2], 1),
            height=round(thing.facts.box[3], 1),
            preset=None if reading.state is ControlState.UNKNOWN else reading.state is ControlState.ON,
            shown=thing.facts.shown,
        )
        for thing, reading in zip(things, found.readings(clock()), strict=True)
    )
