"""Sentences, their normal form, and what the judge makes of small changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.terms import lexicon
from withhold.terms.compare import compare
from withhold.terms.sentences import language_of, normal, sentences, tokens

TEXT = """\
# How we use data

We may use your chats to train our models. You can opt out in the settings.

- Chats are kept for 30 days.
- Payment is due at once.
"""


def test_sentences_stand_under_their_heading() -> None:
    """A sentence knows the heading and the sentence before it."""
    found = sentences(TEXT, "en")
    assert [s.text for s in found] == [
        "How we use data",
        "We may use your chats to train our models.",
        "You can opt out in the settings.",
        "- Chats are kept for 30 days.",
        "- Payment is due at once.",
    ]
    assert found[2].heading == "how we use data"
    assert found[2].before == "we may use your chats to train our models"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("See our [policy](https://a.example/1).", "see our policy"),
        ("“Your” data — really", '"Your" data - really'),
        ("**Bold** text", "bold text"),
        ("1.2. Your rights", "Your rights"),
        ("settings/0f9e8d7c6b5a49382716 here", "settings/1a2b3c4d5e6f7a8b9c0d here"),
        ("ｆｕｌｌ width", "full width"),
    ],
)
def test_form_does_not_count(one: str, other: str) -> None:
    """Links, quotes, markup, numbering, ids and width leave the normal form as it is."""
    assert tokens(normal(one)) == tokens(normal(other))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Last updated: 3 May 2026"),
        ("de", "Stand: 3. Mai 2026"),
        ("fr", "Mis à jour le 1er mai 2026"),
        ("es", "Actualizado el 3 de mayo de 2026"),
        ("it", "Aggiornato il 3 maggio 2026"),
        ("pt", "Atualizado em 3 de maio de 2026"),
        ("nl", "Bijgewerkt op 3 mei 2026"),
        ("pl", "Zmieniono 3 maja 2026"),
        ("ja", "最終更新日：2026年5月3日"),
        ("zh", "更新日期：2026年5月3日"),
    ],
)
def test_a_new_date_of_the_page_is_no_edit(lang: str, text: str) -> None:
    """A day is told from other words in every language."""
    assert compare(text, text.replace("3", "7").replace("1er", "9"), lang) == ()


def test_a_sentence_that_moved_is_no_edit() -> None:
    """The order of sentences does not count."""
    lines = [line for line in TEXT.splitlines() if line]
    assert compare("\n".join(lines), "\n".join([lines[0], *reversed(lines[1:])]), "en") == ()


def test_a_rewritten_sentence_is_one_edit() -> None:
    """Old and new stand side by side."""
    (edit,) = compare(TEXT, TEXT.replace("30 days", "five years"), "en")
    assert edit.old is not None
    assert edit.new is not None
    assert edit.verdict.topics == ("retention",)


@pytest.mark.parametrize("lang", lexicon.languages())
def test_the_language_of_a_page_is_told(lang: str) -> None:
    """By its words, whatever the page says of itself."""
    said = {
        "en": "We use your data to provide the service and to keep it safe for you and with our partners.",
        "de": "Wir verwenden Ihre Daten für den Dienst, und die Angaben werden nicht von uns verkauft.",
        "fr": "Nous utilisons vos données pour une offre que vous avez choisie, et nous ne les vendons pas.",
        "es": "Usamos los datos para prestar el servicio y por las razones que se indican.",
        "it": "Usiamo i dati per il servizio e per gli scopi che sono indicati, con una parte dei partner.",
        "pt": "Usamos os dados para o serviço e não os vendemos; você pode pedir uma cópia dos dados.",
        "nl": "Wij gebruiken uw gegevens voor het leveren van een dienst; ze zijn niet van onze partner.",
        "pl": "Nie sprzedajemy danych oraz używamy ich dla usługi, lub gdy jest to potrzebne.",
        "ja": "当社はお客様のデータをサービスの提供のために使用します。",
        "zh": "我们使用您的数据来提供服务，并且不会出售这些数据。",
    }
    assert language_of(said[lang] * 3, "xx") == lang


def test_a_language_that_is_not_held_is_none() -> None:
    """Neither the words nor the page's own word make it one of ours."""
    assert language_of("당사는 귀하의 데이터를 사용하여 서비스를 제공합니다. " * 5, "ko") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We will use chats to train our models.", "We will not use chats to train our models."),
        ("You may opt out of training.", "You may opt in to training."),
        ("Chats are kept for 30 days.", "Chats are kept for 31 days."),
        ("The history is enabled by default.", "The history is disabled by default."),
        (
            "Training on deidentified chats improves our models.",
            "Training on identified chats improves our models.",
        ),
        ("Only new chats train our models.", "New chats train our models."),
    ],
)
def test_small_words_that_turn_a_sentence_round_count(old: str, new: str) -> None:
    """One word is enough."""
    (edit,) = compare(old, new, "en")
    assert edit.verdict.alarm


@given(st.text(max_size=300), st.sampled_from(lexicon.languages()))
def test_any_text_can_be_compared_with_itself(text: str, lang: str) -> None:
    """No text breaks the reader, and none differs from itself."""
    assert compare(text, text, lang) == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(old: str, new: str) -> None:
    """Whatever stands on a page, the comparison ends and every edit has a side."""
    assert all(e.old is not None or e.new is not None for e in compare(old, new, "en"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("word " + "x " * 60_000, "word " + "x " * 60_000 + "y"),
        ("[a](" * 40_000, "[b](" * 40_000),
        ("<a " * 40_000, "<b " * 40_000),
        ("a.b" * 40_000, "a.c" * 40_000),
        ("\n".join(f"Chats of kind {n} train." for n in range(3_000)),
         "\n".join(f"Chats of sort {n + 5000} may train." for n in range(3_000))),
    ],
    ids=["one sentence", "links", "tags", "dots", "all rewritten"],
)  # fmt: skip
def test_absurd_pages_are_compared(old: str, new: str) -> None:
    """Nothing grows by the square of a page, which would be hours here: the limit of a test ends those."""
    assert compare(old, new, "en")


def test_a_cut_sentence_loses_no_word() -> None:
    """What is too long for one sentence is cut between words, and all of it is compared."""
    text = " ".join(f"word{n}" for n in range(3_000))
    found = sentences(text, "en")
    assert len(found) > 1
    assert " ".join(s.text for s in found).split() == text.split()


def test_sentences_that_are_left_unpaired_are_still_judged() -> None:
    """Where the work of pairing is used up, a change that matters is an alarm all the same."""
    old = "We do not use your chats to train our models."
    edits = compare(old, old.replace("do not ", ""), "en", work=0)
    assert {(e.old is None, e.new is None) for e in edits} == {(True, False), (False, True)}
    assert any(e.verdict.alarm for e in edits)
