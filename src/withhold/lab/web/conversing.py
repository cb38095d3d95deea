"""Chats and coding sessions."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from withhold.lab.errors import Gone
from withhold.lab.state import Conversation
from withhold.lab.web.guard import fields
from withhold.lab.web.render import go, page, signed_in, terms_dialog
from withhold.lab.web.site import site_of

THUMBS = ("thumbs_up", "thumbs_down")


async def chats(request: Request) -> Response:
    return _history(request, "chat")


async def sessions(request: Request) -> Response:
    return _history(request, "coding")


def _history(request: Request, kind: str) -> Response:
    site = site_of(request)
    site.catch_up()
    mine = site.lab.visible(signed_in(request).id)
    shown = (c for c in mine if c.kind == kind and c.id not in site.archived)
    listed = sorted(shown, key=lambda c: c.last_at, reverse=True)
    return page(request, "history.html", kind=kind, conversations=listed, terms_dialog=terms_dialog(request))


async def new(request: Request) -> Response:
    """The empty page of a new chat (``?incognito=1``) or coding session."""
    signed_in(request)
    kind = "coding" if request.url.path.startswith("/code") else "chat"
    incognito = kind == "chat" and request.query_params.get("incognito") == "1"
    return page(request, "new.html", kind=kind, incognito=incognito, terms_dialog=terms_dialog(request))


async def start(request: Request) -> Response:
    given, site = await fields(request), site_of(request)
    conversation = site.lab.start_conversation(
        signed_in(request).id,
        given.get("kind", ""),
        site.tick(),
        incognito="incognito" in given,
        text=given.get("text", "").strip() or "Hello",
        project=given.get("project", "").strip() or None,
    )
    return go(f"/conversations/{conversation}")


def _mine(request: Request) -> Conversation:
    """The conversation of the address, if it is there and this account's; other people's are not there."""
    account = signed_in(request).id
    site_of(request).catch_up()
    found = site_of(request).lab.conversations.get(request.path_params["conversation"])
    if found is None or found.account != account or not found.visible:
        raise Gone("there is no such conversation")
    return found


async def show(request: Request) -> Response:
    conversation = _mine(request)
    template = "coding.html" if conversation.kind == "coding" else "chat.html"
    given = {copy.messages[-1].id: copy.kind for copy in conversation.copies if copy.basis == "feedback"}
    return page(request, template, conversation=conversation, given=given, terms_dialog=terms_dialog(request))


async def send(request: Request) -> Response:
    given, site, conversation = await fields(request), site_of(request), _mine(request)
    site.lab.send(conversation.id, site.tick(), given.get("text", "").strip() or "Go on")
    return go(f"/conversations/{conversation.id}#last")


async def rate(request: Request) -> Response:
    given, site, conversation = await fields(request), site_of(request), _mine(request)
    if given.get("kind") not in THUMBS:
        raise Gone("feedback is a thumb up or down")
    site.lab.give_feedback(conversation.id, site.tick(), given["kind"])
    return go(f"/conversations/{conversation.id}#last")


async def delete(request: Request) -> Response:
    """Asks first; the second click deletes."""
    conversation = _mine(request)
    if request.method == "GET":
        return page(request, "delete.html", conversation=conversation)
    await fields(request)
    site_of(request).delete(conversation.id)
    return go("/code" if conversation.kind == "coding" else "/chats")


routes = [
    Route("/chats", chats),
    Route("/chats/new", new),
    Route("/code", sessions),
    Route("/code/new", new),
    Route("/conversations", start, methods=["POST"]),
    Route("/conversations/{conversation}", show),
    Route("/conversations/{conversation}/messages", send, methods=["POST"]),
    Route("/conversations/{conversation}/feedback", rate, methods=["POST"]),
    Route("/conversations/{conversation}/delete", delete, methods=["GET", "POST"]),
]
