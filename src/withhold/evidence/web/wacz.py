"""A WACZ 1.1.1 around one WARC: index, pages, and a data package that names every file's SHA-256."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from withhold.evidence.web.warc import Place, write_warc
from withhold.model.web import ArchivedPage, Exchange

VERSION = "1.1.1"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Times of ZIP entries carry no zone and are no evidence; the package says when it was made."""


def write_wacz(exchanges: Sequence[Exchange], pages: Sequence[ArchivedPage], *, software: str) -> bytes:
    """The archive. Its times are those of the exchanges, so the same exchanges give the same index."""
    if not exchanges:
        raise ValueError("an archive of nothing")
    at = max(exchange.at for exchange in exchanges)
    warc, places = write_warc(exchanges, software=software, at=at)
    files = {
        "archive/data.warc.gz": warc,
        "indexes/index.cdx": _index(places),
        "pages/pages.jsonl": _pages(pages),
    }
    package = _package(files, pages, software, at)
    digest = _json({"path": "datapackage.json", "hash": _hash(package)}, indent=2)
    return _zip({**files, "datapackage.json": package, "datapackage-digest.json": digest})


def surt(url: str) -> str:
    """The sort-friendly form of an address: ``org,example)/path?query``, folded to lower case."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    numeric = host.replace(".", "").isdigit() or ":" in host
    key = host if numeric else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port and parts.port not in {80, 443} else ""
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    return f"{key}{port}){parts.path or '/'}{query}".casefold()


def _index(places: Sequence[Place]) -> bytes:
    return "".join(sorted(map(_index_line, places))).encode()


def _index_line(place: Place) -> str:
    exchange = place.exchange
    fields = {
        "url": exchange.url,
        "mime": _mime(exchange),
        "status": str(exchange.status),
        "digest": place.payload_digest,
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": "data.warc.gz",
        "recordDigest": place.record_digest,
        **({} if exchange.method == "GET" else {"method": exchange.method}),
    }
    stamp = exchange.at.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
    key = surt(exchange.url)
    if exchange.method != "GET":
        joint = "&" if "?" in key else "?"
        key += f"{joint}__wb_method={exchange.method.casefold()}"
    return f"{key} {stamp} {json.dumps(fields)}\n"


def _mime(exchange: Exchange) -> str:
    told = next((v for k, v in exchange.response_headers if k.casefold() == "content-type"), "")
    return told.partition(";")[0].strip() or "unk"


def _pages(pages: Sequence[ArchivedPage]) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages of this record"}
    rows = [
        {
            "id": uuid5(NAMESPACE_URL, f"{page.url} {page.at.isoformat()}").hex,
            "url": page.url,
            "ts": _stamp(page.at),
            "title": page.title,
        }
        for page in pages
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [head, *rows]).encode()


def _package(files: Mapping[str, bytes], pages: Sequence[ArchivedPage], software: str, at: datetime) -> bytes:
    first = {"mainPageUrl": pages[0].url, "mainPageDate": _stamp(pages[0].at)} if pages else {}
    resources = [
        {"name": path.rpartition("/")[2].casefold(), "path": path, "hash": _hash(data), "bytes": len(data)}
        for path, data in files.items()
    ]
    told = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "created": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": software,
        **first,
        "resources": resources,
    }
    return _json(told, indent=2)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _hash(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def _json(value: object, *, indent: int) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for path, data in files.items():
            entry = ZipInfo(path, _EPOCH)
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data)
    return out.getvalue()
