"""Signing up, signing in, and the terms."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from withhold.lab.errors import NotOffered
from withhold.lab.web.guard import fields
from withhold.lab.web.render import go, page, signed_in
from withhold.lab.web.site import SignUp, session_of, site_of


async def front(request: Request) -> Response:
    return go("/chats") if session_of(request).account else page(request, "front.html")


async def sign_up(request: Request) -> Response:
    """Consumer tiers go on to the consent screen once the new terms are out; the others are done."""
    given, site = await fields(request), site_of(request)
    wanted = SignUp(given.get("name", "").strip(), given.get("email", "").strip(), given.get("tier", ""))
    if not wanted.name or "@" not in wanted.email:
        raise NotOffered("a name and an e-mail address are needed")
    if site.lab.account_by_email(wanted.email) is not None:
        raise NotOffered(f"{wanted.email} has an account already", next_step="sign in with it")
    if wanted.tier in site.lab.terms.consumer and site.lab.now >= site.lab.terms.new_terms_from:
        session_of(request).pending = wanted
        return go("/signup/terms")
    return _join(request, wanted, sharing=False)


async def sign_up_terms(request: Request) -> Response:
    pending = session_of(request).pending
    if pending is None:
        return go("/")
    if request.method == "GET":
        return page(request, "signup_terms.html", pending=pending)
    given = await fields(request)
    return _join(request, pending, sharing="sharing" in given)


def _join(request: Request, wanted: SignUp, *, sharing: bool) -> Response:
    site = site_of(request)
    account = site.lab.create_account(
        wanted.tier, site.tick(), sharing=sharing, email=wanted.email, label=wanted.name
    )
    site.sessions.sign_in(session_of(request), account)
    return go("/chats")


async def sign_in(request: Request) -> Response:
    given, site = await fields(request), site_of(request)
    found = site.lab.account_by_email(given.get("email", ""))
    if found is None:
        raise NotOffered("no account has this e-mail address", next_step="sign up")
    site.sessions.sign_in(session_of(request), found.id)
    return go("/chats")


async def sign_out(request: Request) -> Response:
    await fields(request)
    site_of(request).sessions.end(session_of(request))
    return go("/")


async def accept(request: Request) -> Response:
    given, site = await fields(request), site_of(request)
    site.lab.accept_terms(signed_in(request).id, "sharing" in given, site.tick())
    return go("/chats")


async def later(request: Request) -> Response:
    await fields(request)
    signed_in(request)
    session_of(request).not_now = True
    return go("/chats")


routes = [
    Route("/", front),
    Route("/signup", sign_up, methods=["POST"]),
    Route("/signup/terms", sign_up_terms, methods=["GET", "POST"]),
    Route("/signin", sign_in, methods=["POST"]),
    Route("/signout", sign_out, methods=["POST"]),
    Route("/terms", accept, methods=["POST"]),
    Route("/terms/later", later, methods=["POST"]),
]
