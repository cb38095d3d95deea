"""The application: routes, the guard around them, and pages for what is refused."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from withhold.lab.errors import ChoiceNeeded, Gone, LabRefusal
from withhold.lab.web import admin, conversing, joining, settings
from withhold.lab.web.guard import Guard
from withhold.lab.web.render import NotSignedIn, go, page
from withhold.lab.web.site import Site

_STATIC = Path(__file__).with_name("static")


def create_app(site: Site) -> Starlette:
    """The web app of one lab. It has to be served on loopback; other host names are refused."""
    app = Starlette(
        routes=[
            *joining.routes,
            *conversing.routes,
            *settings.routes,
            *admin.routes,
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(Guard, sessions=site.sessions)],
        exception_handlers={LabRefusal: _refused, HTTPException: _failed},
    )
    app.state.site = site
    return app


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, LabRefusal)  # noqa: S101 - registered for this class
    if isinstance(problem, ChoiceNeeded):
        return go("/chats")
    status = 404 if isinstance(problem, Gone) else 409
    return _problem(request, status, problem.message, problem.next_step)


async def _failed(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for this class
    if isinstance(problem, NotSignedIn) and not request.url.path.startswith("/api/"):
        return go("/")
    return _problem(request, problem.status_code, problem.detail, None)


def _problem(request: Request, status: int, message: str, next_step: str | None) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message}, status)
    return page(request, "problem.html", status, message=message, next_step=next_step)
