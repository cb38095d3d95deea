"""What a page proposes before it is sent is no setting, however private it looks."""

import pytest

from tests.controls.conftest import LABEL, PRIVATE, Desk
from tests.controls.site import switch
from withhold.model.words import Outcome

pytestmark = pytest.mark.browser
BOX = f'<label><input type="checkbox" id="z"> {LABEL}</label>'
PROPOSALS = {
    "form": f'<form action="/go" method="post">{BOX}<button>Continue</button></form>',
    "dialog": f'<div role="dialog" aria-label="New terms">{BOX}<button>Accept</button></div>',
    "no form": f"<section>{BOX}</section><div><button type='button'>Agree and continue</button></div>",
    "german": f"<form>{BOX}<button>Weiter</button></form>",
    "password": f'<form>{BOX}<input type="password" aria-label="Password"><button>Go</button></form>',
    "other name": f'<form>{BOX}<input type="submit" value="Submit"></form>',
    "next step": f"<form>{BOX}<button>Save and continue</button></form>",
}


@pytest.mark.parametrize("body", PROPOSALS.values(), ids=PROPOSALS.keys())
def test_a_proposal_is_no_claim(desk: Desk, body: str) -> None:
    """A box that stands private beforehand in what only the person can send says nothing of an account."""
    desk.site.state["training"] = True
    desk.show(body, "")
    result = desk.opt_out_unknown()
    assert result.outcome is Outcome.NEEDS_HUMAN
    assert "only you" in result.why


def test_a_draft_that_the_server_remembers_is_no_claim(desk: Desk) -> None:
    """What was moved in a form that is yet to be sent comes back after a reload: a draft, not a setting."""
    desk.site.state |= {"draft": True, "training": True}
    desk.private_when = {"training": False}
    desk.show(f"<form>{switch('draft', LABEL)}<button>Accept and continue</button></form>")
    assert desk.opt_out_unknown().outcome not in PRIVATE


@pytest.mark.parametrize(
    "beside",
    [
        "<form><button>Save changes</button></form>",
        '<div id="banner"><p>We use cookies.</p><button type="button">Accept</button></div>',
        '<form><input aria-label="Search"><button>Submit</button></form>',
    ],
    ids=["save", "cookies", "search"],
)
def test_a_setting_beside_another_form_is_claimed(desk: Desk, beside: str) -> None:
    """A form of its own, or a banner about cookies, does not take the setting's word from it."""
    desk.site.state["training"] = False
    desk.show(switch("training", LABEL) + beside)
    assert desk.opt_out_unknown().outcome is Outcome.ALREADY_PRIVATE
