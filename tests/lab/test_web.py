"""The web app through HTTP: people sign up, chat, decide and leave; the guard keeps others out."""

import asyncio
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from withhold.lab.core import Lab
from withhold.lab.server import START
from withhold.lab.state import Account
from withhold.lab.web.app import create_app
from withhold.lab.web.site import Site
from withhold.lab.web.switches import VARIANTS

GRACE = datetime(2025, 9, 1, tzinfo=UTC)
BINDING = datetime(2025, 10, 8, tzinfo=UTC)
BASE = "http://127.0.0.1:8000"


class Person:
    """Somebody with a browser that knows forms but no scripts."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lab = site.lab
        transport = ASGITransport(create_app(site))
        self.browser = AsyncClient(transport=transport, base_url=BASE, follow_redirects=True)

    def ask(self, method: str, path: str, **more: Any) -> Response:
        return asyncio.run(self.browser.request(method, path, **more))

    def get(self, path: str, **more: Any) -> Response:
        return self.ask("GET", path, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/admin").text)
        assert found
        return found[1]

    def post(self, path: str, **fields: str) -> Response:
        return self.ask("POST", path, data={"csrf": self.token(), **fields})

    def patch(self, **change: Any) -> Response:
        return self.ask("PATCH", "/api/settings", json=change, headers={"x-csrf-token": self.token()})

    def sign_up(self, tier: str = "Pro", **consent: str) -> Account:
        answer = self.post("/signup", name="Ada", email="ada@example.invalid", tier=tier)
        if answer.url.path == "/signup/terms":
            answer = self.post("/signup/terms", **consent)
        assert answer.url.path == "/chats", answer.text
        return self.account

    @property
    def account(self) -> Account:
        found = self.lab.account_by_email("ada@example.invalid")
        assert found
        return found

    def chat(self, text: str = "Hello", **more: str) -> str:
        answer = self.post("/conversations", kind="chat", text=text, **more)
        assert answer.status_code == 200, answer.text
        return answer.url.path.rpartition("/")[2]


@pytest.fixture
def person() -> Person:
    return Person(Site(Lab(START)))


@pytest.fixture
def later() -> Person:
    """In the grace period."""
    return Person(Site(Lab(GRACE)))


class TestJoining:
    def test_signing_up_before_the_new_terms(self, person: Person) -> None:
        """No consent screen, no setting: the old terms."""
        account = person.sign_up()
        assert (account.accepted, account.setting) == (None, None)
        assert 'role="dialog"' not in person.get("/chats").text

    @pytest.mark.parametrize(("consent", "setting"), [({"sharing": "on"}, True), ({}, False)])
    def test_signing_up_under_the_new_terms(
        self, later: Person, consent: dict[str, str], setting: bool
    ) -> None:
        """A consent screen with the toggle pre-set; what is sent is what counts."""
        later.post("/signup", name="Ada", email="ada@example.invalid", tier="Free")
        screen = later.get("/signup/terms").text
        assert re.search(r'<input type="checkbox" role="switch" name="sharing" value="on" checked>', screen)
        later.post("/signup/terms", **consent)
        assert later.account.setting is setting

    @pytest.mark.parametrize("tier", ["Work", "Education", "Government", "API"])
    def test_contracts_have_no_consent_screen_and_no_switch(self, later: Person, tier: str) -> None:
        """The settings say that the contract excludes training."""
        later.sign_up(tier)
        settings = later.get("/settings/privacy").text
        assert "contract excludes training" in settings
        assert "Help improve Lumen" not in settings

    def test_signing_out_and_in(self, person: Person) -> None:
        """By e-mail alone, in any case; the page says that there is no password."""
        person.sign_up()
        person.post("/signout")
        assert person.get("/chats").url.path == "/"
        assert "no passwords" in person.get("/").text
        assert person.post("/signin", email="ADA@example.invalid").url.path == "/chats"
        assert person.post("/signin", email="eve@example.invalid").status_code == 409

    @pytest.mark.parametrize(
        "fields", [{"name": "", "email": "a@b.c"}, {"name": "A", "email": "nobody"}, {"tier": "Gold"}]
    )
    def test_what_is_not_an_account(self, person: Person, fields: dict[str, str]) -> None:
        """A name, an address and a tier that exists are needed; nothing is made otherwise."""
        given = {"name": "Ada", "email": "ada@example.invalid", "tier": "Free", **fields}
        assert person.post("/signup", **given).status_code == 409
        assert person.lab.accounts == {}

    def test_an_address_is_taken_once(self, person: Person) -> None:
        """A second sign-up with the same address is refused."""
        person.sign_up()
        again = person.post("/signup", name="Eve", email="Ada@example.invalid", tier="Free")
        assert again.status_code == 409
        assert len(person.lab.accounts) == 1


class TestUpdatedTerms:
    def test_the_dialog_in_the_grace_period(self, person: Person) -> None:
        """It stands before the chats with a pre-set toggle, and can be put off."""
        person.sign_up()
        person.lab.advance(GRACE)
        chats = person.get("/chats").text
        assert 'role="dialog"' in chats
        assert "Updates to Consumer Terms" in chats
        assert "Not now" in chats
        person.post("/terms/later")
        assert 'role="dialog"' not in person.get("/chats").text
        assert person.account.accepted is None
        person.chat()

    def test_accepting_quickly_shares(self, person: Person) -> None:
        """The big button with the toggle as it was found."""
        person.sign_up()
        person.lab.advance(GRACE)
        person.post("/terms", sharing="on")
        assert person.account.setting is True
        assert person.account.accepted == GRACE + timedelta(seconds=20)

    def test_after_the_deadline_there_is_no_way_round(self, person: Person) -> None:
        """No "Not now"; putting off does not help; sending leads back to the dialog."""
        person.sign_up()
        chat = person.chat()
        person.lab.advance(BINDING)
        for path in ("/chats", "/chats/new", f"/conversations/{chat}"):
            assert 'role="dialog"' in person.get(path).text
            assert "Not now" not in person.get(path).text
        person.post("/terms/later")
        assert 'role="dialog"' in person.get("/chats").text
        assert person.post(f"/conversations/{chat}/messages", text="x").url.path == "/chats"
        person.post("/terms")
        assert person.account.setting is False
        assert person.post(f"/conversations/{chat}/messages", text="x").status_code == 200

    def test_no_switch_before_the_choice(self, person: Person) -> None:
        """Settings name the terms instead."""
        person.sign_up()
        assert "we do not train models on your chats" in person.get("/settings/privacy").text
        person.lab.advance(GRACE)
        assert "You choose about training when you accept" in person.get("/settings/privacy").text


class TestConversations:
    def test_chat_resume_and_delete(self, later: Person) -> None:
        """Write, write on, delete after asking; then it is not there any more."""
        later.sign_up()
        chat = later.chat("What is dew?")
        assert "What is dew?" in later.get(f"/conversations/{chat}").text
        later.post(f"/conversations/{chat}/messages", text="And <frost>?")
        assert "And &lt;frost&gt;?" in later.get(f"/conversations/{chat}").text
        assert [m.author for m in later.lab.conversations[chat].messages] == ["human", "model"] * 2
        assert "Delete this conversation?" in later.get(f"/conversations/{chat}/delete").text
        assert later.lab.conversations[chat].deleted_at is None
        assert later.post(f"/conversations/{chat}/delete").url.path == "/chats"
        assert later.get(f"/conversations/{chat}").status_code == 404
        assert "What is dew?" not in later.get("/chats").text

    def test_incognito_is_not_in_the_history(self, later: Person) -> None:
        """It opens by its address and stands in no list."""
        later.sign_up(sharing="on")
        chat = later.chat("secret plan", incognito="1")
        assert "Incognito" in later.get(f"/conversations/{chat}").text
        assert "secret plan" not in later.get("/chats").text
        assert later.lab.would_train(later.account.id) == {}

    def test_coding_sessions_have_their_own_list(self, later: Person) -> None:
        """A terminal-like page with the tool's result; the chats do not list it."""
        later.sign_up()
        page = later.post("/conversations", kind="coding", text="fix the bug", project="/home/ada/x")
        assert "/home/ada/x" in page.text
        assert "tests/test_app.py" in page.text
        assert "fix the bug" in later.get("/code").text
        assert "fix the bug" not in later.get("/chats").text

    def test_thumbs(self, later: Person) -> None:
        """A thumb is feedback, and the page shows it pressed; other words are none."""
        later.sign_up()
        chat = later.chat()
        page = later.post(f"/conversations/{chat}/feedback", kind="thumbs_down")
        assert re.search(r'aria-label="Bad answer" aria-pressed="true"', page.text)
        assert later.lab.history(later.account.id).feedback[0][2] == "thumbs_down"
        assert later.post(f"/conversations/{chat}/feedback", kind="applause").status_code == 404

    def test_other_peoples_conversations_are_not_there(self, later: Person) -> None:
        """Neither to read nor to write, rate or delete."""
        later.sign_up()
        chat = later.chat("mine")
        other = Person(later.site)
        other.post("/signup", name="Eve", email="eve@example.invalid", tier="Work")
        path = f"/conversations/{chat}"
        for answer in (
            other.get(path),
            other.post(f"{path}/messages", text="x"),
            other.post(f"{path}/feedback", kind="thumbs_up"),
            other.post(f"{path}/delete"),
        ):
            assert answer.status_code == 404
        assert later.lab.conversations[chat].visible

    def test_every_act_takes_time(self, later: Person) -> None:
        """The lab's clock moves on with each act in a browser, and with nothing else."""
        later.sign_up()
        before = later.lab.now
        later.get("/chats")
        assert later.lab.now == before
        later.chat()
        assert later.lab.now > before


