"""Letters: what goes into them, what becomes of them."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.letters.conftest import Clock
from withhold.app.accounts import add_account
from withhold.app.bootstrap import Services
from withhold.app.letters import filing as letters
from withhold.app.letters.compose import Identity
from withhold.app.letters.data import Law, languages, laws, routes, wording
from withhold.app.letters.filing import Wish
from withhold.packs.loader import load_builtin
from withhold.support.errors import NothingRead, UsageProblem

GIVEN = Identity("Robin Roe", "Main Street 1\n12345 Springfield", "robin.roe@example.org")


@pytest.mark.parametrize("law", laws().laws, ids=lambda law: law.id)
def test_every_letter_can_be_written(services: Services, law: Law) -> None:
    """Each right under each law in each of its languages: whole, cited, with nothing left in braces."""
    for kind, cites in law.kinds.items():
        for lang in law.names:
            made = letters.write_letter(services, Wish("anthropic", kind, law.id, lang, who=GIVEN))
            text = " ".join(made.text.split())
            assert "{" not in text
            assert cites[lang].removeprefix("l’").removeprefix("el ").removeprefix("los ") in text
            assert made.lang == lang
            assert not re.search(r"\b(?:a|de) (?:el|le) (?:art|§)", text)  # al, del, du


def test_all_wordings_hold_the_same_kinds() -> None:
    """No language lacks a letter that another has."""
    assert len({tuple(sorted(wording(lang).kinds)) for lang in languages()}) == 1


def test_every_route_is_one_of_its_pack() -> None:
    """Routes name ids of the pack, and letters go only where the pack has a form or an address."""
    for provider, named in routes().items():
        pack = {r.id: r for r in load_builtin(provider).routes}
        assert all(pack[route].kind in ("email", "form") for route in named)


def test_the_account_is_masked_unless_given(services: Services) -> None:
    """Without the person's word there is a blank, and a shortened name that only they recognise."""
    made = letters.write_letter(services, Wish("anthropic", "access"))
    assert "robin.roe@example.org" not in made.text
    assert "r•••@e•••.org" in made.text
    assert len(made.blanks) == 3
    given = letters.write_letter(services, Wish("anthropic", "access", who=GIVEN))
    assert "robin.roe@example.org" in given.text
    assert given.blanks == ()


def test_only_what_is_needed_goes_in(services: Services) -> None:
    """A request for access tells nothing of the setting; an objection does."""
    access = letters.write_letter(services, Wish("anthropic", "access", who=GIVEN))
    objection = letters.write_letter(services, Wish("anthropic", "objection", who=GIVEN))
    assert "Help improve Claude" not in access.text
    assert "Help improve Claude" in objection.text
    assert "1 October 2026" in objection.text


def test_a_letter_says_since_only_while_the_word_stands(services: Services, clock: Clock) -> None:
    """Forty days after the person's word the letter tells the day of that word, and no "since"."""
    wish = Wish("anthropic", "objection", who=GIVEN)
    assert "since 1 October 2026" in " ".join(letters.write_letter(services, wish).text.split())
    clock.move(days=40)
    later = " ".join(letters.write_letter(services, wish).text.split())
    assert "since 1 October 2026" not in later
    assert "I saw it switched against use for training on 22 November 2026" in later


def test_the_address_comes_from_the_pack_with_its_source(services: Services) -> None:
    """Address, page and day are the pack's own."""
    made = letters.write_letter(services, Wish("anthropic", "access"))
    assert made.recipient.mail == "privacy@anthropic.com"
    assert made.recipient.source == "https://www.anthropic.com/legal/privacy"
    assert made.recipient.source_date is not None


def test_no_address_is_invented(services: Services) -> None:
    """Where the pack has none there is a blank, no mailto:, and a note that says so."""
    made = letters.write_letter(services, Wish("cursor", "access", law="gdpr"))
    assert (made.recipient.mail, made.recipient.form, made.mailto) == (None, None, None)
    assert "[the provider’s address]" in made.text
    assert any("holds no address" in note for note in made.notes)


def test_it_says_that_it_is_no_legal_advice(services: Services) -> None:
    """In every document, first of all notes."""
    assert "no legal advice" in letters.write_letter(services, Wish("anthropic", "access")).notes[0]


def test_mailto_opens_the_letter(services: Services) -> None:
    """RFC 6068: the body comes back whole, its lines end with CR LF."""
    made = letters.write_letter(services, Wish("anthropic", "objection", lang="de", who=GIVEN))
    assert made.mailto is not None
    parts = urlsplit(made.mailto)
    assert unquote(parts.path) == "privacy@anthropic.com"
    body = parse_qs(parts.query)["body"][0]
    assert body.startswith("Sehr geehrte Damen und Herren,\r\n\r\nich widerspreche")
    assert "+" not in parts.query


@pytest.mark.parametrize("lang", languages())
def test_the_pdf_is_one(services: Services, tmp_path: Path, lang: str) -> None:
    """A PDF of its own for each language, readable by its owner alone."""
    file = tmp_path / "letter.pdf"
    made = letters.write_letter(services, Wish("anthropic", "erasure", lang=lang), to=file)
    assert file.read_bytes().startswith(b"%PDF")
    assert made.file == str(file)
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_in_a_name_is_markup(services: Services, tmp_path: Path) -> None:
    """What the person gives reaches the typesetter as data."""
    odd = Identity('#read("/etc/passwd") *x* [b]', "$y$\n= z", "a@b.example")
    letters.write_letter(services, Wish("anthropic", "access", who=odd), to=tmp_path / "odd.pdf")
    assert (tmp_path / "odd.pdf").stat().st_size > 1000


