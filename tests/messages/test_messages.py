"""English and German are whole where they claim to be, and a document for a program is always English."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.cli.tool import Tool
from withhold.support import messages

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "withhold"
HOLDERS = re.compile(r"%\((\w+)\)[sd]|\{([a-z][a-z0-9_]*)\}")
WHOLE = ("web", "app/ui.py", "app/status.py")
"""Rooms whose every text for people is marked. Those of ``scripts/texts.py`` hold unmarked ones, all
of them known; what is in neither speaks English alone."""


def _german() -> dict[object, object]:
    path = messages.LOCALES / "de" / "LC_MESSAGES" / "withhold.po"
    with path.open("rb") as file:
        return {m.id: m.string for m in read_po(file) if m.id}


def test_catalogues_are_in_step_with_the_source() -> None:
    """Each marked text has a German translation, and the compiled file is made from these."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "messages.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_translations_keep_what_is_filled_in() -> None:
    """A translation has the same places to fill in as its text; else a page would break or lose a figure."""
    for text, translation in _german().items():
        sources = text if isinstance(text, tuple) else (text,)
        shown = translation if isinstance(translation, tuple) else (translation,)
        for one in shown:
            assert set(HOLDERS.findall(str(one))) == set(HOLDERS.findall(str(sources[-1]))), text


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:de:en", "LANG": "en_US"}, "de"),
        ({"LANG": "de_DE", "WITHHOLD_LANG": "en"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "../../etc"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(environ: dict[str, str], language: str) -> None:
    """The usual variables count in the usual order, ours first; what there is not is English."""
    assert messages.language_of(environ) == language


def test_a_block_speaks_its_own_language() -> None:
    """Outside it, the language is as it was."""
    with messages.using("de"):
        assert messages._("Evidence") == "Belege"
        assert messages.ngettext("%(num)d file", "%(num)d files", 2) == "%(num)d Dateien"
    assert messages._("Evidence") == "Evidence"


@pytest.mark.parametrize("path", sorted((SOURCE / "web" / "templates").glob("*.html")), ids=lambda p: p.name)
def test_no_text_of_a_page_is_unmarked(path: Path) -> None:
    """What a template shows is marked, or is no words: names of commands, units and signs."""
    text = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"<(code|svg|title)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text)
    words = set(re.findall(r"[A-Za-z]{3,}", text)) - {"withhold", "SHA"}
    assert words == set()


def test_rooms_that_are_whole_raise_and_return_no_plain_sentences() -> None:
    """In the rooms that are said to be whole, a sentence for people is marked."""
    plain = []
    for room in WHOLE:
        files = sorted((SOURCE / room).rglob("*.py")) if not room.endswith(".py") else [SOURCE / room]
        for file in files:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Flash", "UsageProblem"):
                    plain += [
                        f"{file.name}: {a.value}"
                        for a in node.args
                        if isinstance(a, ast.Constant) and isinstance(a.value, str) and " " in a.value
                    ]
    assert plain == []


def test_a_person_is_told_in_german_and_a_program_in_english(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``status`` speaks the language of the environment; with ``--json`` its texts are English."""
    tool = Tool(capsys)
    assert tool("account", "add", "anthropic", "me").code == 0
    monkeypatch.setenv("WITHHOLD_LANG", "de")
    assert "Noch hat niemand" in " ".join(tool("status").out.split())
    document = json.loads(tool("status", "--json").out)
    assert document["posture"][0]["text"].startswith("Nobody has looked")
    monkeypatch.setenv("WITHHOLD_LANG", "en")
    assert "Nobody has looked" in " ".join(tool("status").out.split())