class TestSettings:
    def test_the_switch_and_its_decoys(self, later: Person) -> None:
        """One section with the training switch, a description, and two other switches."""
        later.sign_up(sharing="on")
        page = later.get("/settings/privacy").text
        assert page.startswith('<!doctype html>\n<html lang="en">')
        assert "Privacy Settings" in page
        assert re.findall(r'role="switch" aria-checked="(\w+)" aria-labelledby="(\w+)-label"', page) == [
            ("true", "location_metadata"),
            ("true", "help_improve"),
            ("true", "product_emails"),
            ("true", "memory"),
        ]
        assert "Allow the use of your chats and coding sessions to train and improve Lumen models" in page

    def test_saving(self, later: Person) -> None:
        """A change is answered with what is stored, and stands after a reload."""
        later.sign_up(sharing="on")
        answer = later.patch(help_improve=False)
        assert answer.json()["help_improve"] is False
        assert later.account.setting is False
        assert later.get("/api/settings").json() == answer.json()
        later.patch(product_emails=False)
        assert later.account.preferences == {"product_emails": False}
        assert later.account.setting is False

    @pytest.mark.parametrize(
        "change", [{}, {"help_improve": "off"}, {"x": True}, {"memory": True, "x": True}]
    )
    def test_what_is_no_change(self, later: Person, change: dict[str, Any]) -> None:
        """Anything but one known switch and a truth value is refused."""
        later.sign_up()
        assert later.patch(**change).status_code == 400
        assert later.ask(
            "PATCH", "/api/settings", content=b"\xff{", headers={"x-csrf-token": later.token()}
        ).status_code == 400  # fmt: skip

    def test_changing_the_plan(self, later: Person) -> None:
        """To a contract and back; the contract has no switch, and the api refuses as well."""
        later.sign_up(sharing="on")
        later.post("/settings/plan", tier="Work")
        assert later.account.tier == "Work"
        assert later.patch(help_improve=False).status_code == 403
        assert later.post("/settings/plan", tier="Gold").status_code == 409

    def test_export(self, later: Person) -> None:
        """The button downloads the ZIP."""
        later.sign_up()
        later.chat("kept")
        answer = later.post("/settings/export")
        assert answer.headers["content-type"] == "application/zip"
        assert "-batch-0000.zip" in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert b"kept" in archive.read("conversations.json")

    @pytest.mark.parametrize("tab", ["account", "privacy", "plan"])
    def test_tabs(self, later: Person, tab: str) -> None:
        """Every tab opens and marks itself; others do not exist."""
        later.sign_up()
        assert f'href="/settings/{tab}" aria-current="page"' in later.get(f"/settings/{tab}").text
        assert later.get("/settings/billing").status_code == 404


