"""How texts of a page are compared, and what is kept out of evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.controls.mask import mask_text, public_url
from withhold.controls.phrases import harmful, may_differ, normal, shown_state


@given(st.text())
def test_normal_form_is_stable(text: str) -> None:
    """Normalising twice gives the same as once."""
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Help  improve\nClaude", "help improve claude"),
        ("Don’t use my data", "Don't use my data"),
        ("帮助改进 Claude", "帮助改进Claude"),
        ("Privacy:", "Privacy"),
        ("Opt\u2011out", "opt-out"),
    ],
)
def test_the_same_label_in_other_dress(one: str, other: str) -> None:
    """Case, white space, quotes, dashes and closing punctuation do not tell labels apart."""
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("piece", "state"),
    [
        ("On", True),
        ("Aus", False),
        ("オフ", False),
        ("Status: off", False),
        ("On average we keep data for a month", None),
        ("", None),
        ("Your chats may be kept and read by people whose job it is to turn things: off", None),
    ],
)
def test_words_that_say_a_state(piece: str, state: bool | None) -> None:
    """A text is a state only if it says nothing else."""
    assert shown_state(piece) is state


@pytest.mark.parametrize(
    "text", ["Delete my chats", "Konto löschen", "削除する", "Upgrade to Pro", "Supprimer"]
)
def test_harm_is_seen(text: str) -> None:
    """Deleting and paying are seen in several languages."""
    assert harmful(text)


def test_a_plain_question_is_no_harm() -> None:
    """A dialog that only asks about the switch may be confirmed."""
    assert not harmful("Turn this off? You can turn it back on at any time.")


@pytest.mark.parametrize(
    "name", ["Do not allow training", "Help improve Claude e-mails", "Nicht zum Training"]
)
def test_names_that_may_mean_something_else(name: str) -> None:
    """Negations and other purposes are seen."""
    assert may_differ(name)


def test_an_address_keeps_its_place_and_loses_its_secrets() -> None:
    """Path and page survive; user, query values, identifiers and token-like fragments do not."""
    url = "https://me:pw@chat.example.org/o/9f1c2d3e4b5a69788776655/settings?code=abc#access_token=xyz"
    assert public_url(url) == "https://chat.example.org/o/[hidden]/settings?code=[hidden]#[hidden]"
    assert public_url("https://chatgpt.com/#settings/DataControls").endswith("#settings/DataControls")
    assert public_url("http://[::1]:80/a") == "http://[::1]:80/a"


def test_mail_addresses_are_masked() -> None:
    """An address in a sentence is replaced, the sentence stays."""
    assert mask_text("Signed in as jo.doe+x@example.co.uk.") == "Signed in as [e-mail]."


@pytest.mark.parametrize(
    "secret",
    [
        "sk-" + "ant-api03-AbCdEfGhIjKl",
        "gh" + "p_abcdefghijklmnopqrstuvwxyz0123456789",
        "Bearer abc.def-ghi_jkl",
        "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "0123456789abcdef" * 2,
        "9f1c2d3e-4b5a-6978-8776-655443322110",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk=",
    ],
)
def test_secrets_are_masked(secret: str) -> None:
    """A key, token or long identifier in a sentence is replaced, the sentence stays."""
    assert mask_text(f"Your key is {secret}, keep it") == "Your key is [secret], keep it"


@pytest.mark.parametrize(
    "text",
    [
        "Help improve Claude",
        "task-based settings of 2025",
        "Datenschutzgrundverordnungskonformitaetserklaerung",
        "https://claude.ai/settings/data-privacy-controls",
        "The bearer of this",
    ],
)
def test_plain_words_stay(text: str) -> None:
    """Long words, addresses and dates are no secrets."""
    assert mask_text(text) == text
