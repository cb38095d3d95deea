"""What can be looked at. Nothing here changes anything."""

from typing import Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from withhold.app import ui
from withhold.web.guard import COOKIE
from withhold.web.render import gate_of, page
from withhold.web.running import shown

PER_PAGE = 25


async def enter(request: Request) -> Response:
    """The token of the address for the cookie, and on to a page whose address holds no secret."""
    gate = gate_of(request)
    cookie = gate.enter(request.query_params.get("token", ""))
    if cookie is None:
        return PlainTextResponse(
            "This address has let a browser in already, or is not complete. Run 'withhold ui' again.", 403
        )
    answer = RedirectResponse(f"{gate.base}/", 303)
    answer.set_cookie(COOKIE, cookie, path=gate.base, httponly=True, samesite="strict")
    return answer


@shown
def overview(request: Request, services: Any) -> Response:
    return page(request, "overview.html", overview=ui.overview(services))


@shown
def exposure(request: Request, services: Any) -> Response:
    found = ui.exposure_over_time(services)
    picture = None if found.picture is None else Markup(found.picture)  # noqa: S704 - made and escaped by us
    return page(request, "exposure.html", found=found, picture=picture)


@shown
def evidence(request: Request, services: Any) -> Response:
    from withhold.app.evidence.checking import list_evidence

    listed = list_evidence(services)
    rows = tuple(reversed(listed.records))
    number = max(int(request.query_params.get("page", "1") or 1), 1) if _is_number(request) else 1
    last = max((len(rows) + PER_PAGE - 1) // PER_PAGE, 1)
    number = min(number, last)
    return page(
        request,
        "evidence.html",
        rows=rows[(number - 1) * PER_PAGE : number * PER_PAGE],
        count=len(rows),
        unstamped=sum(row.stamped == "unstamped" for row in rows),
        number=number,
        last=last,
        pictures=ui.PICTURES,
    )


def _is_number(request: Request) -> bool:
    return request.query_params.get("page", "1").isdecimal()


@shown
def record(request: Request, services: Any) -> Response:
    return page(request, "record.html", shown=ui.record(services, request.path_params["id"]))


@shown
def guide(request: Request, services: Any) -> Response:
    asked = request.query_params
    found = ui.guide_to(services, request.path_params["provider"], asked.get("control"), asked.get("account"))
    return page(request, "guide.html", guide=found)


@shown
def add(request: Request, services: Any) -> Response:
    return page(request, "add.html", overview=ui.overview(services))


async def artifact(request: Request) -> Response:
    """A file of a record: pictures to be looked at, all else to be saved, never run or shown."""
    desk: ui.Desk = request.app.state.desk
    data = await run_in_threadpool(_bytes_of, desk, request.path_params["id"], request.path_params["name"])
    kind, content = data
    if kind in ui.PICTURES:
        return Response(content, media_type=kind)
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in request.path_params["name"])
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-security-policy": "sandbox"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _bytes_of(desk: ui.Desk, record_id: str, name: str) -> tuple[str, bytes]:
    with desk.open() as services:
        return ui.artifact(services, record_id, name)


routes = [
    Route("/enter", enter),
    Route("/", overview),
    Route("/exposure", exposure),
    Route("/evidence", evidence),
    Route("/evidence/{id}", record),
    Route("/evidence/{id}/{name:path}", artifact),
    Route("/guide/{provider}", guide),
    Route("/add", add),
]
