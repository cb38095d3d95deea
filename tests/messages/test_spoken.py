"""What rules, use cases and errors say in English reaches a person in German, and a program as it was."""

import ast
import json
import re
import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli import test_help
from tests.cli.tool import Tool, audited
from withhold.policy.rules import RULES
from withhold.support import messages

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "withhold"
READER = runpy.run_path(str(ROOT / "scripts" / "texts.py"))
LEFT_OUT, files, forms_of, texts = (READER[name] for name in ("LEFT_OUT", "files", "forms_of", "texts"))

SAMPLE = ROOT.parent / "shared" / "samples" / "claude-code"
MANY = st.text(st.characters(codec="ascii", categories=("Lu", "Ll", "Nd")), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def german() -> messages.Catalogue:
    """The German catalogue as it is compiled."""
    with messages.using("de"):
        found = messages.catalogue()
    assert found is not None
    return found


def test_there_is_german_for_every_text(german: messages.Catalogue) -> None:
    """A new English sentence fails here, with its file."""
    known = german.texts
    missing = [f"{p.relative_to(SOURCE)}: {t}" for p in files(SOURCE) for t in texts(p) if t not in known]
    assert missing == []


def test_what_is_left_out_exists_and_the_rest_says_something() -> None:
    """A file that was moved must not stay named, and the rules are among what is read."""
    assert [room for room in LEFT_OUT if not (SOURCE / room).exists()] == []
    assert {t for p in files(SOURCE) for t in texts(p)} >= {t for t in RULES.values() if "{" not in t}


def test_a_new_sentence_is_seen(tmp_path: Path) -> None:
    """The reader of sources finds sentences, templates and choices, and passes by docstrings and queries."""
    file = tmp_path / "room.py"
    file.write_text(
        '''"""Not for people, this one."""

def f(n, path, deleted):
    """Neither is this."""
    store.execute("SELECT id FROM things")
    raise Problem(f"{path} was not read", next_step="look at it again")
    return f"{plural(n, 'file')} {'are gone' if deleted else 'are there'}"
'''
    )
    found = set(texts(file))
    assert found >= {
        "{path} was not read",
        "look at it again",
        "{count} file",
        "{count} files",
        "{n} are gone",
        "{n} are there",
    }
    assert not [text for text in found if "SELECT" in text or "either is this" in text or "Not for" in text]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_speaks_german_when_filled_in(german: messages.Catalogue, rule: str) -> None:
    """A reason reaches the person in German with its values, whatever the rule puts into it."""
    filled = re.sub(r"\{[a-z]+\}", "2026-11-01 12:00 UTC", RULES[rule])
    said = german.spoken(filled)
    assert said == re.sub(r"\{[a-z]+\}", "2026-11-01 12:00 UTC", german.texts[RULES[rule]])
    assert said != filled


@given(data=st.data())
def test_a_filled_in_template_keeps_its_values(data: st.DataObject) -> None:
    """Every value of the English text stands in the German one: none is lost or translated away."""
    with messages.using("de"):
        found = messages.catalogue()
    assert found is not None
    template = data.draw(st.sampled_from(sorted(t for t in found.texts if messages.HOLE.search(t))))
    names = sorted(set(messages.HOLE.findall(template)))
    values = {
        n: str(data.draw(st.integers(0, 9999))) if n == "count" else f"x{data.draw(MANY)}9" for n in names
    }
    filled = messages.HOLE.sub(lambda hole: values[hole[1]], template)
    said = found.spoken(filled)
    assert all(value in said for value in values.values()), (template, said)


@pytest.mark.parametrize("name", ["Settings", "unknown device", "Sharing", "not exposed {x}", "3", ""])
def test_data_alone_is_left_as_it_is(german: messages.Catalogue, name: str) -> None:
    """One word, or words that nobody wrote as a text, stay what the provider or person wrote."""
    assert german.phrase(name) == name


def test_a_label_within_a_text_is_not_translated(german: messages.Catalogue) -> None:
    """The switch is named as the page shows it, even where the word is one of ours."""
    shown = german.spoken("Look for the setting 'Private'. Go to Settings > Privacy.")
    assert "Settings > Privacy" in shown
    assert "'Private'" in shown
    assert german.spoken("no account is called 'Sharing'") == "kein Konto heißt 'Sharing'"


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("3 conversations", "3 Gespräche"),
        ("1 conversation", "1 Gespräch"),
        ("no such text in any catalogue", "no such text in any catalogue"),
        ("  Could not be seen: ", "  Nicht zu sehen war: "),
        ("was open to training; no secret is known", "war für Training offen; kein Geheimnis bekannt"),
    ],
)
def test_texts_are_found_in_parts_and_with_blanks(
    german: messages.Catalogue, english: str, said: str
) -> None:
    """Counted words, blanks around and clauses beside one another are known; the rest stays English."""
    assert german.spoken(english) == said


