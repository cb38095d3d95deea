"""Opting out on pages that behave, and on pages that do not. The truth is what the server holds."""

from dataclasses import replace

import pytest

from tests.controls.conftest import LABEL, Desk
from tests.controls.fakes import control
from tests.controls.site import switch
from withhold.controls.settle import Patience
from withhold.model.words import ControlState, Outcome, Polarity, Setting

pytestmark = pytest.mark.browser

DECOYS = switch("email", "Product e-mails") + switch("location", "Location metadata")
SWITCH = switch("training", LABEL)


def test_a_switch_is_set_private_and_read_back(desk: Desk) -> None:
    """On a page that saves at once the outcome is changed, after one write and a fresh load."""
    desk.show(SWITCH + DECOYS)
    result = desk.opt_out()
    assert result.outcome is Outcome.CHANGED
    assert desk.site.writes == [("training", False)]
    [only] = result.controls
    assert (only.before.setting, only.after and only.after.setting) == (Setting.SHARING, Setting.PRIVATE)
    assert only.after_reload is not None
    assert only.after_reload.state is ControlState.OFF
    assert only.before.section == "Privacy"


def test_a_second_run_changes_nothing_and_is_recorded_too(desk: Desk) -> None:
    """Once private, another run writes nothing and leaves another record."""
    desk.show(SWITCH + DECOYS)
    desk.opt_out()
    again = desk.opt_out()
    assert again.outcome is Outcome.ALREADY_PRIVATE
    assert len(desk.site.writes) == 1
    assert [draft.type for draft in desk.sink.drafts] == ["control.optout", "control.check"]


@pytest.mark.parametrize(
    "markup",
    [
        f'<label><input type="checkbox" data-key="training"> {LABEL}</label>',
        f'<button data-key="training" aria-pressed="true">{LABEL}</button>',
        f'<b id="n">{LABEL}</b><i tabindex="0" role="checkbox" aria-labelledby="n" data-key="training">x</i>',
        f'<label>{LABEL}<input type="checkbox" role="switch" data-key="training" style="opacity:0"></label>',
    ],
    ids=["checkbox", "pressed-button", "span-by-mouse", "transparent-input"],
)
def test_other_renderings_of_a_switch(desk: Desk, markup: str) -> None:
    """A native box, a pressed button, a span that only knows the mouse and a transparent box are set too."""
    desk.show(markup + DECOYS)
    assert desk.opt_out().outcome is Outcome.CHANGED
    assert desk.site.writes == [("training", False)]


def test_opt_out_polarity(desk: Desk) -> None:
    """Where on means private, the switch is put on."""
    desk.site.state["training"] = False
    desk.private_when = {"training": True}
    desk.show(switch("training", "Do not use my chats for training") + DECOYS)
    result = desk.opt_out(control("Do not use my chats for training", polarity=Polarity.ON_PRIVATE))
    assert result.outcome is Outcome.CHANGED
    assert desk.site.state["training"] is True


def test_save_that_fails_silently(desk: Desk) -> None:
    """The page says saved, the server keeps sharing: not persisted, with both states in the record."""
    desk.site.saves = False
    desk.show(SWITCH + DECOYS)
    result = desk.opt_out()
    assert result.outcome is Outcome.NOT_PERSISTED
    [only] = result.controls
    assert only.after is not None
    assert only.after_reload is not None
    assert (only.after.setting, only.after_reload.setting) == (Setting.PRIVATE, Setting.SHARING)


def test_switch_that_moves_back(desk: Desk) -> None:
    """A switch shown off at once and set back when the save is refused is not persisted; it is tried once."""
    desk.site.save_status = 500
    desk.show(
        SWITCH + DECOYS,
        "ready(async (n, on) => { const r = await send(n, on); if (!r.ok) show(training, !on) })",
    )
    assert desk.opt_out().outcome is Outcome.NOT_PERSISTED
    assert len(desk.site.writes) == 1


def test_private_on_screen_but_the_save_was_refused(desk: Desk) -> None:
    """A page that remembers the wish in the browser while the server refused it gets no claim."""
    desk.site.save_status = 500
    desk.show(
        SWITCH + DECOYS,
        "ready((n, on) => { localStorage.setItem(n, on); return send(n, on) }).then(() => {"
        "const kept = localStorage.getItem('training'); if (kept) show(training, kept === 'true') })",
    )
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "500" in result.why


def test_answer_that_contradicts_the_request(desk: Desk) -> None:
    """Where the answer holds another state than was sent, a private look is not believed."""
    desk.site.saves, desk.site.echo = False, True
    desk.show(
        SWITCH,
        "ready((n, on) => { localStorage.setItem(n, on); return send(n, on) }).then(() => {"
        "const kept = localStorage.getItem('training'); if (kept) show(training, kept === 'true') })",
    )
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "answer" in result.why