class TestVariants:
    def choose(self, person: Person, name: str) -> str:
        person.sign_up(sharing="on")
        person.post("/admin/variant", name=name)
        return person.get("/settings/privacy").text

    def test_silent_failure(self, later: Person) -> None:
        """The answer says off, a fresh look says on, and nothing happened."""
        self.choose(later, "silent-failure")
        events = len(later.lab.events)
        answer = later.patch(help_improve=False)
        assert (answer.status_code, answer.json()["help_improve"]) == (200, False)
        assert later.get("/api/settings").json()["help_improve"] is True
        assert len(later.lab.events) == events

    def test_disabled(self, later: Person) -> None:
        """Locked on the page and on the server."""
        assert re.search(r'data-key="help_improve" disabled', self.choose(later, "disabled"))
        assert later.patch(help_improve=False).status_code == 403
        assert later.account.setting is True

    def test_two_alike(self, later: Person) -> None:
        """Two switches with one label; the first decides nothing."""
        page = self.choose(later, "two-alike")
        assert re.findall(r'data-key="(help\w+)"', page) == ["help_improve_twin", "help_improve"]
        assert page.count(">Help improve Lumen</p>") == 2
        later.patch(help_improve_twin=False)
        assert later.account.setting is True

    def test_unknown_label(self, later: Person) -> None:
        """The switch works under a name no list knows."""
        page = self.choose(later, "unknown-label")
        assert "Help improve Lumen" not in page
        assert "Community learning" in page
        later.patch(help_improve=False)
        assert later.account.setting is False

    def test_reverting(self, later: Person) -> None:
        """The server takes a second and refuses."""
        self.choose(later, "reverting")
        assert later.patch(help_improve=False).status_code == 503
        assert later.account.setting is True

    def test_there_are_no_others(self, later: Person) -> None:
        """An unknown variant is refused, by page and constructor."""
        assert later.post("/admin/variant", name="x").status_code == 409
        assert len(VARIANTS) == 9


