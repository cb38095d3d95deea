"""Gemini in Google Takeout: a log of single exchanges (My Activity), as a page in any language or as JSON.

The newest exchange stands first. A conversation is known only where the log links to it; the others are
grouped by pauses, which is a guess and is said to be one. What counts as a prompt is told by its verb; in
languages whose verbs are not known here, by the verbs at which answers stand. The rest is unrecognised.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from withhold.model.conversation import Unrecognised
from withhold.sources.drafts import Found, decoded, found_in, listed, part
from withhold.sources.gemini_exchanges import Exchange, Log
from withhold.sources.gemini_html import Cell, cell_of, cells_of, conversation_in, text_size
from withhold.sources.interface import (
    Claim,
    Damaged,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Notice,
    Options,
    Shape,
)
from withhold.sources.json_scanner import Raw
from withhold.sources.made_at import made_at
from withhold.sources.times import moment

PAGE, LOG, OTHER, GEMS = "activity page", "activity log", "activity in other products", "Gems"
_LINKED = ("name", "value", "url")
_GEMS = "gemini_gems"
_WRONG_PRODUCT = (
    "Takeout's product Gemini holds only Gems: the conversations are in its product My Activity, under "
    "Gemini Apps"
)
_CHUNK = 1 << 18
_OVERLAP = 400
_LINK = rb"gemini\.google\.com/app"
_NAME = rb"(?:Gemini|Bard)"
_IN_PAGE = re.compile(_LINK + rb"|header-cell[^<>]{0,200}>\s*<p[^<>]{0,200}>[^<>]{0,60}" + _NAME)
_IN_LOG = re.compile(_LINK + rb'|"header"\s*:\s*"[^"]{0,60}' + _NAME)
_PRODUCT = re.compile(r"gemini|\bbard\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|meta|body|div)\b", re.IGNORECASE)

Members = dict[str, msgspec.Raw]


class GeminiTakeout:
    """Reader of Gemini's activity in Google Takeout."""

    format = "gemini-takeout"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if any(_is_item(keys) for keys in shape.first):
            return Claim(entry, LOG if _holds(entry, _IN_LOG) else OTHER)
        if (
            shape.form == "other"
            and _MARKUP.match(shape.head)
            and _holds(entry, re.compile(rb"\bouter-cell\b"))
        ):
            return Claim(entry, PAGE if _holds(entry, _IN_PAGE) else OTHER)
        markup = shape.form == "other" and shape.head.startswith(b"<")
        return Claim(entry, GEMS) if markup and entry.name.startswith(_GEMS) else None

    def companion(self, entry: Entry) -> Claim | None:
        """The separate product "Gemini" of Takeout holds no conversations."""
        return Claim(entry, GEMS) if entry.name.startswith(_GEMS) else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        if all(claim.role == GEMS for claim in claims):
            yield Notice(_WRONG_PRODUCT, claims[0].entry.path)
        for claim in claims:
            if claim.role not in {PAGE, LOG}:
                yield KnownMember(claim.entry.path, claim.role)
                continue
            log = Log(claim.entry.path)
            found = _page(claim.entry, options) if claim.role == PAGE else _json(claim.entry, options)
            for one in found:
                if isinstance(one, Exchange):
                    log.add(one)
                else:
                    yield one
            yield from log.items()


def _is_item(keys: Members) -> bool:
    return {"header", "title", "time"} <= keys.keys() and bool({"products", "activityControls"} & keys.keys())


def _holds(entry: Entry, wanted: re.Pattern[bytes]) -> bool:
    stream = entry.open()
    window = b""
    try:
        while chunk := stream.read(_CHUNK):
            window = window[-_OVERLAP:] + chunk
            if wanted.search(window):
                return True
    except Damaged:
        return False  # told when the entry is read
    finally:
        stream.close()
    return False


def _page(entry: Entry, options: Options) -> Iterator[Exchange | Item]:
    number = -1
    for number, raw in enumerate(cells_of(entry, options.limits)):
        if isinstance(raw, Raw):
            yield _from_cell(cell_of(raw.data), number)
        else:
            yield Unrecognised(f"{entry.path}[{number}] at byte {raw.offset}", raw.reason)
    if number < 0:
        yield Unrecognised(entry.path, "holds no item: an empty activity page, or one that was cut")


def _from_cell(cell: Cell, number: int) -> Exchange:
    ours = bool(_PRODUCT.search(cell.product)) or cell.conversation is not None
    return Exchange(
        number=number,
        said=cell.said,
        asked=cell.asked,
        answer=cell.answer,
        when=cell.stamp,
        conversation=cell.conversation,
        ours=ours,
    )


def _json(entry: Entry, options: Options) -> Iterator[Exchange | Item]:
    for number, found in enumerate(found_in(entry, options.limits, mark=b'"header"', empty=False)):
        if not isinstance(found, Found):
            yield found
            continue
        row = decoded(found.data)
        if row is None or not isinstance(row.get("title"), str):
            yield Unrecognised(found.place, "is no item of an activity log: it has no title")
        else:
            yield _from_row(row, number)


def _from_row(row: dict[str, object], number: int) -> Exchange:
    said = str(row["title"])
    links = [row.get("titleUrl"), *(part(one, key) for one in listed(row.get("details")) for key in _LINKED)]
    conversation = next((one for link in links if (one := conversation_in(link))), None)
    named = [row.get("header"), *listed(row.get("products"))]
    ours = any(isinstance(one, str) and _PRODUCT.search(one) for one in named) or conversation is not None
    return Exchange(
        number=number,
        said=said,
        asked=len(said),
        answer=sum(map(_answer_size, listed(row.get("safeHtmlItem")))),
        when=moment(row.get("time")),
        conversation=conversation,
        ours=ours,
        files=len(listed(row.get("attachedFiles"))),
    )


def _answer_size(piece: object) -> int:
    markup = part(piece, "html")
    return text_size(markup) if isinstance(markup, str) else 0