def test_locked_while_sharing(desk: Desk) -> None:
    """A disabled switch in the sharing position is blocked, and left alone."""
    desk.show(switch("training", LABEL, "disabled") + DECOYS)
    assert desk.opt_out().outcome is Outcome.BLOCKED
    assert desk.site.writes == []


def test_locked_while_private(desk: Desk) -> None:
    """A disabled switch in the private position is private already, and said to be locked."""
    desk.site.state["training"] = False
    desk.show(switch("training", LABEL, "disabled") + DECOYS)
    result = desk.opt_out()
    assert result.outcome is Outcome.ALREADY_PRIVATE
    assert "locked" in result.why


def test_two_alike(desk: Desk) -> None:
    """Two controls of the same name in the same section are for the person to tell apart."""
    desk.site.state["other"] = True
    desk.show(SWITCH + switch("other", LABEL) + DECOYS)
    assert desk.opt_out().outcome is Outcome.NEEDS_HUMAN
    assert desk.site.writes == []


def test_the_section_tells_two_apart(desk: Desk) -> None:
    """Of two with the same name, the one in the section of the pack's menu path is meant."""
    desk.site.state["team"] = True
    team = f"<section><h2>Team workspace</h2>{switch('team', LABEL)}</section>"
    own = f"<section><h2>Privacy settings</h2>{SWITCH}</section>"
    desk.show(team + own)
    path = ("Settings", "Privacy settings", LABEL)
    assert desk.opt_out(control(LABEL, menu_path=path)).outcome is Outcome.CHANGED


def test_decoy_of_the_pack(desk: Desk) -> None:
    """A control that the pack names as a decoy is never taken for the one meant."""
    desk.show(switch("training", f"{LABEL} (beta)") + DECOYS)
    named = replace(control(LABEL), decoys=(f"{LABEL} (beta)",))
    assert desk.opt_out(named).outcome is Outcome.NO_CONTROL


def test_unknown_label(desk: Desk) -> None:
    """A page whose switches have none of the pack's labels has no control for us."""
    desk.show(switch("training", "Use my content") + DECOYS)
    assert desk.opt_out().outcome is Outcome.NO_CONTROL
    assert desk.site.writes == []


@pytest.mark.parametrize("name", [f"E-mail me how I can {LABEL}", f"Do not {LABEL}", f"{LABEL} by survey"])
def test_name_that_only_holds_the_label(desk: Desk, name: str) -> None:
    """A name that holds the label and says more may mean something else, or the opposite."""
    desk.show(switch("training", name) + DECOYS)
    assert desk.opt_out().outcome is Outcome.NEEDS_HUMAN
    assert desk.site.writes == []


def test_name_that_begins_with_the_label(desk: Desk) -> None:
    """A label followed by its description is the control."""
    desk.show(switch("training", f"{LABEL}<p>Allow the use of your chats</p>") + DECOYS)
    result = desk.opt_out()
    assert result.outcome is Outcome.CHANGED
    assert result.controls[0].before.label == LABEL


def test_stale_default_while_loading(desk: Desk) -> None:
    """A page that shows off for 800 ms and then the truth is read late, and set."""
    desk.patience = Patience()
    desk.show(SWITCH + DECOYS, "show(training, false); setTimeout(ready, 800)")
    assert desk.opt_out().outcome is Outcome.CHANGED


def test_stale_default_and_a_save_that_fails(desk: Desk) -> None:
    """The late truth also counts after the reload."""
    desk.patience = Patience()
    desk.site.saves = False
    desk.show(SWITCH, "show(training, false); setTimeout(ready, 800)")
    assert desk.opt_out().outcome is Outcome.NOT_PERSISTED


def test_second_look_differs(desk: Desk) -> None:
    """Private at the first load and sharing at the second: the later reading counts, and is acted on."""
    desk.show(
        SWITCH,
        "const n = Number(localStorage.n || 0); localStorage.n = n + 1;"
        "if (n === 0) show(training, false); else ready()",
    )
    result = desk.opt_out()
    assert result.outcome is Outcome.CHANGED
    names = [artifact.name for artifact in desk.sink.last.artifacts]
    assert "first-look.png" in names
    assert len(set(names)) == len(names)


def test_still_loading(desk: Desk) -> None:
    """A page that never stops saying that it loads is not believed."""
    desk.site.state["training"] = False
    desk.patience = Patience(quiet=0.2, first_look=0.2, claim=0.2, effect=0.5, limit=1.5)
    desk.show('<div aria-busy="true">' + SWITCH + "</div>")
    assert desk.opt_out().outcome is Outcome.NEEDS_HUMAN


