"""Guiding a person, and what becomes of the proof they bring: their word, never an outcome of ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.conftest import Clock
from tests.app.sitting import Scripted, page, picture
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.optout.guiding import Sitting, deciding_controls
from withhold.app.optout.opt_out import opt_out
from withhold.app.optout.proofs import dropped_path
from withhold.model.words import Known, Setting
from withhold.report import documents as d

SAVED = "Sun Nov 22 2026 12:05:00 GMT+0000 (UTC)"
URL = "https://claude.ai/settings/data-privacy-controls"
LABEL = "Help improve Claude"
Guided = Callable[..., tuple[d.OptOutDocument, Scripted]]


@pytest.fixture
def guided(services: Services, clock: Clock) -> Guided:
    """Sit down at 12:00 for the account ``mine``; the clock then stands at 12:10."""
    add_account(services, "anthropic", "mine")

    def run(*answers: str, opener: Callable[[str], bool] | None = None) -> tuple[d.OptOutDocument, Scripted]:
        person = Scripted(answers)
        sitting = Sitting(person, clock(), opener)
        clock.move(minutes=10)
        document = opt_out(services, provider_id="anthropic", account="mine", sitting=sitting)
        return document, person

    return run


def evidence(services: Services) -> list[tuple[Setting, Known, datetime]]:
    (account,) = services.store.accounts()
    return [(e.setting, e.known, e.begins) for e in services.store.setting_evidence(account.id)]


def test_a_screenshot_counts_as_the_persons_word_at_its_own_time(
    guided: Guided, services: Services, tmp_path: Path
) -> None:
    """A picture is not read: the person says what it shows. The outcome claims nothing; the file is kept."""
    at = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
    document, person = guided(str(picture(tmp_path, at)), "p")
    assert (document.outcome, document.attested) == ("needs_human", "private")
    assert evidence(services) == [(Setting.PRIVATE, Known.ATTESTED, at)]
    assert document.record == next(iter(services.journal.records())).id
    assert person.left == 0


def test_an_older_picture_has_no_time_until_the_person_gives_one(
    guided: Guided, services: Services, tmp_path: Path
) -> None:
    """A file from before the sitting may be a copy: its own time is not taken."""
    old = picture(tmp_path, datetime(2026, 11, 20, tzinfo=UTC))
    document, person = guided(str(old), "p", "2026-11-21T08:00:00+01:00")
    assert "When was it made" in person.asked[-1]
    assert evidence(services) == [(Setting.PRIVATE, Known.ATTESTED, datetime(2026, 11, 21, 7, tzinfo=UTC))]
    assert document.attested == "private"


def test_without_an_instant_nothing_is_claimed(guided: Guided, services: Services, tmp_path: Path) -> None:
    """Who does not know when it was made has said nothing of any moment."""
    document, _ = guided(str(picture(tmp_path, datetime(2026, 11, 20, tzinfo=UTC))), "p", "", "q")
    assert document.attested is None
    assert evidence(services) == []


@pytest.mark.parametrize(("on", "setting"), [(False, "private"), (True, "sharing")])
def test_a_saved_page_is_read_and_its_own_text_counts(
    guided: Guided, services: Services, tmp_path: Path, on: bool, setting: str
) -> None:
    """The switch in the text decides, not what the person would like it to show."""
    document, person = guided(str(page(tmp_path, URL, LABEL, on=on, saved=SAVED)), "y")
    assert document.attested == setting
    assert document.outcome == "needs_human"
    assert [e[0].value for e in evidence(services)] == [setting]
    assert f"as {setting}" in person.asked[-1]
    assert not any("[p]rivate" in question for question in person.asked)


def test_a_page_that_was_not_loaded_afresh_is_kept_and_counts_for_nothing(
    guided: Guided, services: Services, tmp_path: Path
) -> None:
    """What a page shows right after a click is its own hope."""
    document, _ = guided(str(page(tmp_path, URL, LABEL, on=False, saved=SAVED)), "n", "s")
    assert document.attested is None
    assert evidence(services) == []
    assert len(list(services.journal.records())) == 1


@pytest.mark.parametrize(
    ("url", "label", "twice"),
    [
        ("https://evil.example/settings", LABEL, False),
        ("https://claude.ai.evil.example/", LABEL, False),
        (URL, "Location metadata", False),
        (URL, LABEL, True),
    ],
)
def test_a_page_that_is_no_proof_never_becomes_evidence(
    guided: Guided, services: Services, tmp_path: Path, url: str, label: str, twice: bool
) -> None:
    """Another site, another switch, or two alike: no answer of the person makes it count."""
    brought = page(tmp_path, url, label, on=False, saved=SAVED, twice=twice)
    document, person = guided(str(brought), "y", "p", "s")
    assert document.attested is None
    assert evidence(services) == []
    assert any("no proof of this setting" in line for line in person.heard)


def test_a_file_that_cannot_be_read_is_asked_for_again(guided: Guided, tmp_path: Path) -> None:
    """A slip of the path ends nothing."""
    good = picture(tmp_path, datetime(2026, 11, 22, 12, 5, tzinfo=UTC))
    document, _ = guided(str(tmp_path / "nowhere.png"), str(good), "s")
    assert document.attested == "sharing"


@pytest.mark.parametrize("answers", [("s",), ("q",), ()])
def test_who_leaves_has_said_nothing(guided: Guided, services: Services, answers: tuple[str, ...]) -> None:
    """Skipping, ending, or closing the terminal leaves neither record nor evidence."""
    document, _ = guided(*answers)
    assert (document.attested, document.record) == (None, None)
    assert list(services.journal.records()) == []


@pytest.mark.parametrize(("answer", "opened"), [("y", [URL]), ("a", [URL]), ("n", []), ("v", []), ("", [])])
def test_the_browser_opens_only_with_consent(guided: Guided, answer: str, opened: list[str]) -> None:
    """The page is opened after a yes and never otherwise."""
    seen: list[str] = []

    def opener(url: str) -> bool:
        seen.append(url)
        return True

    guided(answer, "s", opener=opener)
    assert len(seen) == len(opened)


def test_no_browser_is_offered_where_none_may_open(guided: Guided) -> None:
    """``--no-open`` asks nothing about it."""
    _, person = guided("s")
    assert not any("browser" in question for question in person.asked)


def test_what_decides_is_what_terms_in_force_name(services: Services) -> None:
    """Each control of its own is gone through; one that only past terms name is not."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    found = {p: [c.id for c in deciding_controls(services.packs[p], now)] for p in services.packs}
    assert found["microsoft"] == ["copilot-train-text", "copilot-train-voice"]
    assert {"chatgpt-improve-model", "sora-training"} <= set(found["openai"])
    assert "chatgpt-history-training" not in found["openai"]
    assert "gemini-apps-activity" not in found["google"]
    assert found["anthropic"] == ["claude-help-improve"]