class TestAdmin:
    def test_the_whole_story(self, person: Person) -> None:
        """Publish, accept, chat, train, flag, flip, retain: all from the admin pages."""
        person.sign_up()
        person.post("/admin/offer-terms")
        person.post("/terms", sharing="on")
        chat = person.chat("a shared chat")
        person.post("/admin/flag", conversation=chat)
        person.post("/admin/start-run", name="first/run")
        person.patch(help_improve=False)
        person.post("/admin/update", flip="on")
        assert person.account.setting is True
        person.post("/admin/finish-run", name="first/run")
        run = person.lab.runs["first/run"]
        assert run.finish is not None
        assert run.items[chat].causes == {"setting", "safety"}
        shown = person.get("/admin/runs/first/run").text
        assert "a shared chat" in shown
        assert "safety, setting" in shown
        person.post("/admin/clock", by="P5Y")
        assert "training_on" in person.get("/admin").text
        assert "publish_terms_update" in person.get("/admin/log").text

    def test_the_clock(self, person: Person) -> None:
        """Forward to an instant or by a step; never back, and not by nonsense."""
        person.post("/admin/clock", to="2025-09-01T10:00:00")
        assert person.lab.now == datetime(2025, 9, 1, 10, tzinfo=UTC)
        person.post("/admin/clock", by="P1D")
        assert person.lab.now == datetime(2025, 9, 2, 10, tzinfo=UTC)
        for wrong in ({"to": "2025-09-01T10:00:00"}, {"to": "soon"}, {"by": "a while"}, {}):
            assert person.post("/admin/clock", **wrong).status_code == 409
        person.post("/admin/retention")
        assert person.lab.now == datetime(2025, 9, 2, 10, 0, 20, tzinfo=UTC)
        person.post("/admin/bind-terms")
        assert person.lab.now == BINDING

    def test_what_is_not_there(self, person: Person) -> None:
        """Unknown runs and acts are answered as such."""
        assert person.get("/admin/runs/none").status_code == 404
        assert person.post("/admin/explode").status_code == 404


