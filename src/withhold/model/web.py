"""What passed between a browser and a site, and a page as saved: values that are masked by now."""

from dataclasses import dataclass, field
from datetime import datetime

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they are to be kept: secrets and personal text are markers by now.

    ``status`` is ``None`` for a request that was not answered. Bodies are decoded (no content encoding);
    ``None`` where there is none or where it is not kept.
    """

    at: datetime
    method: str
    url: str
    request_headers: Headers
    status: int | None
    reason: str
    response_headers: Headers
    request_body: bytes | None = field(default=None, repr=False)
    response_body: bytes | None = field(default=None, repr=False)
    ip: str | None = None
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page that an archive is about: ``title`` is masked already."""

    url: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PagePart:
    """One part of a saved page. ``location`` is an address or a ``cid:``; the first part is the page."""

    location: str
    media_type: str
    data: bytes = field(repr=False)