def _without_times(document: str) -> object:
    return json.loads(re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z|\d{4}-\d\d-\d\d \d\d:\d\d", "T", document))


COMMANDS = [
    ("exposure",),
    ("status",),
    ("scan",),
    ("optout", "anthropic", "--account", "me"),
    ("account", "list"),
    ("purge", "plan"),
    ("watch", "status"),
    ("advise", "anthropic"),
    ("packs", "list"),
    ("purge", "verify", "nowhere.zip"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda w: " ".join(w[:2]))
def test_a_document_is_the_same_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """``--json`` says what it says in English, whatever the language; also where the call fails."""
    tool = Tool(capsys)
    tool("account", "add", "anthropic", "me")
    if SAMPLE.is_dir():
        tool("import", str(SAMPLE))
    documents = []
    for language in ("en", "de"):
        monkeypatch.setenv("WITHHOLD_LANG", language)
        documents.append(_without_times(tool(*words, "--json").out))
    assert documents[0] == documents[1]


def test_an_error_is_told_in_german(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message and next step of a failure are German on the terminal, with the name that was given."""
    monkeypatch.setenv("WITHHOLD_LANG", "de")
    ran = Tool(capsys)("optout", "anthropic", "--account", "nobody-here")
    assert "kein Konto bei Anthropic heißt" in ran.err
    assert "nobody-here" in ran.err


def test_explaining_speaks_german(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger and the reasons of one conversation are read in German."""
    if not SAMPLE.is_dir():
        pytest.skip("no samples beside the repository")
    tool = Tool(capsys)
    tool("import", str(SAMPLE))
    id_ = json.loads(tool("exposure", "--json").out)["conversations"][0]["id"]
    monkeypatch.setenv("WITHHOLD_LANG", "de")
    ledger = " ".join(tool("exposure").out.split())
    assert "bisher für Training offen" in ledger
    assert "Niemand außerhalb sieht die Server eines Anbieters." in ledger
    why = " ".join(tool("exposure", "explain", id_).out.split())
    assert "Eine Voreinstellung ist kein Beleg." in why
    assert "Was das Unbekannte klären würde" in why


def test_a_template_has_one_form_for_each_choice() -> None:
    """Choices within a text are spelt out, up to a number; beyond it the choice is a value."""
    node = ast.parse("f\"{a} {'x' if b else 'y'} {c or 'none'}\"", mode="eval").body
    assert set(forms_of(node)) == {"{a} x {c}", "{a} x none", "{a} y {c}", "{a} y none"}


@pytest.mark.parametrize("words", [(), ("optout",), ("purge",), ("watch", "run")], ids=" ".join)
def test_help_is_german_where_german_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Paragraphs, options and headings of a help text are German; example and options stay as typed."""
    monkeypatch.setenv("WITHHOLD_LANG", "de")
    ran = Tool(capsys)(*words, "--help")
    assert ran.code == 0
    assert ran.out.startswith("Aufruf: withhold")
    assert "Optionen:" in ran.out
    assert "Beispiel: withhold" in ran.out
    assert not re.search(r"\b(the|what|without|provider's)\b", ran.out)


def test_help_in_german_loads_nothing_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what English help loads there is the module of messages alone."""
    monkeypatch.setenv("WITHHOLD_LANG", "de")
    done = audited("--help")
    assert done.code == 0
    assert not {m for m in done.modules if m.partition(".")[0] in test_help.HEAVY}
    assert {m for m in done.modules if m.startswith("withhold.support.")} == {
        "withhold.support.messages",
        "withhold.support.terminal",
    }