def test_a_second_control_is_named(services: Services) -> None:
    """Text and voice are two: the steps for one never look like all."""
    document = opt_out(services, provider_id="microsoft")
    assert any("Model training on voice" in step for step in document.steps)


@pytest.mark.parametrize(
    ("platform", "words"),
    [("web", "https://claude.ai"), ("ios", "In the app"), ("terminal", "/privacy-settings")],
)
def test_steps_are_for_where_the_person_is(services: Services, platform: str, words: str) -> None:
    """One way is given for each platform."""
    document = opt_out(services, provider_id="anthropic", platform=platform)
    assert words in document.steps[0]


def test_a_phone_without_a_recorded_way_says_so(services: Services) -> None:
    """No way in an app is made up."""
    document = opt_out(services, provider_id="deepseek", platform="android")
    assert "records no way in the app" in document.steps[0]


@given(st.text(st.characters(categories=["L", "N"], include_characters=" '()&"), min_size=1).map(str.strip))
def test_a_dragged_path_is_what_was_meant(name: str) -> None:
    """However a terminal hands a path over, it is the file meant."""
    import shlex

    path = f"/no-such-folder/x{name}y.png"
    assert dropped_path(shlex.quote(path), windows=False) == Path(path)
    assert dropped_path(Path(path).as_uri(), windows=False) == Path(path)


def test_a_dragged_path_on_windows() -> None:
    """Quotes, and PowerShell's call sign, are no part of the name; a backslash is."""
    for typed in ('"C:\\a b\\c.png"', "& 'C:\\a b\\c.png'", "C:\\a b\\c.png"):
        assert str(dropped_path(typed, windows=True)) == "C:\\a b\\c.png"