def test_the_law_is_that_of_the_region(services: Services) -> None:
    """Told by the account, else the GDPR, and then it says so."""
    add_account(services, "openai", "swiss@example.org")
    assert letters.write_letter(services, Wish("anthropic", "access")).law == "gdpr"
    guessed = letters.write_letter(services, Wish("openai", "access"))
    assert any("--law" in note for note in guessed.notes)


def test_a_right_that_a_law_lacks_is_refused(services: Services) -> None:
    """California knows no withdrawal of consent as such, and no German wording."""
    with pytest.raises(UsageProblem, match="no such right"):
        letters.write_letter(services, Wish("anthropic", "withdraw", law="ccpa"))
    with pytest.raises(UsageProblem, match="no wording"):
        letters.write_letter(services, Wish("anthropic", "access", law="ccpa", lang="de"))


def test_a_draft_is_written_anew_and_not_twice(services: Services) -> None:
    """A second draft of the same letter takes the place of the first; evidence keeps both."""
    letters.write_letter(services, Wish("anthropic", "access"))
    second = letters.write_letter(services, Wish("anthropic", "access", lang="fr"))
    assert [x.id for x in letters.list_letters(services).letters] == [second.id]
    assert sum(r.type == "letter.written" for r in services.journal.records()) == 2


def test_from_the_letter_to_the_complaint(services: Services, clock: Clock, tmp_path: Path) -> None:
    """Sent, unanswered, reminded, complained of: each with its day and its evidence."""
    made = letters.write_letter(services, Wish("anthropic", "access", who=GIVEN))
    (row,) = letters.mark_sent(services, made.id, date(2026, 11, 22)).letters
    assert (row.state, row.due_on) == ("waiting", date(2026, 12, 22))
    with pytest.raises(UsageProblem, match="not overdue"):
        letters.follow_up(services, made.id, GIVEN)
    clock.move(days=36)
    (row,) = letters.list_letters(services).letters
    assert row.state == "overdue"
    reminder = letters.follow_up(services, None, GIVEN)
    assert reminder.stage == "reminder"
    assert "22 November 2026" in reminder.text
    assert "22 December 2026" in reminder.text
    complaint = letters.follow_up(services, made.id, GIVEN, complain=True)
    assert "Article 77 GDPR" in complaint.text
    assert "None has reached me." in " ".join(complaint.text.split())
    assert complaint.recipient.form is not None


def test_unanswered_letters_become_drafts_by_themselves(services: Services, clock: Clock) -> None:
    """Reminder and complaint, each once, however often it is asked for."""
    made = letters.write_letter(services, Wish("anthropic", "erasure"))
    letters.mark_sent(services, made.id, date(2026, 11, 22))
    clock.move(days=40)
    for _ in range(2):
        listed = letters.follow_up_all(services).letters
        assert sorted(x.stage for x in listed) == ["complaint", "reminder", "request"]


def test_the_watch_reminds_until_it_is_answered(services: Services, clock: Clock, tmp_path: Path) -> None:
    """The day after the last one is put down as a reminder; an answer settles it."""
    made = letters.write_letter(services, Wish("anthropic", "access"))
    letters.mark_sent(services, made.id, date(2026, 11, 22))
    (reminder,) = services.store.watching.reminders()
    assert reminder.due.date() == date(2026, 12, 28)
    assert reminder.command == f"withhold letter follow-up {made.id}"
    clock.move(days=10)
    (tmp_path / "answer.PDF").write_bytes(b"%PDF-1.7 the answer")
    (row,) = letters.mark_answered(services, made.id, tmp_path / "answer.PDF", None).letters
    assert row.state == "answered"
    assert services.store.watching.reminders() == ()
    record = next(r for r in services.journal.records() if r.id == row.answer)
    assert services.journal.artifact(record, "answer.pdf") == b"%PDF-1.7 the answer"
    assert services.journal.verify().sound


def test_more_time_only_within_the_first(services: Services, clock: Clock) -> None:
    """Two further months if the provider says so within the first; afterwards it is too late."""
    made = letters.write_letter(services, Wish("anthropic", "access"))
    letters.mark_sent(services, made.id, date(2026, 11, 22))
    clock.move(days=20)
    (row,) = letters.mark_extended(services, made.id, date(2026, 12, 10)).letters
    assert row.due_on == date(2027, 2, 22)
    clock.move(days=40)
    late = replace(services.store.letters.get(made.id), extended_on=None)
    services.store.letters.put(late)
    with pytest.raises(UsageProblem, match="cannot be extended"):
        letters.mark_extended(services, made.id, services.clock().date())


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2025, 11, 22)])
def test_days_that_cannot_be(services: Services, day: date) -> None:
    """A letter is sent neither ahead nor before it was written."""
    made = letters.write_letter(services, Wish("anthropic", "access"))
    with pytest.raises(UsageProblem):
        letters.mark_sent(services, made.id, day)


def test_a_draft_has_no_answer(services: Services, tmp_path: Path) -> None:
    """What was not sent cannot be answered, and what is not there cannot be filed."""
    made = letters.write_letter(services, Wish("anthropic", "access"))
    with pytest.raises(UsageProblem, match="draft"):
        letters.mark_answered(services, made.id, tmp_path / "x", None)
    letters.mark_sent(services, made.id, date(2026, 11, 22))
    with pytest.raises(NothingRead):
        letters.mark_answered(services, made.id, tmp_path / "absent.pdf", None)
