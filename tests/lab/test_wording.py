"""The privacy page in every wording, language and shape: what is stored is what the words say."""

import re

import pytest

from tests.lab.test_web import GRACE, Person
from withhold.lab.core import Lab
from withhold.lab.errors import NotOffered
from withhold.lab.web.site import Site
from withhold.lab.web.switches import OPT_OUT, TRAINING
from withhold.lab.web.wording import LANGUAGES, WORDINGS


@pytest.fixture
def person() -> Person:
    made = Person(Site(Lab(GRACE)))
    made.sign_up(sharing="on")
    return made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wording", WORDINGS)
def test_each_wording_in_each_language(person: Person, wording: str, language: str) -> None:
    """Label and section are in the language asked for, and Arabic runs from right to left."""
    person.site.choose_wording(wording)
    person.site.choose_language(language)
    page = person.get("/settings/privacy").text
    assert f'<html lang="{language}"' in page
    assert ('dir="rtl"' in page) is (language == "ar")
    assert WORDINGS[wording].words[language][0] in page
    assert LANGUAGES[language].section in page


def test_every_wording_has_every_language() -> None:
    """No language falls back to another one unseen."""
    assert all(set(w.words) == set(LANGUAGES) for w in WORDINGS.values())


def test_a_refusing_switch_stores_the_opposite(person: Person) -> None:
    """On means out of training, in the page, in the request and in the answer."""
    person.site.choose_wording("opt-out")
    assert re.search(rf'aria-checked="false"[^>]*data-key="{OPT_OUT}"', person.get("/settings/privacy").text)
    assert person.patch(**{OPT_OUT: True}).json()[OPT_OUT] is True
    assert person.account.setting is False
    assert person.patch(**{TRAINING: True}).status_code == 400


@pytest.mark.parametrize("shape", ["hidden-box", "dialog", "confirm"])
def test_shapes_store_like_the_plain_switch(person: Person, shape: str) -> None:
    """What differs is how one gets to it."""
    person.site.choose_variant(shape)
    page = person.get("/settings/privacy").text
    marks = {"hidden-box": 'class="unseen"', "dialog": "training-dialog", "confirm": "data-confirms"}
    assert marks[shape] in page
    person.patch(**{TRAINING: False})
    assert person.account.setting is False


def test_a_locked_switch_says_who_locked_it_in_its_language(person: Person) -> None:
    """The organisation is named, and the change refused."""
    person.site.choose_variant("disabled")
    person.site.choose_language("fr")
    assert "Géré par votre organisation" in person.get("/settings/privacy").text
    assert person.patch(**{TRAINING: False}).status_code == 403


def test_what_is_not_offered_is_refused(person: Person) -> None:
    """A language or wording that does not exist is named, with those that do."""
    with pytest.raises(NotOffered, match="klingon"):
        person.site.choose_language("klingon")
    with pytest.raises(NotOffered, match="rhyme"):
        person.site.choose_wording("rhyme")
