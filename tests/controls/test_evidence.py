"""What a run leaves behind: complete, masked, and there also when something went wrong."""

import json
from datetime import datetime

import pytest

from tests.controls.conftest import LABEL, Desk
from tests.controls.fakes import QUICK, BrokenPackager, control, ticking
from tests.controls.site import switch
from withhold.controls.assist import set_private
from withhold.controls.capture import PER_STAGE, CaptureOptions
from withhold.controls.capturing.chain import NO_TLS
from withhold.controls.record import RunContext
from withhold.model.evidence import Draft
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser

STAGES = ("before", "after", "after-reload")
PAINT = (52, 58, 70)


def _size(png: bytes) -> tuple[int, int]:
    """Width and height from the header of a PNG."""
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def _artifacts(draft: Draft) -> dict[str, bytes]:
    return {artifact.name: artifact.data for artifact in draft.artifacts}


def test_a_change_is_shown_before_after_and_after_the_reload(desk: Desk) -> None:
    """Three pictures of the section and three outlines; the outlines hold the states that were read."""
    desk.show(switch("training", LABEL) + switch("email", "Product e-mails"))
    desk.opt_out()
    kept = _artifacts(desk.sink.last)
    assert set(kept) == {f"{s}.{kind}" for s in STAGES for kind in PER_STAGE} | {"exchange.wacz"}
    assert _size(kept["before.png"])[1] < 900, "the section, not the window"
    lines = kept["after-reload.aria.yml"].decode().splitlines()
    nodes = [json.loads(line.removeprefix("- ")) for line in lines]
    assert {"role": "switch", "name": LABEL, "checked": "false"}.items() <= {
        key: value for node in nodes if node["name"] == LABEL for key, value in node.items()
    }.items()
    assert dict(desk.sink.last.missing) == {"tls-chain.pem": NO_TLS}


def test_the_record_holds_no_fraction_and_can_be_told_by_itself(desk: Desk) -> None:
    """Body values are those that a record may hold, and name provider, pack, browser and steps."""
    desk.show(switch("training", LABEL))
    desk.opt_out()
    body = desk.sink.last.body
    assert body == json.loads(json.dumps(body), parse_float=lambda _: pytest.fail("a float"))
    assert body["pack"] == {"id": "example", "sha256": "ab" * 32}
    assert body["actor"] == "tool"
    assert body["terms_overridden"] is False
    assert body["requests"] == [{"method": "PATCH", "host": "127.0.0.1", "status": 200, "doubt": None}]


def test_mail_addresses_stay_out(desk: Desk) -> None:
    """An address on the page is in no text of the record, and is painted over in the picture."""
    address = "jo.doe@example.org"
    desk.show(f'<p id="me" style="margin:0;font-size:40px">{address}</p>' + switch("training", LABEL))
    desk.opt_out()
    kept = _artifacts(desk.sink.last)
    assert address not in str(desk.sink.last.body)
    assert all(address not in kept[f"{s}.aria.yml"].decode() for s in STAGES)
    assert "[masked:e-mail:" in kept["before.aria.yml"].decode()
    assert _has_colour(desk, kept["before.png"], PAINT)


def test_a_portrait_in_the_styles_is_painted_over(desk: Desk) -> None:
    """A page without the control is taken down as a window; a picture behind a small element is no text."""
    dot = "data:image/gif;base64,R0lGODdhAQABAIAAAP8A//8A/ywAAAAAAQABAAACAkQBADs="
    desk.show(f'<div style="width:60px;height:60px;background:url({dot})"></div><h2>Nothing here</h2>')
    desk.opt_out()
    kept = _artifacts(desk.sink.last)
    assert _has_colour(desk, kept["before.png"], PAINT)
    assert not _has_colour(desk, kept["before.png"], (255, 0, 255))


def test_keys_stay_out(desk: Desk) -> None:
    """A key on the page is in no text of the record, and is painted over in the picture."""
    key = "sk-" + "proj-Abc123Def456Ghi789"
    desk.show(f'<p style="margin:0;font-size:40px">{key}</p>' + switch("training", LABEL))
    desk.opt_out()
    kept = _artifacts(desk.sink.last)
    assert all(key not in kept[f"{s}.aria.yml"].decode() for s in STAGES)
    assert "[masked:secret:" in kept["before.aria.yml"].decode()
    assert _has_colour(desk, kept["before.png"], PAINT)


def _has_colour(desk: Desk, png: bytes, colour: tuple[int, int, int]) -> bool:
    """Whether a picture holds pixels of a colour, as the browser decodes it."""
    script = """async ([bytes, wanted]) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      canvas.drawImage(picture, 0, 0);
      const data = canvas.getImageData(0, 0, picture.width, picture.height).data;
      for (let i = 0; i < data.length; i += 4)
        if (data[i] === wanted[0] && data[i + 1] === wanted[1] && data[i + 2] === wanted[2]) return true;
      return false;
    }"""
    return bool(desk.tab.evaluate(script, [list(png), list(colour)]))


def test_breaking_off_after_the_act_is_recorded(desk: Desk) -> None:
    """Ctrl-C after the switch was moved leaves a record that says so and names what it lacks."""
    desk.show(switch("training", LABEL))
    clock = ticking()
    broken_off: list[bool] = []

    def interrupted_once() -> datetime:
        if desk.site.writes and not broken_off:
            broken_off.append(True)
            raise KeyboardInterrupt
        return clock()

    with pytest.raises(KeyboardInterrupt):
        set_private(
            desk.tab,
            desk.site.url,
            (control(LABEL),),
            clock=interrupted_once,
            sink=desk.sink,
            context=RunContext("example", None, "test", patience=QUICK),
        )
    draft = desk.sink.last
    assert (draft.type, draft.body["outcome"]) == ("control.optout", Outcome.NEEDS_HUMAN.value)
    assert "before.png" in _artifacts(draft)
    assert {name for name, _ in draft.missing} >= {
        f"{stage}.{kind}" for stage in ("after", "after-reload") for kind in PER_STAGE
    }


def test_a_failure_in_capturing_changes_no_outcome(desk: Desk) -> None:
    """Writers that fail leave the opt-out as it is; the record lists what is missing and why."""
    desk.show(switch("training", LABEL))
    desk.capture = CaptureOptions(packager=BrokenPackager())
    assert desk.opt_out().outcome is Outcome.CHANGED
    draft = desk.sink.last
    assert {"exchange.wacz", "before.mhtml", "after.mhtml", "after-reload.mhtml"} <= set(dict(draft.missing))
    assert any("MemoryError" in note for note in draft.body["notes"])
    assert {"before.png", "before.html"} <= set(_artifacts(draft))


def test_without_writers_their_parts_are_listed_as_missing(desk: Desk) -> None:
    """A run that was given nothing to write containers with says so."""
    desk.show(switch("training", LABEL))
    desk.capture = CaptureOptions()
    desk.opt_out()
    assert dict(desk.sink.last.missing)["exchange.wacz"] == "this run was given nothing that writes it"
