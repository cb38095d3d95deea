"""Pages written by hand: their commands exist, their links lead somewhere, their sources are known."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, WRITTEN, NoSuchCommand, Shown, complete, fenced, links, parse, shown
from withhold.packs.loader import load_builtin

SHOWN = {str(s): s for page in WRITTEN for s in shown(page)}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
HOW_TO = DOCS / "how-to" / "opt-out-of-claude-training.md"


@pytest.mark.parametrize("line", SHOWN)
def test_commands_that_are_shown_exist(line: str) -> None:
    """Each ``withhold`` or ``make`` command on a page is one that there is, with options that there are."""
    _check(SHOWN[line])


def _check(command: Shown) -> None:
    if command.words[0] == "make":
        assert {w for w in command.words[1:] if "=" not in w} <= TARGETS
    else:
        parse(command.words)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda p: p.name)
def test_commands_in_blocks_are_whole(page: Path) -> None:
    """What stands in a block can be typed as it is: no argument is missing."""
    lines = [words for words in fenced(page.read_text("utf-8")) if words[0] == "withhold"]
    assert [words for words in lines if not complete(words)] == []


@pytest.mark.parametrize(
    "line",
    [
        "withhold frobnicate",
        "withhold packs frobnicate",
        "withhold status --frobnicate",
        "withhold exposure --past maybe",
        "withhold packs show anthropic lab",
    ],
)
def test_a_command_that_is_none_is_found(line: str) -> None:
    """A page that showed one of these would fail."""
    with pytest.raises(NoSuchCommand):
        parse(tuple(line.split()))


def test_readme_and_docs_show_commands() -> None:
    """The check above has something to look at: the README, the tutorial and the how-to show commands."""
    pages = {s.page for s in SHOWN.values()}
    assert {"README.md", "docs/tutorial.md", HOW_TO.relative_to(ROOT).as_posix()} <= pages


@pytest.mark.parametrize("page", WRITTEN, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of this repository names one that is there, and a heading that it has."""
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve()
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, link


def test_the_index_leads_to_every_page() -> None:
    """Each page of the documentation is linked from its index, or from a list in the reference."""
    reached = {
        (index.parent / link).resolve()
        for index in (DOCS / "index.md", *DOCS.glob("reference/*/index.md"))
        for link in links(index)
    }
    pages = {p for p in DOCS.rglob("*.md") if "soak" not in p.parts} - {DOCS / "index.md"}
    assert {p.relative_to(DOCS).as_posix() for p in pages - reached} == set()


def test_the_how_to_names_sources_that_there_are() -> None:
    """Each source that the how-to names stands in the pack, and each kind of statement names one."""
    sources = load_builtin("anthropic").sources
    named = set(re.findall(r"`((?:a|cc)-[\w-]+|jdm[\w-]*|anthropic-automation)`", HOW_TO.read_text("utf-8")))
    assert named - set(sources) == set()
    assert len(named) >= 15


def test_the_how_to_shows_the_labels_of_the_pack() -> None:
    """The name of the switch in each language, its address and its command are those of the pack."""
    text = " ".join(HOW_TO.read_text("utf-8").split())
    pack = load_builtin("anthropic")
    web, command = pack.control("claude-help-improve"), pack.control("claude-code-privacy-settings")
    assert web is not None
    assert command is not None
    for label in web.labels:
        if label.lang != "en":
            assert label.text in text
    assert web.name in text
    assert str(web.url) in text
    assert command.labels[0].text in text


@pytest.mark.parametrize("word", ["guarantee", "erased from", "fully protected", "100%"])
def test_no_word_that_promises_too_much(word: str) -> None:
    """No page promises what only an egress proof could show."""
    for page in WRITTEN:
        assert word not in page.read_text("utf-8").lower(), page.name
