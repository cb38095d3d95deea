"""Pages from templates, with what every page shows."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from withhold.lab.state import Account
from withhold.lab.web.site import session_of, site_of
from withhold.lab.web.switches import ABOUT, LABEL

_ENVIRONMENT = Environment(
    loader=PackageLoader("withhold.lab.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _shown(instant: datetime | None) -> str:
    return "–" if instant is None else f"{instant:%d %b %Y, %H:%M:%S} UTC"


_ENVIRONMENT.filters["shown"] = _shown
_ENVIRONMENT.globals.update(training_label=LABEL, training_about=ABOUT)


class NotSignedIn(HTTPException):
    """Leads to the front page."""

    def __init__(self) -> None:
        super().__init__(401, "sign in first")


def signed_in(request: Request) -> Account:
    """The account of the browser. Raises ``NotSignedIn``."""
    account = session_of(request).account
    if account is None:
        raise NotSignedIn
    return site_of(request).lab.account(account)


def page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    site, session = site_of(request), session_of(request)
    account = site.lab.accounts.get(session.account or "")
    text = _ENVIRONMENT.get_template(template).render(
        lab=site.lab,
        terms=site.lab.terms,
        site=site,
        csrf=session.csrf,
        csrf_field=lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(session.csrf),
        account=account,
        path=request.url.path,
        **{"terms_dialog": None, "language": "en", "direction": "ltr", **shown},
    )
    return HTMLResponse(text, status)


def go(path: str) -> RedirectResponse:
    """After a form was sent: on to a page that can be reloaded."""
    return RedirectResponse(path, 303)


def terms_dialog(request: Request) -> str | None:
    """Whether the updated terms stand in front of a page: ``grace`` can be put off, ``binding`` cannot."""
    site, session = site_of(request), session_of(request)
    if session.account is None or not site.lab.may_accept(session.account):
        return None
    if site.lab.must_accept(session.account):
        return "binding"
    return None if session.not_now else "grace"
