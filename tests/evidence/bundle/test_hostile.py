"""ZIPs that mean harm, or that are none, are refused before anything is unfolded, and clearly."""

import io
import stat
import zipfile
from collections.abc import Callable

import pytest

from tests.evidence.bundle.making import Made, failures
from withhold.evidence.bundle.bag import TOP
from withhold.evidence.bundle.check import Trust, check_bundle
from withhold.evidence.bundle.packing import BadBundle, pack, unpack

Write = Callable[[zipfile.ZipFile], None]


def zipped(write: Write) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return out.getvalue()


def named(*names: str) -> Write:
    def write(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(name, b"x")

    return write


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo(f"{TOP}/data/link")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (named("../evil"), "leads out"),
        (named(f"{TOP}/../../evil"), "leads out"),
        (named("/etc/evil"), "leads out"),
        (named(f"{TOP}/C:evil"), "not every system"),
        (named(f"{TOP}/a\\b"), "not every system"),
        (named(f"{TOP}/nul.txt"), "leads out"),
        (named(f"{TOP}//x"), "leads out"),
        (named("elsewhere/x"), "does not lie in"),
        (named(f"{TOP}/A", f"{TOP}/a"), "one name"),
        (named(f"{TOP}/data/{'x' * 300}"), "not every system"),
        (link, "is a link"),
    ],
)
def test_a_hostile_entry_is_refused(write: Write, said: str) -> None:
    """Traversal, absolute paths, drives, devices, twins that differ in case, links: none is unfolded."""
    report = check_bundle(zipped(write), Trust())
    assert failures(report) == {"container"}
    assert said in report.whole[0].why


def test_a_bomb_is_refused_before_it_is_unfolded() -> None:
    """An entry that would swell beyond the limit is refused by what the directory says of it."""
    bomb = zipped(lambda archive: archive.writestr(f"{TOP}/data/zeros", bytes(8 << 20)))
    assert len(bomb) < 20_000
    with pytest.raises(BadBundle, match="unfold"):
        unpack(bomb, most_bytes=1 << 20)


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    """An entry that unfolds to more than it says is not read to its end."""
    bomb = bytearray(zipped(lambda archive: archive.writestr(f"{TOP}/data/zeros", bytes(8 << 20))))
    at = bomb.rfind(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(BadBundle):
        unpack(bytes(bomb))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nothing", bytes(1000)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    """Never a traceback: a failed claim that says so."""
    assert failures(check_bundle(data, Trust())) == {"container"}


def test_a_bundle_that_was_cut_off_is_refused(bundled: Made) -> None:
    """A download that broke off."""
    for length in range(0, len(bundled.data), 9973):
        assert failures(check_bundle(bundled.data[:length], bundled.trust)) == {"container"}


def test_a_bundle_packed_anew_by_others_is_checked_all_the_same(bundled: Made) -> None:
    """Compressed and with times, as others pack: contents verify, the packing is not vouched for."""

    def write(archive: zipfile.ZipFile) -> None:
        for path, data in bundled.files.items():
            archive.writestr(f"{TOP}/{path}", data)

    report = check_bundle(zipped(write), bundled.trust)
    assert report.sound
    assert report.whole[0].result == "not_checkable"


def test_a_bag_without_records_fails() -> None:
    """An empty bundle must not look verified."""
    assert "one_log" in failures(check_bundle(pack({"bagit.txt": b""}), Trust()))
