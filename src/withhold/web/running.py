"""Running the use cases: in a thread, on a state opened for the occasion; failures are told as they are."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from withhold.app.failures import describe
from withhold.app.ui import Desk, Notes
from withhold.support import messages
from withhold.support.errors import WithholdError
from withhold.support.messages import _
from withhold.web.render import go, page
from withhold.web.sessions import Flash, session_of

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_MOST_FIELDS = 20


def shown(look: Callable[[Request, Any], Response]) -> Endpoint:
    """An endpoint that looks at the state. What goes wrong becomes a page that says so."""

    @functools.wraps(look)
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_look, request, look)

    return endpoint


def _look(request: Request, look: Callable[[Request, Any], Response]) -> Response:
    desk: Desk = request.app.state.desk
    with messages.using(session_of(request).language):
        try:
            with desk.open() as services:
                return look(request, services)
        except WithholdError as problem:
            return page(request, "problem.html", 404, problem=problem)


def done(back: str) -> Callable[[Callable[[Any, dict[str, str]], Flash]], Endpoint]:
    """An endpoint that does what a form asks for, and goes on to ``back`` (or where the form came from)."""

    def wrap(act: Callable[[Any, dict[str, str]], Flash]) -> Endpoint:
        @functools.wraps(act)
        async def endpoint(request: Request) -> Response:
            form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
            fields = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
            return await run_in_threadpool(_act, request, act, fields, back)

        return endpoint

    return wrap


def _act(
    request: Request, act: Callable[[Any, dict[str, str]], Flash], fields: dict[str, str], back: str
) -> Response:
    """Do it; a refusal is told above the form, which keeps what was typed."""
    desk: Desk = request.app.state.desk
    session = session_of(request)
    notes = Notes()
    target = _own_path(fields.pop("back", ""), back)
    with messages.using(session.language):
        try:
            with desk.open(stamps=True, progress=notes) as services:
                flash = act(services, fields)
            flash = Flash(flash.tone, flash.title, (*flash.lines, *notes.lines), flash.next_step)
        except (WithholdError, OSError) as problem:
            _code, _exit, message, next_step = describe(problem)
            session.values = fields
            flash = Flash("bad", _("That did not work."), (message,), next_step)
        return go(request, target, flash)


def _own_path(asked: str, otherwise: str) -> str:
    """Where a form says to go on to, if that is a page of ours: never another site."""
    own = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked and asked.isprintable()
    return asked if own else otherwise
