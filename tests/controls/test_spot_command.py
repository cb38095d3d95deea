"""``withhold spot``: its document, its text, its exit codes."""

import sys
from collections.abc import Iterator

import pytest

from tests.cli.tool import Tool
from tests.controls.consent import BY_GOING_ON, QUIET, sign_up
from tests.controls.site import Site, serve

pytestmark = pytest.mark.browser

SMALL = (
    f"<p><small>{BY_GOING_ON['en']}</small></p><small><label><input type='checkbox' checked>"
    " Use my chats to train models</label></small>"
)


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capsys)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site(pages={"/": sign_up(after=SMALL), "/quiet": QUIET["log-in"]})) as running:
        yield running


def test_the_document(tool: Tool, site: Site) -> None:
    """The document is valid by its schema, lists the gravest first, and says what going on would agree to."""
    document = tool.document("spot", site.url + "?token=secret", "--headless")
    box, sentence = document["findings"]
    assert (box["label"], box["covers_training"], box["preset"]) == (
        "Use my chats to train models",
        True,
        True,
    )
    assert (box["state"], box["consents_when"], box["after_primary_button"]) == ("on", "on", True)
    assert sentence["implied_text"]
    assert document["primary_button"] == "Continue"
    assert document["accepting_now"] == [box["label"], BY_GOING_ON["en"]]
    assert "secret" not in str(document)


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux can it be told that there is no screen")
def test_where_there_is_no_screen(tool: Tool, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the other commands that open a page, it goes on without a window, and says so."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    ran = tool("spot", site.url)
    assert ran.code == 0
    assert "without a window" in ran.err


def test_the_text_and_the_check(tool: Tool, site: Site) -> None:
    """For people it says what is wrong with a control; with --check findings make exit code 1."""
    ran = tool("spot", site.url, "--headless", "--check")
    assert ran.code == 1
    text = " ".join(ran.out.split())
    for said in (
        "training of models",
        "set to yes already",
        "stands after the main button",
        "pale (contrast",
    ):
        assert said in text
    assert '"Continue" now, with nothing changed, would say yes to:' in text


def test_a_quiet_page(tool: Tool, site: Site) -> None:
    """Where nothing is found the text says so, and --check passes."""
    ran = tool("spot", site.url + "quiet", "--headless", "--check")
    assert ran.code == 0
    assert "No consent-like control or sentence was found" in ran.out


def test_an_error_page_is_told(tool: Tool, site: Site) -> None:
    """What the server answered with an error is no clean page: that is said beside the findings."""
    document = tool.document("spot", site.url + "absent", "--headless")
    assert document["findings"] == []
    assert "404" in document["unseen"][0]


def test_what_cannot_be_looked_at(tool: Tool) -> None:
    """A page that is not there ends with 3; an address that is not to be opened is refused with 2."""
    with serve(Site()) as gone:
        url = gone.url
    assert tool("spot", url, "--headless").code == 3
    for odd in ("http://example.com/", "file:///etc/passwd", "javascript:alert(1)"):
        assert tool("spot", odd, "--headless").code == 2
