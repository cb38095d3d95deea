"""The application: routes under a random path, and the guard around them."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from withhold.app.failures import describe
from withhold.app.ui import Desk, picture_style
from withhold.web import actions, pages
from withhold.web.guard import Guard, policy
from withhold.web.sessions import Gate

_STATIC = Path(__file__).with_name("static")


def create_app(desk: Desk, gate: Gate, hosts: frozenset[str]) -> Starlette:
    """The app for one run. It has to be served on loopback, under the names in ``hosts``."""
    app = Starlette(
        routes=[
            Mount(
                gate.base,
                routes=[
                    Mount("/static", StaticFiles(directory=_STATIC)),
                    *actions.routes,
                    *pages.routes,
                ],
            )
        ],
        middleware=[Middleware(Guard, gate=gate, hosts=hosts, policy=policy(picture_style()))],
        exception_handlers={HTTPException: _failed, Exception: _unforeseen},
    )
    app.state.desk = desk
    app.state.gate = gate
    return app


async def _failed(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for this class
    return PlainTextResponse(f"{problem.detail}\n", problem.status_code)


async def _unforeseen(_request: Request, problem: Exception) -> Response:
    _code, _exit, message, next_step = describe(problem)
    return PlainTextResponse(f"{message}\nNext: {next_step}\n", 500)
