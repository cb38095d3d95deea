"""Pictures: personal text is painted over before they are taken, wherever it lies, and nothing else is.

What must not be seen is drawn in one colour, and what must be seen in another; pixels decide.
"""

import pytest

from tests.controls.conftest import LABEL, Desk
from tests.controls.site import switch
from withhold.controls.capture import CaptureOptions
from withhold.evidence.web.packing import Packager

pytestmark = pytest.mark.browser

PRIVATE, SHOWN = (201, 7, 99), (9, 120, 33)
ADDRESS = "jo.doe@example.org"
STYLE = f"""<style>.private {{ color: rgb{PRIVATE}; font: bold 30px sans-serif; margin: 0 }}
.shown {{ color: rgb{SHOWN}; font: bold 30px sans-serif; margin: 0 }}</style>"""
SETTINGS = (
    f"""<section><h2>Privacy</h2><p class="shown">Your choice</p>{switch("training", LABEL)}</section>"""
)


def private(text: str = ADDRESS) -> str:
    return f'<p class="private">{text}</p>'


PAGES = {
    "an address inside the region": f"<section><h2>Privacy</h2><p class='shown'>Your choice</p>{private()}"
    f"{switch('training', LABEL)}</section>",
    "a text outside": f"{private('Chat about my divorce')}{SETTINGS}",
    "a field inside": SETTINGS.replace("</section>", '<input class="private" value="Jo Doe"></section>'),
    "a dialog over the page": f"""<div style="position:fixed;inset:0">{private("Title of a chat") * 9}</div>
      <div role="dialog" aria-label="Settings" style="position:fixed;left:40px;top:60px;width:500px;
      height:300px;background:#fff;z-index:5">{SETTINGS}</div>""",
    "a scrolled list around the region": f"""<div style="height:260px;overflow:auto">
      {private("Past chats") * 9}{SETTINGS}{private("More chats") * 9}</div>{private("Below") * 3}""",
    "a transformed region": f"""<div style="transform:translate(30px,20px) scale(.9)">
      {private("Outside")}{SETTINGS}</div>""",
    "a region far down": f"{private('Above') * 60}{SETTINGS}{private('Below') * 60}",
    "a high region": f"{private('Above')}<section><h2>Privacy</h2><p class='shown'>Your choice</p>"
    f"{switch('training', LABEL)}<div style='height:1500px'></div>{private()}</section>",
}


def colours(desk: Desk, name: str) -> set[tuple[int, int, int]]:
    """Which of the two colours the picture ``name`` of the last record holds."""
    png = next(a.data for a in desk.sink.last.artifacts if a.name == name)
    script = """async ([bytes, wanted]) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      canvas.drawImage(picture, 0, 0);
      const data = canvas.getImageData(0, 0, picture.width, picture.height).data;
      const has = ([r, g, b]) => {
        for (let i = 0; i < data.length; i += 4)
          if (data[i] === r && data[i + 1] === g && data[i + 2] === b) return true;
        return false;
      };
      return wanted.map(has);
    }"""
    wanted = [PRIVATE, SHOWN]
    held = desk.tab.evaluate(script, [list(png), [list(w) for w in wanted]])
    return {colour for colour, there in zip(wanted, held, strict=True) if there}


@pytest.mark.parametrize("case", sorted(PAGES))
def test_only_what_may_be_seen_is_seen(desk: Desk, case: str) -> None:
    """The words of the region stay, personal text is under paint, also in the picture of the control."""
    desk.show(STYLE + PAGES[case])
    desk.check()
    assert colours(desk, "before.png") == {SHOWN}
    assert PRIVATE not in colours(desk, "before.control.png")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_region_in_a_frame(desk: Desk, host: str) -> None:
    """A frame of this site or another: its region is shown, its personal text and the page around are not."""
    desk.show(STYLE + private("Title of a chat") + SETTINGS, path="/inner")
    frame = f'<iframe src="http://{host}:{desk.site.port}/inner" width="600" height="400"></iframe>'
    desk.show(STYLE + private() + frame + private(), "")
    desk.check()
    assert colours(desk, "before.png") == {SHOWN}


def test_the_full_page_shows_more_and_still_no_address(desk: Desk) -> None:
    """With the full page texts outside stay, but those of navigation, profiles and lists of chats do not."""
    desk.capture = CaptureOptions(full_page=True, packager=Packager())
    nav = f"<nav>{private('A title of a chat')}</nav><aside aria-label='Recents'>{private('Another')}</aside>"
    desk.show(f"{STYLE}{nav}<p class='shown'>Terms of use</p>{private()}{switch('training', LABEL)}")
    desk.check()
    assert colours(desk, "before.png") == {SHOWN}


def test_a_page_without_the_control_shows_no_text(desk: Desk) -> None:
    """Where no control was found, nothing says what is private: all text of the window is painted over."""
    desk.show(
        f"{STYLE}<h2 class='private'>A title of a chat</h2>{private()}<ul><li>{private('Another')}</ul>"
    )
    desk.check()
    assert colours(desk, "before.png") == set()


def test_a_page_that_never_rests_gives_no_picture_or_a_masked_one(desk: Desk) -> None:
    """Text that jumps about could slip from under the paint: such a picture is thrown away, and said so."""
    jumping = (
        "ready(); setInterval(() => { document.querySelector('.private').style.marginLeft ="
        " Math.random() * 400 + 'px' }, 15)"
    )
    desk.show(STYLE + PAGES["an address inside the region"], jumping)
    desk.check()
    names = {artifact.name for artifact in desk.sink.last.artifacts}
    if "before.png" in names:
        assert PRIVATE not in colours(desk, "before.png")
    else:
        assert "before.png" in dict(desk.sink.last.missing)
        assert any("kept moving" in note for note in desk.sink.last.body["notes"])


def test_the_page_is_left_as_it_was(desk: Desk) -> None:
    """After the picture the paint is gone, and the window has its size again."""
    desk.show(STYLE + PAGES["a high region"])
    size = desk.tab.viewport_size
    desk.check()
    assert desk.tab.viewport_size == size
    assert desk.tab.locator("withhold-mask").count() == 0
