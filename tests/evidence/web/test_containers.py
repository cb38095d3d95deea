"""WACZ, WARC and MHTML as others read them: each oracle is a program that is not ours."""

import email
import email.policy
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from tests.evidence.web.making import AT, URL, exchange, page
from withhold.evidence.web.mhtml import write_mhtml
from withhold.evidence.web.opening import open_mhtml, open_wacz, parts_of
from withhold.evidence.web.wacz import surt, write_wacz
from withhold.model.web import PagePart

ORACLES = Path(sys.executable).parent.parent / ".venv" / "oracles" / "bin"
ORACLES = ORACLES if ORACLES.is_dir() else Path(sys.prefix) / "oracles" / "bin"


def wacz() -> bytes:
    exchanges = [exchange(), exchange(1, url=f"{URL}/save", method="PATCH", body=b'{"training": false}')]
    return write_wacz([*exchanges, exchange(2, status=None)], [page()], software="test")


def test_the_reference_validator_accepts_an_archive(tmp_path: Path) -> None:
    """``wacz validate`` finds nothing wrong, and finds a flipped byte."""
    program = ORACLES / "wacz"
    if not program.is_file():
        pytest.skip("the program wacz is not set up here")
    good, bad = tmp_path / "good.wacz", tmp_path / "bad.wacz"
    data = wacz()
    good.write_bytes(data)
    at = data.index(b"Privacy")
    bad.write_bytes(data[:at] + b"q" + data[at + 1 :])
    assert "Validation succeeded" in _said(program, good)
    assert "Validation succeeded" not in _said(program, bad)


def _said(program: Path, file: Path) -> str:
    return subprocess.run(
        [program, "validate", "-f", file], capture_output=True, text=True, check=False
    ).stdout


def test_every_record_of_the_warc_has_a_right_digest(tmp_path: Path) -> None:
    """``warcio check`` passes, and request and answer refer to each other."""
    warc = tmp_path / "data.warc.gz"
    with zipfile.ZipFile(BytesIO(wacz())) as archive:
        warc.write_bytes(archive.read("archive/data.warc.gz"))
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", warc], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    with warc.open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "response", "request", "response", "request", "request"]


def test_the_index_leads_to_the_answers() -> None:
    """Each line of the index names the gzip member that holds its answer and nothing else."""
    import json

    with zipfile.ZipFile(BytesIO(wacz())) as archive:
        data, index = archive.read("archive/data.warc.gz"), archive.read("indexes/index.cdx").decode()
    lines = index.splitlines()
    assert lines == sorted(lines)
    for line in lines:
        told = json.loads(line.split(" ", 2)[2])
        begin = int(told["offset"])
        (record,) = ArchiveIterator(BytesIO(data[begin : begin + int(told["length"])]))
        assert record.rec_headers.get_header("WARC-Target-URI") == told["url"]
        assert record.http_headers.get_statuscode() == told["status"]


def test_an_archive_is_read_back() -> None:
    """What was written is read: address, time, title, and the page."""
    opened = open_wacz(wacz())
    assert (opened.url, opened.saved_at, opened.title, opened.notes) == (URL, AT, "Privacy", ())
    assert opened.html == "<!doctype html><p>Settings"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.provider.example/A?b=2&a=1", "example,provider)/a?a=1&b=2"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000)/x"),
        ("https://provider.example", "example,provider)/"),
    ],
)
def test_sort_keys(url: str, key: str) -> None:
    """Addresses sort by reversed host, without ``www`` and the usual ports."""
    assert surt(url) == key


@given(
    text=st.text(st.characters(exclude_categories=("Cs",))),
    title=st.text(st.characters(exclude_categories=("Cs",))),
)
def test_any_text_comes_back_from_mhtml(text: str, title: str) -> None:
    """The standard library's parser reads every part as it was, whatever the page says."""
    parts = [
        PagePart(URL, "text/html", f"<p>{text}".encode()),
        PagePart("cid:style@withhold", "text/css", b"p { color: red }"),
        PagePart("https://provider.example/a.png", "image/png", bytes(range(256))),
    ]
    data = write_mhtml(parts, title=title, at=AT)
    got = parts_of(data)
    assert [part.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") for part in got[:2]] == [
        part.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") for part in parts[:2]
    ]
    assert got[2].data == parts[2].data
    assert open_mhtml(data).saved_at == AT
    assert (
        email.message_from_bytes(data, policy=email.policy.default).get_content_type() == "multipart/related"
    )
