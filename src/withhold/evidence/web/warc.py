"""A gzipped WARC 1.1 of masked exchanges, and where each record lies in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from withhold.model.web import Exchange, Headers

FORMAT = "WARC/1.1"
CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
MASKED = (
    "bodies and headers are masked copies: secrets and personal text are markers like [masked:kind:digest]; "
    "Content-Length fits the stored body; content and transfer encodings were taken off by the browser"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer to an exchange lies: ``offset`` and ``length`` of its gzip member, in bytes."""

    exchange: Exchange
    offset: int
    length: int
    payload_digest: str
    record_digest: str


def write_warc(
    exchanges: Sequence[Exchange], *, software: str, at: datetime
) -> tuple[bytes, tuple[Place, ...]]:
    """The WARC and the places of the answers. Requests without an answer are kept as requests."""
    from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=FORMAT)
    info = {
        "software": software,
        "format": "WARC File Format 1.1",
        "conformsTo": CONFORMS_TO,
        "description": MASKED,
    }
    writer.write_record(_dated(writer.create_warcinfo_record("data.warc.gz", info), at))
    places = []
    for exchange in exchanges:
        request = _request(writer, exchange)
        if exchange.status is None:
            writer.write_record(request)
            continue
        response = _response(writer, exchange)
        begin = out.tell()
        writer.write_request_response_pair(request, response)
        places.append(_place(exchange, out.getvalue(), begin))
    return out.getvalue(), tuple(places)


def warc_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _request(writer: Any, exchange: Exchange) -> Any:
    from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]

    line = f"{exchange.method} {_target(exchange.url)} {exchange.protocol}"
    headers = StatusAndHeaders(
        line, _http(exchange.request_headers, exchange.request_body), is_http_request=True
    )
    return _record(writer, exchange, "request", exchange.request_body, headers)


def _response(writer: Any, exchange: Exchange) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    line = f"{exchange.status} {exchange.reason}".strip()
    headers = StatusAndHeaders(
        line, _http(exchange.response_headers, exchange.response_body), exchange.protocol
    )
    return _record(writer, exchange, "response", exchange.response_body, headers)


def _record(writer: Any, exchange: Exchange, kind: str, body: bytes | None, http: Any) -> Any:
    fields = {"WARC-Date": warc_time(exchange.at)}
    if exchange.ip and kind == "response":
        fields["WARC-IP-Address"] = exchange.ip.strip("[]")
    return writer.create_warc_record(
        exchange.url,
        kind,
        payload=BytesIO(body or b""),
        length=len(body or b""),
        warc_headers_dict=fields,
        http_headers=http,
    )


def _dated(record: Any, at: datetime) -> Any:
    record.rec_headers.replace_header("WARC-Date", warc_time(at))
    return record


def _http(headers: Headers, body: bytes | None) -> list[tuple[str, str]]:
    told = [(name, " ".join(value.split())) for name, value in headers]
    return [*told, ("Content-Length", str(len(body)))] if body else told


def _target(url: str) -> str:
    path = url.partition("://")[2].partition("/")
    return f"/{path[2].partition('#')[0]}"


def _place(exchange: Exchange, data: bytes, begin: int) -> Place:
    """The answer is the first of the two gzip members that begin at ``begin``."""
    import zlib

    inflate = zlib.decompressobj(31)
    plain = inflate.decompress(data[begin:])
    member = len(data) - begin - len(inflate.unused_data)
    return Place(
        exchange=exchange,
        offset=begin,
        length=member,
        payload_digest=f"sha256:{sha256(exchange.response_body or b'').hexdigest()}",
        record_digest=f"sha256:{sha256(plain).hexdigest()}",
    )