def test_words_beside_the_switch_contradict(desk: Desk) -> None:
    """A switch that announces off beside the word On is for the person to look at."""
    desk.site.state["training"] = False
    desk.private_when = {}
    desk.show(SWITCH.replace("</button>", "</button> <span>On</span>"))
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "contradiction" in result.why


def test_box_and_announcement_contradict(desk: Desk) -> None:
    """A box that is ticked inside a switch that announces off is a contradiction."""
    desk.show(
        f'<div role="switch" aria-label="{LABEL}" aria-checked="false"><input type="checkbox" checked></div>',
        "",
    )
    assert desk.opt_out().outcome is Outcome.NEEDS_HUMAN


def test_save_button_of_the_form(desk: Desk) -> None:
    """A change that waits for the form's Save button is saved with it, once."""
    desk.show(
        f'<form id="f"><label><input type="checkbox" id="t"> {LABEL}</label>'
        '<label><input type="checkbox" id="e"> Product e-mails</label><button>Save changes</button></form>'
        "<form><button>Save</button></form>",
        "load().then(s => { t.checked = s.training; e.checked = s.email });"
        "f.onsubmit = ev => { ev.preventDefault(); send('training', t.checked) }",
    )
    assert desk.opt_out().outcome is Outcome.CHANGED
    assert desk.site.writes == [("training", False)]


DIALOG = """<dialog id="d"><h2>Turn this off?</h2><p>{text}</p>
<button id="n">Cancel</button> <button id="y">{button}</button></dialog>"""
DIALOG_SCRIPT = """ready((name, on) => { if (on || name !== 'training') return send(name, on);
  show(training, true); d.showModal() });
n.onclick = () => d.close();
y.onclick = async () => { d.close(); await send('training', false); show(training, false) };"""


def test_confirm_dialog(desk: Desk) -> None:
    """A dialog with one button that completes switching off is confirmed."""
    dialog = DIALOG.format(text="You can turn it on again at any time.", button="Turn off")
    desk.show(SWITCH + DECOYS + dialog, DIALOG_SCRIPT)
    result = desk.opt_out()
    assert result.outcome is Outcome.CHANGED
    assert "pressed 'Turn off'" in result.steps


@pytest.mark.parametrize(
    ("text", "button"),
    [
        ("All your chats will be deleted.", "Turn off"),
        ("Sure?", "Turn off and delete activity"),
        ("This needs a better plan.", "Upgrade"),
        ('Type your password <input type="password" aria-label="Password">', "Turn off"),
    ],
)
def test_dialog_for_the_person(desk: Desk, text: str, button: str) -> None:
    """A dialog about deleting, paying or a password is left open for the person."""
    desk.show(SWITCH + DIALOG.format(text=text, button=button), DIALOG_SCRIPT)
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert desk.site.writes == []


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("Stop sharing your chats?", Outcome.CHANGED),
        ("This deletes all chats. Go on?", Outcome.NEEDS_HUMAN),
    ],
)
def test_question_of_the_browser(desk: Desk, question: str, outcome: Outcome) -> None:
    """The browser's own question is confirmed unless it speaks of harm."""
    desk.show(
        SWITCH,
        f"ready((n, on) => {{ if (confirm('{question}')) return send(n, on); show(training, !on) }})",
    )
    assert desk.opt_out().outcome is outcome


def test_sign_in_page(desk: Desk) -> None:
    """Redirected to a sign-in page, the person is told to sign in first; nothing is typed."""
    desk.show('<form><input type="password" aria-label="Password"></form>', "", path="/login", title="Log in")
    desk.site.redirects["/"] = "/login?next=secret-token"
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "--profile" in result.why
    assert "secret-token" not in str(desk.sink.last.body)


def test_led_to_another_site(desk: Desk) -> None:
    """An address that leads to another host is not acted on, even if it has the control."""
    desk.show(SWITCH, path="/elsewhere")
    desk.site.redirects["/"] = f"http://localhost:{desk.site.port}/elsewhere"
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert desk.site.writes == []


@pytest.mark.parametrize("training", [True, False], ids=["after-acting", "already-private"])
def test_led_to_another_site_by_the_fresh_load(desk: Desk, training: bool) -> None:
    """A second load that ends on another host confirms nothing, whatever stands there."""
    desk.site.state["training"] = training
    desk.show(SWITCH, path="/elsewhere")
    away = f"http://localhost:{desk.site.port}/elsewhere"
    desk.show(SWITCH, f"if (localStorage.seen) location.replace('{away}'); localStorage.seen = 1; ready()")
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "another site" in result.why
    assert result.final_url == away
    assert len(desk.site.writes) == int(training)


