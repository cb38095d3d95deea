"""A saved page as MHTML (RFC 2557): one multipart/related message, the page first."""

import base64
import quopri
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from hashlib import sha256

from withhold.model.web import PagePart

_TEXT = ("text/", "image/svg")


def write_mhtml(parts: Sequence[PagePart], *, title: str, at: datetime) -> bytes:
    """The message. Raises ``ValueError`` without a part. Browsers open it without running scripts."""
    if not parts:
        raise ValueError("a saved page of nothing")
    boundary = f"----withhold-{sha256(b''.join(part.data for part in parts)).hexdigest()[:40]}"
    head = [
        "From: <Saved by withhold>",
        f"Snapshot-Content-Location: {_line(parts[0].location)}",
        f"Subject: {Header(_line(title), 'utf-8').encode(linesep='')}",
        f"Date: {format_datetime(at)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="{boundary}"',
    ]
    body = b"".join(b"\r\n--" + boundary.encode() + b"\r\n" + _part(part) for part in parts)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body + b"\r\n--" + boundary.encode() + b"--\r\n"


def _part(part: PagePart) -> bytes:
    text = part.media_type.startswith(_TEXT)
    data = quopri.encodestring(part.data) if text else base64.encodebytes(part.data)
    head = [
        f"Content-Type: {part.media_type}",
        f"Content-Transfer-Encoding: {'quoted-printable' if text else 'base64'}",
    ]
    if part.location.startswith("cid:"):
        head.append(f"Content-ID: <{_line(part.location[4:])}>")
    head.append(f"Content-Location: {_line(part.location)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _line(value: str) -> str:
    return " ".join(value.split())
