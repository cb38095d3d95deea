"""Files of anybody: told apart by their bytes, bounded, and never unpacked out of place."""

import gzip
import json
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.web.making import exchange, page, png
from withhold.evidence.web import opening
from withhold.evidence.web.kinds import kind_of
from withhold.evidence.web.wacz import write_wacz

WHOLE = write_wacz([exchange()], [page()], software="test")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (png(), "picture"),
        (b"%PDF-1.7\n", "document"),
        (b"<!DOCTYPE html><p>x", "page"),
        (b"<!--\n Page saved with SingleFile \n--><!doctype html>", "page"),
        (
            b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n",
            "saved page",
        ),
        (b"PK\x03\x04", "archive"),
        (b"WARC/1.1\r\n", "recording"),
        (b"MZ\x90", None),
        (b"plain text", None),
    ],
)
def test_a_file_is_told_by_its_bytes(data: bytes, name: str | None) -> None:
    """Names and endings decide nothing."""
    kind = kind_of(data)
    assert (kind.name if kind else None) == name


def test_pictures_are_measured_and_not_decoded() -> None:
    """A header that claims absurd sizes, or is cut off, is refused without decoding a pixel."""
    assert kind_of(png(640, 480)).pixels == (640, 480)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="pixels"):
        kind_of(png(2**31 - 1, 2**31 - 1))
    with pytest.raises(ValueError, match="cut off"):
        kind_of(png()[:20])


def test_singlefile_says_where_and_when() -> None:
    """The comment of SingleFile gives address and time with its zone."""
    page_ = b"""<!DOCTYPE html> <html><!--
 Page saved with SingleFile
 url: https://provider.example/settings
 saved date: Wed Oct 01 2025 11:30:00 GMT+0200 (Central European Summer Time)
--><p>x"""
    opened = opening.open_html(page_)
    assert opened.url == "https://provider.example/settings"
    assert opened.saved_at is not None
    assert opened.saved_at.isoformat() == "2025-10-01T09:30:00+00:00"


def archive(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"../datapackage.json": b"{}"}, "leads out"),
        ({"/etc/x": b"", "datapackage.json": b"{}"}, "leads out"),
        ({"datapackage.json": b"{}", "archive/a.warc": bytes(50_000_000)}, "thousandfold"),
        ({"datapackage.json": b"[]"}, "no JSON object"),
        ({"datapackage.json": b"[" * 100_000}, "no JSON"),
        ({"x": b""}, "no WACZ"),
        ({"datapackage.json": b"{}", "archive/a.warc.gz": gzip.compress(bytes(6_000_000), 9) * 100}, "swell"),
    ],
)
def test_hostile_archives_are_refused(files: dict[str, bytes], why: str) -> None:
    """Bombs, paths that lead out, and what is no WACZ."""
    with pytest.raises(ValueError, match=why):
        opening.open_wacz(archive(files))


def test_answers_that_swell_in_all_are_refused() -> None:
    """Each answer is packed once more inside the archive, and none by itself is too large."""
    body = gzip.compress(bytes(19_000_000), 9)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    one = (
        (
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n"
            b"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
            b"Content-Type: application/http; msgtype=response\r\n"
            b"Content-Length: %d\r\n\r\n" % len(head + body)
        )
        + head
        + body
        + b"\r\n\r\n"
    )
    assert len(next(opening.read_warc(one)).response_body or b"") == 19_000_000
    with pytest.raises(ValueError, match="answers would swell"):
        list(opening.read_warc(one * 12))
    half = archive({"datapackage.json": b"{}", "archive/a.warc": one * 6, "archive/b.warc": one * 6})
    with pytest.raises(ValueError, match="answers would swell"):
        opening.wacz_exchanges(half)


def test_an_archive_whose_hashes_are_wrong_says_so() -> None:
    """A changed page list is noted, and the archive is still taken in as what it is."""
    package = {"resources": [{"path": "pages/pages.jsonl", "hash": "sha256:" + "0" * 64}]}
    data = archive(
        {
            "datapackage.json": json.dumps(package).encode(),
            "pages/pages.jsonl": b'{"url": "https://a.example/"}',
        }
    )
    opened = opening.open_wacz(data)
    assert any("another hash" in note for note in opened.notes)


def test_an_entry_whose_header_is_longer_than_it_says_is_refused() -> None:
    """Its bytes would begin behind the end of the file: a bare ``EOFError`` of zipfile, told as a reason."""
    whole = bytearray(archive({"datapackage.json": b"{}"}))
    whole[28:30] = (len(whole) - 40).to_bytes(2, "little")
    with pytest.raises(ValueError, match="no readable archive"):
        opening.open_wacz(bytes(whole))


@given(st.data())
def test_no_damaged_archive_ends_in_anything_but_a_reason(data: st.DataObject) -> None:
    """Any flipped or cut bytes: a ``ValueError`` or an answer, never another error."""
    at = data.draw(st.integers(0, 1_000_000)) % len(WHOLE)
    changed = bytearray(WHOLE)
    changed[at] ^= data.draw(st.integers(1, 255))
    cut = bytes(changed[: data.draw(st.sampled_from([len(WHOLE), at]))])
    try:
        opening.open_wacz(cut)
    except ValueError:
        return
