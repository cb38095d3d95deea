"""The provider's own side: the clock, terms, training runs, retention, flags. Nobody signs in here."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from withhold.lab.errors import NotOffered
from withhold.lab.retention import stored
from withhold.lab.terms import Span
from withhold.lab.web.deleting import DELETINGS
from withhold.lab.web.guard import fields
from withhold.lab.web.render import go, page
from withhold.lab.web.site import Site, site_of
from withhold.lab.web.switches import VARIANTS
from withhold.lab.web.wording import LANGUAGES, WORDINGS

T = TypeVar("T")

STEPS = {"P1D": "1 day", "P30D": "30 days", "P1Y": "1 year", "P5Y": "5 years"}
_MOST_EVENTS = 300


async def overview(request: Request) -> Response:
    lab = site_of(request).lab
    kept = [c for c in lab.conversations.values() if stored(c, lab.now, lab.terms.keep)]
    return page(
        request,
        "admin.html",
        steps=STEPS,
        variants=VARIANTS.values(),
        wordings=WORDINGS.values(),
        languages=LANGUAGES,
        stored=kept,
        deletings=DELETINGS.values(),
        deleted=[c for c in kept if c.deleted_at is not None],
    )


async def run(request: Request) -> Response:
    found = site_of(request).lab.runs.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404, "there is no such run")
    return page(request, "run.html", run=found)


async def log(request: Request) -> Response:
    lab = site_of(request).lab
    return page(request, "log.html", events=lab.events[: -_MOST_EVENTS - 1 : -1], total=len(lab.events))


async def act(request: Request) -> Response:
    given, name = await fields(request), request.path_params["act"]
    if name not in ACTS:
        raise HTTPException(404, "there is no such act")
    ACTS[name](site_of(request), given)
    return go("/admin")


def _clock(site: Site, given: Mapping[str, str]) -> None:
    """By a step, or to an instant in UTC."""
    if given.get("by"):
        site.lab.advance(_read(Span.parse, given["by"]).after(site.lab.now))
    else:
        site.lab.advance(_read(datetime.fromisoformat, given.get("to", "")).replace(tzinfo=UTC))


def _read(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as problem:
        raise NotOffered(f"cannot read {text!r}") from problem


def _offer(site: Site, _given: Mapping[str, str]) -> None:
    site.lab.advance(site.lab.terms.new_terms_from)


def _bind(site: Site, _given: Mapping[str, str]) -> None:
    site.lab.advance(site.lab.terms.binding_from)


def _retention(site: Site, _given: Mapping[str, str]) -> None:
    site.lab.advance(site.tick())


def _update(site: Site, given: Mapping[str, str]) -> None:
    site.lab.publish_terms_update(site.tick(), flip="flip" in given)


def _start_run(site: Site, given: Mapping[str, str]) -> None:
    name = given.get("name", "").strip() or f"run-{len(site.lab.runs) + 1}"
    site.lab.run_training(name, site.tick())


def _finish_run(site: Site, given: Mapping[str, str]) -> None:
    site.lab.finish_run(given.get("name", ""), site.tick())


def _flag(site: Site, given: Mapping[str, str]) -> None:
    site.lab.flag_safety(given.get("conversation", ""), site.tick())


def _bring_back(site: Site, given: Mapping[str, str]) -> None:
    site.lab.bring_back(given.get("conversation", ""), site.tick())


def _deleting(site: Site, given: Mapping[str, str]) -> None:
    site.choose_deleting(given.get("name", ""))


def _variant(site: Site, given: Mapping[str, str]) -> None:
    site.choose_variant(given.get("name", ""))
    site.choose_wording(given.get("wording") or site.wording.name)
    site.choose_language(given.get("language") or site.language)


ACTS: Mapping[str, Callable[[Site, Mapping[str, str]], None]] = {
    "clock": _clock,
    "offer-terms": _offer,
    "bind-terms": _bind,
    "retention": _retention,
    "update": _update,
    "start-run": _start_run,
    "finish-run": _finish_run,
    "flag": _flag,
    "variant": _variant,
    "bring-back": _bring_back,
    "deleting": _deleting,
}

routes = [
    Route("/admin", overview),
    Route("/admin/log", log),
    Route("/admin/runs/{name:path}", run),
    Route("/admin/{act}", act, methods=["POST"]),
]
