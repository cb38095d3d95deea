"""Pages and archives that somebody else wrote, opened with bounds: nothing is unpacked to disk.

What is read is what the file says of itself: whoever made it could have written anything there.
"""

import email
import email.policy
import gzip
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from withhold.model.web import Exchange, PagePart

_MOST_ENTRIES = 20_000
_MOST_BYTES = 500_000_000
_WORST_RATIO = 1_000
_MOST_RECORDS = 50_000
LARGEST_FILE = 500_000_000
"""Bytes of a file that is taken in."""
_LARGEST_BODY = 20_000_000
_MOST_BODIES = 200_000_000
"""Bytes of all answers of an archive, unpacked: each may be packed once more inside the WARC."""
# What zipfile raises while it opens or reads damaged bytes: a member that ends early is a bare EOFError.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, NotImplementedError, RuntimeError, KeyError,
)  # fmt: skip
_SINGLEFILE = re.compile(r"Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\n]+)")
_JS_DATE = re.compile(r"\w{3} (\w{3} \d{1,2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file says: where the page was, when it was saved, and its HTML. ``notes`` says what failed."""

    url: str | None = None
    title: str | None = None
    saved_at: datetime | None = None
    html: str | None = None
    made_by: str | None = None
    notes: tuple[str, ...] = ()


def open_html(data: bytes) -> Opened:
    """A page as saved by a browser or by SingleFile, which says where and when."""
    text = data.decode("utf-8", "replace")
    told = _SINGLEFILE.search(text[:4000])
    if told is None:
        return Opened(html=text, notes=("the page does not say where and when it was saved",))
    return Opened(url=told[1], saved_at=_js_date(told[2]), html=text, made_by="SingleFile")


def open_mhtml(data: bytes) -> Opened:
    """A page saved as MHTML. Raises ``ValueError`` where it holds no page."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    page = next((part for part in parts_of(data) if part.media_type == "text/html"), None)
    if page is None:
        raise ValueError("it holds no page")
    return Opened(
        url=str(message["Snapshot-Content-Location"] or page.location) or None,
        title=str(message["Subject"] or "") or None,
        saved_at=_mail_date(str(message["Date"] or "")),
        html=page.data.decode("utf-8", "replace"),
        made_by=str(message["From"] or "").strip("<> ") or None,
    )


def parts_of(data: bytes) -> list[PagePart]:
    """The parts of an MHTML in their order."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    found = []
    for part in message.walk():
        content = part.get_payload(decode=True) if isinstance(part, EmailMessage) else None
        if isinstance(content, bytes) and not part.is_multipart():
            location = str(part["Content-Location"] or part["Content-ID"] or "")
            found.append(PagePart(location, part.get_content_type(), content))
    return found


def open_wacz(data: bytes) -> Opened:
    """A WACZ, its hashes checked. Raises ``ValueError`` for one that is none, or that would swell."""
    with _readable(), _zip(data) as archive:
        package = _object(archive.read("datapackage.json"))
        notes = list(_wrong_hashes(archive, package))
        pages = list(_page_rows(archive))
        first: dict[str, Any] = pages[0] if pages else {}
        url = str(package.get("mainPageUrl") or first.get("url") or "") or None
        at = _iso(str(package.get("mainPageDate") or first.get("ts") or ""))
        exchanges = _all(archive)
    documents = [e for e in exchanges if e.url == url and e.status == 200 and e.response_body]
    body = documents[-1].response_body if documents else None
    if body is None:
        notes.append("the archive holds no answer for its main page")
    return Opened(
        url=url,
        title=str(first.get("title") or "") or None,
        saved_at=at,
        html=None if body is None else body.decode("utf-8", "replace"),
        made_by=str(package.get("software") or "") or None,
        notes=tuple(notes),
    )


def wacz_exchanges(data: bytes) -> list[Exchange]:
    """All exchanges of a WACZ, in the order of its WARCs."""
    with _readable(), _zip(data) as archive:
        return _all(archive)


def _all(archive: zipfile.ZipFile) -> list[Exchange]:
    return list(_together(e for name in _warcs(archive) for e in read_warc(archive.read(name))))


def _together(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """The same, as long as their answers are not too much in all."""
    total = 0
    for exchange in exchanges:
        total += len(exchange.response_body or b"")
        if total > _MOST_BODIES:
            raise ValueError("its answers would swell to more than is taken in")
        yield exchange


def read_warc(data: bytes) -> Iterator[Exchange]:
    """The answered exchanges of a WARC. Raises ``ValueError`` for one that is none, or that would swell."""
    yield from _together(_answers(data))


def _answers(data: bytes) -> Iterator[Exchange]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

    _bounded(data)
    try:
        for number, record in enumerate(ArchiveIterator(BytesIO(data))):
            if number >= _MOST_RECORDS:
                raise ValueError(f"it holds more than {_MOST_RECORDS} records")
            if record.rec_type == "response" and record.http_headers is not None:
                yield _exchange(record)
    except (ArchiveLoadFailed, EOFError, OSError) as problem:
        raise ValueError(f"it is no readable WARC: {problem}") from problem


def _exchange(record: Any) -> Exchange:
    status = str(record.http_headers.get_statuscode() or "0")
    return Exchange(
        at=_iso(record.rec_headers.get_header("WARC-Date") or "") or datetime.fromtimestamp(0, UTC),
        method="GET",
        url=str(record.rec_headers.get_header("WARC-Target-URI")),
        request_headers=(),
        status=int(status) if status.isdigit() else 0,
        reason="",
        response_headers=tuple(record.http_headers.headers),
        response_body=record.content_stream().read(_LARGEST_BODY),
    )


@contextmanager
def _readable() -> Iterator[None]:
    """What a broken or encrypted archive raises, as one error."""
    try:
        yield
    except _BROKEN as problem:
        raise ValueError(f"it is no readable archive: {problem}") from problem


def _zip(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(BytesIO(data))
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise ValueError("it would swell to more than is taken in")
    if any(entry.file_size > _WORST_RATIO * max(entry.compress_size, 1_000) for entry in entries):
        raise ValueError("an entry would swell a thousandfold")
    if any(name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) for name in names):
        raise ValueError("an entry leads out of the archive")
    if len(set(names)) != len(names):
        raise ValueError("two entries have one name")
    if "datapackage.json" not in names:
        raise ValueError("it is a ZIP but no WACZ: it holds no datapackage.json")
    return archive


def _bounded(data: bytes) -> None:
    """Refuse a gzip that would swell beyond what is taken in, before anything reads it."""
    if not data.startswith(b"\x1f\x8b"):
        return
    total = 0
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
            while chunk := stream.read(1 << 20):
                total += len(chunk)
                if total > _MOST_BYTES:
                    raise ValueError("it would swell to more than is taken in")
    except (OSError, EOFError) as problem:
        raise ValueError(f"it is no readable gzip: {problem}") from problem


def _wrong_hashes(archive: zipfile.ZipFile, package: dict[str, Any]) -> Iterator[str]:
    held = set(archive.namelist())
    for resource in package.get("resources", ()):
        path, hash_ = str(resource.get("path")), str(resource.get("hash"))
        if path not in held:
            yield f"{path} is listed and missing"
        elif hash_.startswith("sha256:") and sha256(archive.read(path)).hexdigest() != hash_[7:]:
            yield f"{path} has another hash than the archive says"


def _page_rows(archive: zipfile.ZipFile) -> Iterator[dict[str, Any]]:
    if "pages/pages.jsonl" not in archive.namelist():
        return
    for line in archive.read("pages/pages.jsonl").splitlines()[:1000]:
        row = _object(line)
        if "url" in row:
            yield row


def _warcs(archive: zipfile.ZipFile) -> list[str]:
    return [n for n in archive.namelist() if n.startswith("archive/") and n.endswith((".warc", ".warc.gz"))]


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"a part of it is no JSON: {problem}") from problem
    if not isinstance(value, dict):
        raise ValueError("a part of it is no JSON object")
    return value


def _js_date(text: str) -> datetime | None:
    told = _JS_DATE.match(text.strip())
    if told is None:
        return _iso(text.strip())
    return datetime.strptime(f"{told[1]} {told[2]}", "%b %d %Y %H:%M:%S %z").astimezone(UTC)


def _mail_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