def test_led_to_another_site_between_two_acts(desk: Desk) -> None:
    """A page that goes to another host when its first switch is set has no second one set there."""
    desk.site.state["voice"] = True
    desk.private_when = {"training": False, "voice": False}
    both = switch("training", "Training on text") + switch("voice", "Training on voice")
    desk.show(both, path="/elsewhere")
    away = f"http://localhost:{desk.site.port}/elsewhere"
    desk.show(both, f"ready(async (n, on) => {{ await send(n, on); location.replace('{away}') }})")
    result = desk.opt_out(
        control("Training on text", control_id="text"), control("Training on voice", control_id="voice")
    )
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert desk.site.writes == [("training", False)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same-site", "other-site"])
def test_settings_in_a_frame(desk: Desk, host: str) -> None:
    """A switch inside a frame, of this site or another, is found, set and read back."""
    desk.show(SWITCH + DECOYS, path="/inner")
    desk.show(f'<iframe src="http://{host}:{desk.site.port}/inner" width="600" height="300"></iframe>', "")
    assert desk.opt_out().outcome is Outcome.CHANGED


@pytest.mark.parametrize("mode", ["open", "closed"])
def test_switch_in_a_shadow_root(desk: Desk, mode: str) -> None:
    """A switch inside a web component is found, whether its shadow root is open or closed."""
    desk.show(
        '<div id="host"></div>',
        f"const root = host.attachShadow({{mode: '{mode}'}});"
        f'root.innerHTML = `<button role="switch" aria-label="{LABEL}">x</button>`;'
        "const b = root.firstChild; load().then(s => { show(b, s.training); wire(b, 'training') })",
    )
    assert desk.opt_out().outcome is Outcome.CHANGED


def test_nameless_switch_beside_its_label(desk: Desk) -> None:
    """A switch whose only name is On/Off belongs to the text of its row."""
    desk.show(
        f'<div><span>{LABEL}</span><button role="switch" data-key="training">On Off</button></div>' + DECOYS
    )
    assert desk.opt_out().outcome is Outcome.CHANGED


def test_dialog_over_the_page(desk: Desk) -> None:
    """A dialog that hides the settings is for the person: it may ask for consent."""
    desk.show(
        SWITCH + '<dialog id="d"><h2>New terms</h2><button>Accept</button></dialog>', "ready(); d.showModal()"
    )
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "dialog" in result.why


def test_all_controls_must_be_private(desk: Desk) -> None:
    """Two controls that are both asked for are both set; one alone is not enough."""
    desk.site.state["voice"] = True
    desk.private_when = {"training": False, "voice": False}
    text, voice = (
        control("Training on text", control_id="text"),
        control("Training on voice", control_id="voice"),
    )
    desk.show(switch("training", "Training on text") + switch("voice", "Training on voice") + DECOYS)
    assert desk.opt_out(text, voice).outcome is Outcome.CHANGED
    missing = control("Training on images", control_id="images")
    assert desk.opt_out(text, missing).outcome is Outcome.NO_CONTROL


def test_one_private_one_sharing(desk: Desk) -> None:
    """A control that is private already is not touched while the other is set."""
    desk.site.state["voice"] = False
    desk.private_when = {"training": False, "voice": False}
    desk.show(switch("training", "Training on text") + switch("voice", "Training on voice"))
    result = desk.opt_out(
        control("Training on text", control_id="text"), control("Training on voice", control_id="voice")
    )
    assert result.outcome is Outcome.CHANGED
    assert desk.site.writes == [("training", False)]


def test_page_that_moves_a_decoy(desk: Desk) -> None:
    """A page that switches something else along with the control is reported by that one's name."""
    desk.site.state["ads"] = False
    desk.private_when = {"training": False, "ads": True}
    desk.show(
        SWITCH + switch("ads", "Personal adverts"),
        "ready(async (n, on) => { await send(n, on); await send('ads', true) })",
    )
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "Personal adverts" in result.why


def test_switch_that_does_nothing(desk: Desk) -> None:
    """A control that neither key nor mouse moves is for the person."""
    desk.show(SWITCH, "load().then(all)")
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert len([s for s in result.steps if "Space" in s or "clicked" in s]) == 2


def test_check_touches_nothing(desk: Desk) -> None:
    """A check of a sharing control reports it and changes nothing."""
    desk.show(SWITCH + DECOYS)
    result = desk.check()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert result.controls[0].before.setting is Setting.SHARING
    assert desk.site.writes == []
    assert desk.sink.last.type == "control.check"


def test_page_that_cannot_be_reached(desk: Desk) -> None:
    """No server: nothing is claimed, and the attempt is recorded with what is missing."""
    desk.site.url = "http://127.0.0.1:9/"
    result = desk.opt_out()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert {name for name, _ in desk.sink.last.missing} >= {"before.png", "before.aria.yml"}
