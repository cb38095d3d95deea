"""Documents on their way out."""

import sys

from msgspec import Struct

from withhold.report.documents import ErrorDocument
from withhold.report.json_out import encode, encode_row


def json_bytes(document: Struct) -> bytes:
    """One JSON document."""
    return encode(document)


def json_line(row: Struct) -> bytes:
    """One row of JSON Lines."""
    return encode_row(row)


def sarif_bytes(document: Struct) -> bytes:
    """A scan as SARIF."""
    from withhold.report.documents import ScanDocument
    from withhold.report.sarif import sarif

    assert isinstance(document, ScanDocument)  # noqa: S101 - its only caller hands over a scan
    return sarif(document)


def error_json(code: str, message: str, next_step: str | None) -> bytes:
    """The document of a failure."""
    return encode(ErrorDocument(code=code, message=message, next=next_step))


def print_text(document: Struct) -> None:
    """Print for people on stdout; colours only on a terminal that wants them."""
    from withhold.report.render import print_document
    from withhold.report.text.base import Speaking

    print_document(document, Speaking(file=sys.stdout, highlight=False, markup=False, emoji=False))
