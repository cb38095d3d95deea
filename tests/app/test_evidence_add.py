"""What a person captured in their own browser: kept as their word, masked if asked, never observed."""

import os
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from tests.controls.canaries import found
from tests.controls.hiding import PAGE as HIDING
from tests.controls.hiding import Places
from tests.evidence.web.making import exchange, page, png
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.evidence.adding import add_evidence
from withhold.evidence.web.mhtml import write_mhtml
from withhold.evidence.web.wacz import write_wacz
from withhold.model.web import PagePart
from withhold.model.words import Known, Setting
from withhold.support.errors import NothingRead, UsageProblem

AT = "2025-10-01T09:30:00+00:00"
CANARIES = {"name": "Zebulon Quartermain", "e-mail": "zeb@canary.example", "title": "Xylophone plans"}
PAGE = """<!DOCTYPE html> <html><!--
 Page saved with SingleFile
 url: https://claude.ai/settings/data-privacy-controls?user=zeb@canary.example
 saved date: Wed Oct 01 2025 11:30:00 GMT+0200 (Central European Summer Time)
--><head><title>Xylophone plans - Claude</title></head><body>
<nav><ul><li><a href="/chat/0b54f1c2-7d1e-4c55-9a52-3f0b6a1d2e77">Xylophone plans</a></li></ul></nav>
<div class=who><b>Zebulon Quartermain</b> <span>zeb@canary.example</span></div>
<main><section><h2>Privacy</h2><p>Hello Zebulon Quartermain</p>
<label for=t>Help improve Claude</label>
<button id=t role=switch aria-checked=false></button></section></main></body></html>"""


@pytest.fixture(autouse=True)
def account(services: Services) -> None:
    add_account(services, "anthropic", "mine")


def saved(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_a_screenshot_is_kept_as_it_is_and_as_ones_word(services: Services, tmp_path: Path) -> None:
    """The bytes are the artifact; the setting counts at that instant alone, and as attested."""
    path = saved(tmp_path, "Zebulon.png", png(640, 480))
    document = add_evidence(services, path, account="mine", setting="private", at=AT)
    (row,) = document.records
    assert [a.name for a in row.artifacts] == ["capture.png"]
    (record,) = [r for r in services.journal.records() if r.id == row.id]
    assert services.journal.artifact(record, record.artifacts[0].name) == path.read_bytes()
    assert record.body["pixels"] == [640, 480]
    assert "Zebulon" not in str(record.body)
    (piece,) = services.store.setting_evidence(services.store.accounts()[0].id)
    assert (piece.known, piece.setting, piece.record) == (Known.ATTESTED, Setting.PRIVATE, row.id)
    assert piece.begins == piece.ends


def test_a_file_that_is_too_large_is_refused_unread(services: Services, tmp_path: Path) -> None:
    """Its size says so; nothing is stored."""
    path = saved(tmp_path, "huge.png", png())
    os.truncate(path, 500_000_001)
    with pytest.raises(NothingRead, match="larger than 500 MB"):
        add_evidence(services, path, account="mine")
    assert list(services.journal.records()) == []


def test_without_a_word_on_the_setting_nothing_is_claimed(services: Services, tmp_path: Path) -> None:
    """A file alone is a record, and leaves the timeline as it was."""
    add_evidence(services, saved(tmp_path, "a.png", png()), account="mine")
    assert services.store.setting_evidence(services.store.accounts()[0].id) == ()


def test_a_look_needs_its_instant(services: Services, tmp_path: Path) -> None:
    """A day alone is not when the switch was seen; nothing is stored."""
    path = saved(tmp_path, "a.png", png())
    for at in (None, "2025-10-01"):
        with pytest.raises(UsageProblem, match="one instant"):
            add_evidence(services, path, account="mine", setting="private", at=at)
    with pytest.raises(UsageProblem, match="ahead"):
        add_evidence(services, path, account="mine", setting="private", at="2099-01-01T00:00:00Z")
    assert list(services.journal.records()) == []


def test_a_saved_page_tells_what_its_text_holds(services: Services, tmp_path: Path) -> None:
    """Address, time and the switch by the label of the pack, as the file says; a day is made exact by it."""
    path = saved(tmp_path, "page.html", PAGE.encode())
    (row,) = add_evidence(services, path, account="mine", setting="private", at="2025-10-01").records
    (record,) = [r for r in services.journal.records() if r.id == row.id]
    says = record.body["file_says"]
    assert says["saved_at"] == "2025-10-01T09:30:00Z"
    assert says["url"].startswith("https://claude.ai/settings/data-privacy-controls?user=masked:query:")
    assert "Xylophone" not in str(record.body)
    assert record.body["controls_in_file"] == [{"label": "Help improve Claude", "state": "off"}]
    assert record.body["known"] == "attested"


@pytest.mark.parametrize("ending", ["html", "mhtml", "wacz"])
def test_a_masked_copy_holds_the_switch_and_nobody(services: Services, tmp_path: Path, ending: str) -> None:
    """With --mask only the masked copy is stored: the switch is there, no name, address or title is."""
    url = "https://claude.ai/settings/data-privacy-controls"
    data = {
        "html": PAGE.encode(),
        "mhtml": write_mhtml(
            [PagePart(url, "text/html", PAGE.encode())], title="Xylophone plans", at=exchange().at
        ),
        "wacz": write_wacz([exchange(url=url, body=PAGE.encode())], [page()], software="test"),
    }[ending]
    (row,) = add_evidence(services, saved(tmp_path, f"in.{ending}", data), account="mine", mask=True).records
    (record,) = [r for r in services.journal.records() if r.id == row.id]
    kept = services.journal.artifact(record, record.artifacts[0].name)
    assert found(services.home.evidence, CANARIES) == []
    assert ending == "wacz" or b"Help improve Claude" in kept.replace(b"=\r\n", b"")
    assert found(tmp_path, CANARIES), "the file given did hold them"


def test_a_picture_is_not_masked_here(services: Services, tmp_path: Path) -> None:
    """What cannot be masked is refused rather than kept as it is."""
    with pytest.raises(UsageProblem, match="cannot be masked"):
        add_evidence(services, saved(tmp_path, "a.png", png()), account="mine", mask=True)
    assert list(services.journal.records()) == []


@pytest.mark.parametrize("data", [b"", b"MZ", b"PK\x03\x04broken", png()[:20], b"\x1f\x8bbroken"])
def test_what_is_none_of_it_is_refused(services: Services, tmp_path: Path, clock: Clock, data: bytes) -> None:
    """Programs, broken archives and cut pictures are not taken in; the reason is told."""
    with pytest.raises(NothingRead):
        add_evidence(services, saved(tmp_path, "x.png", data), account="mine")
    assert list(services.journal.records()) == []


def test_a_masked_copy_holds_nothing_that_stands_in_one_place_alone(
    services: Services, tmp_path: Path
) -> None:
    """Of a page that was saved and never laid out: what says that it is hidden, fields, styles, names."""
    places = Places()
    path = saved(tmp_path, "page.html", places.filled(HIDING.read_text("utf-8")).encode())
    (row,) = add_evidence(services, path, account="mine", at=AT, mask=True).records
    (record,) = [r for r in services.journal.records() if r.id == row.id]
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "capture.html").write_bytes(services.journal.artifact(record, "capture.html"))
    (folder / "record.json").write_text(str(record.body), encoding="utf-8")
    assert found(folder, places.values) == []
    assert "Help improve Claude" in (folder / "capture.html").read_text("utf-8")
