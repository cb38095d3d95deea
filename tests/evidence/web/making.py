"""Exchanges and files for the tests of containers."""

import struct
import zlib
from datetime import UTC, datetime, timedelta

from withhold.model.web import ArchivedPage, Exchange

AT = datetime(2025, 10, 1, 9, 30, tzinfo=UTC)
URL = "https://provider.example/settings/privacy"


def exchange(
    number: int = 0,
    *,
    url: str = URL,
    body: bytes | None = b"<!doctype html><p>Settings",
    status: int | None = 200,
    method: str = "GET",
) -> Exchange:
    return Exchange(
        at=AT + timedelta(seconds=number),
        method=method,
        url=url,
        request_headers=(("Accept", "text/html"), ("Cookie", "id=[masked:cookie:0123456789ab]")),
        status=status,
        reason="OK",
        response_headers=(("Content-Type", "text/html; charset=utf-8"),),
        request_body=b'{"training": false}' if method != "GET" else None,
        response_body=body,
        ip="192.0.2.7",
    )


def page() -> ArchivedPage:
    return ArchivedPage(URL, "Privacy", AT)


def png(width: int = 2, height: int = 1) -> bytes:
    """A real, tiny PNG; with other sizes its header alone tells them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0\0\0")), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
