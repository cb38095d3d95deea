"""The timeline: weeks, and bands that agree with the verdicts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.conftest import Clock
from tests.app.test_ledger import export, known_account
from withhold.app.accounts import attest_setting
from withhold.app.bootstrap import Services
from withhold.app.imports.importing import import_paths
from withhold.app.ledger.exposure import exposure
from withhold.app.ledger.filters import Filter
from withhold.app.ledger.timeline import draw, timeline
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

VERDICTS = {"open": "exposed", "not_open": "not_exposed", "unknown": "unknown"}
FIRST = datetime(2025, 7, 21, 10, tzinfo=UTC)


def weekly(services: Services, folder: Path) -> None:
    """A chat of one message every Monday, shared in autumn, seen private once, private since April."""
    known_account(services)
    attest_setting(services, "mine", "sharing", begins="2025-09-11", ends="2025-12-01")
    attest_setting(services, "mine", "private", begins="2026-02-10T09:00:00Z", ends="2026-02-10T09:00:00Z")
    attest_setting(services, "mine", "private", begins="2026-04-01")
    days = [FIRST + timedelta(weeks=i) for i in range(60)]
    import_paths(services, [export(folder, *((f"c{i}", t.isoformat()) for i, t in enumerate(days)))])


def test_the_band_of_a_message_agrees_with_its_verdict(services: Services, tmp_path: Path) -> None:
    """A chat of one message has the past verdict of the stretch in which it was sent: one set of rules."""
    weekly(services, tmp_path / "e")
    document = timeline(services)
    (lane,) = document.lanes
    for row in exposure(services).conversations:
        assert row.first is not None
        (held,) = [s for s in lane.open if s.begins <= row.first < s.ends]
        assert VERDICTS[held.word] == row.past_exposure, row.first


def test_bands_cover_the_range_without_overlap(services: Services, tmp_path: Path) -> None:
    """Each band runs from the first week to now, stretch by stretch; no time is left out."""
    weekly(services, tmp_path / "e")
    document = timeline(services)
    (lane,) = document.lanes
    (setting,) = lane.settings
    for stretches in (lane.terms, setting.stretches, lane.open):
        assert stretches[0].begins == document.begins
        assert stretches[-1].ends == document.ends
        assert [s.ends for s in stretches[:-1]] == [s.begins for s in stretches[1:]]


def test_between_two_looks_nothing_is_known(services: Services, tmp_path: Path) -> None:
    """The setting is known where somebody vouches for it, and at the instant of a look; not in between."""
    weekly(services, tmp_path / "e")
    (setting,) = timeline(services).lanes[0].settings
    words = [(s.word, s.ends - s.begins < timedelta(hours=1)) for s in setting.stretches]
    assert words[:6] == [
        ("unknown", False),
        ("sharing", False),
        ("unknown", False),
        ("private", True),
        ("unknown", False),
        ("private", False),
    ]
    assert set(words[6:]) <= {("unknown", True)}


def test_weeks_add_up(services: Services, tmp_path: Path) -> None:
    """Each chat counts once in its week and once in the totals."""
    weekly(services, tmp_path / "e")
    document = timeline(services)
    assert len(document.weeks) == 60
    assert all(w.exposed + w.not_exposed + w.unknown == 1 and w.begins.weekday() == 0 for w in document.weeks)
    assert document.past == exposure(services).totals.past
    assert document.undated == 0


def test_filters_narrow_the_range(services: Services, tmp_path: Path) -> None:
    """With days given, weeks and bands lie between them."""
    weekly(services, tmp_path / "e")
    since, until = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)
    document = timeline(services, wanted=Filter(since=since, until=until))
    assert document.begins == datetime(2025, 10, 6, tzinfo=UTC)
    assert document.ends == until
    assert {w.begins.year for w in document.weeks} == {2025}


def test_nothing_to_draw(services: Services, tmp_path: Path) -> None:
    """Without conversations there is no range, and a picture is refused instead of being empty."""
    document = timeline(services)
    assert (document.begins, document.ends, document.lanes) == (None, None, ())
    with pytest.raises(UsageProblem, match="nothing to draw"):
        draw(document, str(tmp_path / "t.svg"))


@pytest.mark.parametrize("name", ["t.png", "t", "no/such/folder/t.svg"])
def test_a_picture_has_a_name_that_fits(services: Services, tmp_path: Path, name: str) -> None:
    """Another ending, or a folder that is not there, is refused; nothing is written."""
    weekly(services, tmp_path / "e")
    with pytest.raises(UsageProblem):
        draw(timeline(services), str(tmp_path / name))
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == []


@pytest.mark.parametrize("name", ["t.svg", "t.html"])
def test_a_picture_is_its_owners(services: Services, tmp_path: Path, name: str) -> None:
    """The file is written whole, and its owner alone can read it."""
    weekly(services, tmp_path / "e")
    path = draw(timeline(services), str(tmp_path / name))
    assert b"</svg>" in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_terms_too_old_are_not_known(services: Services, clock: Clock, tmp_path: Path) -> None:
    """When the pack was last compared too long ago, the terms of late times are drawn as not known."""
    weekly(services, tmp_path / "e")
    clock.move(days=200)
    (lane,) = timeline(services).lanes
    assert lane.terms[-1].word == lane.open[-1].word == "unknown"
    assert isinstance(lane, d.LaneRow)
