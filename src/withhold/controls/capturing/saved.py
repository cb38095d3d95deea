"""A page saved whole (MHTML), built anew from the masked document with the styles and pictures it uses."""

import email
import email.policy
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from withhold.controls.capturing.dom import Document
from withhold.controls.capturing.markup import Markup
from withhold.controls.capturing.masker import Masker
from withhold.controls.capturing.plan import Plan
from withhold.controls.capturing.styles import masked_style
from withhold.model.web import PagePart

_PICTURES = ("image/", "font/")


def parts(
    plans: Sequence[tuple[object, Plan]], raw: str | None, masker: Masker, where: str
) -> list[PagePart]:
    """The parts of the saved page. ``raw`` is Chromium's own, of which only styles and pictures are used.

    Frames of other processes are left out: nothing ties their place in this page to their document.
    """
    _, made = plans[0]
    numbered = {id(part): number for number, part in enumerate(made.document.inner())}

    def address(document: Document) -> str:
        return f"cid:frame-{numbered[id(document)]}@withhold"

    writers = [(part, Markup(made, masker, where, address)) for part in made.document.inner()]
    pages = [(part, writer, writer.page(part)) for part, writer in writers]
    resources = list(_resources(raw, {a for _, w, _ in pages for a in w.addresses}, masker, where))
    styles = [r.location for r in resources if r.media_type == "text/css" and r.location.startswith("cid:")]
    top = made.document
    return [
        PagePart(
            masker.url(top.url, where) if part is top else address(part),
            "text/html",
            _linked(page, styles).encode("utf-8", "replace"),
        )
        for part, _, page in pages
    ] + resources


def _resources(raw: str | None, used: set[str], masker: Masker, where: str) -> Iterator[PagePart]:
    for part in _leaves(raw):
        location, kind = str(part["Content-Location"] or ""), part.get_content_type()
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or kind == "text/html":
            continue
        if kind == "text/css":
            text = masked_style(data.decode("utf-8", "replace"), masker, where)
            yield PagePart(_address(location, masker, where), kind, text.encode())
        elif kind.startswith(_PICTURES) and location in used and kind != "image/svg+xml":
            yield PagePart(_address(location, masker, where), kind, data)
        else:
            masker.count("resource left out", where)


def _leaves(raw: str | None) -> list[EmailMessage]:
    if not raw:
        return []
    message = email.message_from_string(raw, policy=email.policy.default)
    return [part for part in message.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]


def _address(location: str, masker: Masker, where: str) -> str:
    return location if location.startswith("cid:") else masker.url(location, where)


def _linked(page: str, styles: Sequence[str]) -> str:
    """Styles that scripts made live in no node; they are linked at the end of the head."""
    links = "".join(f'<link rel="stylesheet" href="{address}">' for address in styles)
    return page.replace("</head>", f"{links}</head>", 1)