class TestGuard:
    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8000", ""])
    def test_other_host_names_are_refused(self, person: Person, host: str) -> None:
        """A name that was made to point here (DNS rebinding) gets nothing."""
        assert person.get("/", headers={"host": host}).status_code == 421

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1234", "[::1]:80"])
    def test_loopback_names_are_served(self, person: Person, host: str) -> None:
        """With and without port."""
        assert person.get("/", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize("csrf", [{}, {"csrf": ""}, {"csrf": "guess"}, {"csrf": "é"}])
    @pytest.mark.parametrize(
        "path",
        ["/signup", "/signin", "/signout", "/terms", "/terms/later", "/conversations", "/settings/plan",
         "/settings/export", "/admin/clock"],
    )  # fmt: skip
    def test_forms_need_the_token(self, later: Person, path: str, csrf: dict[str, str]) -> None:
        """No form of another page does anything here."""
        later.sign_up()
        events = len(later.lab.events)
        assert later.ask("POST", path, data=csrf).status_code == 403
        assert len(later.lab.events) == events

    def test_the_api_needs_the_token(self, later: Person) -> None:
        """Nor does a script of another page."""
        later.sign_up(sharing="on")
        assert later.ask("PATCH", "/api/settings", json={"help_improve": False}).status_code == 403
        assert later.account.setting is True

    def test_the_cookie(self, person: Person) -> None:
        """Out of reach of scripts and of other sites, and renewed at sign-in."""
        header = person.get("/").headers["set-cookie"]
        assert "HttpOnly" in header
        assert "SameSite=Strict" in header
        before = person.browser.cookies["lumen_session"]
        token = person.token()
        person.sign_up()
        assert person.browser.cookies["lumen_session"] != before
        assert person.token() != token

    def test_nothing_is_loaded_from_elsewhere_or_kept(self, person: Person) -> None:
        """Own files only, by policy, and no page stays in a cache."""
        answer = person.get("/")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "http://" not in answer.text
        assert "https://" not in answer.text

    @pytest.mark.parametrize("file", ["lumen.css", "switches.js", "lumen.svg"])
    def test_static_files(self, person: Person, file: str) -> None:
        """What the pages name is there."""
        assert person.get(f"/static/{file}").status_code == 200

    @pytest.mark.parametrize("path", ["/chats", "/code", "/settings/privacy", "/conversations/x"])
    def test_pages_of_an_account_need_one(self, person: Person, path: str) -> None:
        """Everybody else is led to the front page; the api says 401."""
        assert person.get(path).url.path == "/"
        assert person.get("/api/settings").status_code == 401

    def test_long_texts_are_refused(self, later: Person) -> None:
        """Twenty thousand characters are enough."""
        later.sign_up()
        assert later.post("/conversations", kind="chat", text="x" * 20_001).status_code == 413


def test_names_are_escaped(person: Person) -> None:
    """Markup in a name or title is text."""
    person.post("/signup", name="<script>x</script>", email="ada@example.invalid", tier="Free")
    person.chat("<img src=x>")
    for path in ("/chats", "/settings/account", "/admin", "/admin/log"):
        text = person.get(path).text
        assert "<script>x" not in text
        assert "<img src=x>" not in text


PAGES: list[Callable[[str], str]] = [
    lambda _chat: "/chats",
    lambda _chat: "/chats/new",
    lambda _chat: "/code/new",
    lambda chat: f"/conversations/{chat}",
    lambda chat: f"/conversations/{chat}/delete",
    lambda _chat: "/settings/account",
    lambda _chat: "/settings/privacy",
    lambda _chat: "/settings/plan",
    lambda _chat: "/admin",
    lambda _chat: "/admin/log",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_sound(later: Person, path: Callable[[str], str]) -> None:
    """Every page has a language, one heading, a title, and labels with targets."""
    later.sign_up()
    text = later.get(path(later.chat())).text
    assert '<html lang="en">' in text
    assert text.count("<h1") == 1
    assert re.search(r"<title>[^<]+</title>", text)
    for target in re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', text):
        assert f'id="{target}"' in text
    identifiers = re.findall(r' id="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
