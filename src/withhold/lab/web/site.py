"""What the pages share: the lab, the variant of the switch, the sessions of browsers."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request

from withhold.lab.core import Lab
from withhold.lab.errors import NotOffered
from withhold.lab.store import LabFile
from withhold.lab.web.deleting import DELETINGS, Deleting
from withhold.lab.web.switches import VARIANTS, Variant
from withhold.lab.web.wording import LANGUAGES, WORDINGS, Texts, Wording

TICK = timedelta(seconds=20)
"""What one act in the browser takes on the lab's clock, which otherwise stands still."""

_MOST_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up that waits for the consent screen."""

    name: str
    email: str
    tier: str


@dataclass(slots=True)
class Session:
    """One browser. ``not_now`` remembers that it put off the updated terms."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    account: str | None = None
    pending: SignUp | None = None
    not_now: bool = False


class Sessions:
    """Kept in memory: after a restart one signs in again."""

    def __init__(self) -> None:
        self._by_token: dict[str, Session] = {}

    def find(self, token: str | None) -> Session:
        """The session of a cookie, or a new one."""
        known = self._by_token.get(token or "")
        return known or self._keep(Session())

    def sign_in(self, session: Session, account: str) -> None:
        """The session is the account's now, under a new token."""
        self._by_token.pop(session.token, None)
        fresh = Session()
        session.token, session.csrf = fresh.token, fresh.csrf
        session.account, session.pending, session.not_now = account, None, False
        self._keep(session)

    def end(self, session: Session) -> None:
        self._by_token.pop(session.token, None)

    def _keep(self, session: Session) -> Session:
        self._by_token[session.token] = session
        while len(self._by_token) > _MOST_SESSIONS:
            del self._by_token[next(iter(self._by_token))]
        return session


class Site:
    """One running lab. The variant is kept in the lab's file, where there is one.

    Raises ``NotOffered`` for a variant that does not exist.
    """

    def __init__(self, lab: Lab, *, variant: str | None = None, file: LabFile | None = None) -> None:
        self.lab = lab
        self.sessions = Sessions()
        self._file = file
        kept = file.noted("variant") if file else None
        self.choose_variant(variant or kept or "switch")
        self.choose_wording((file and file.noted("wording")) or "improve")
        self.choose_language((file and file.noted("language")) or "en")
        self._deleting = DELETINGS["at-once"]
        self.archived: set[str] = set()
        self._asked: dict[str, datetime] = {}

    @property
    def variant(self) -> Variant:
        return self._variant

    def choose_variant(self, name: str) -> None:
        if name not in VARIANTS:
            raise NotOffered(f"no such variant: {name}", next_step=f"one of {', '.join(VARIANTS)}")
        self._variant = VARIANTS[name]
        if self._file:
            self._file.note("variant", name)

    @property
    def wording(self) -> Wording:
        return self._wording

    def choose_wording(self, name: str) -> None:
        """How the training switch is worded from now on. Raises ``NotOffered``."""
        if name not in WORDINGS:
            raise NotOffered(f"no such wording: {name}", next_step=f"one of {', '.join(WORDINGS)}")
        self._wording = WORDINGS[name]
        if self._file:
            self._file.note("wording", name)

    @property
    def language(self) -> str:
        return self._language

    @property
    def texts(self) -> Texts:
        return LANGUAGES[self._language]

    def choose_language(self, code: str) -> None:
        """The language of the privacy page from now on. Raises ``NotOffered``."""
        if code not in LANGUAGES:
            raise NotOffered(f"no such language: {code}", next_step=f"one of {', '.join(LANGUAGES)}")
        self._language = code
        if self._file:
            self._file.note("language", code)

    @property
    def training_words(self) -> tuple[str, str]:
        """Label and description of the training switch."""
        label, about = self._wording.words[self._language]
        return self._variant.label or label, about

    @property
    def deleting(self) -> Deleting:
        return self._deleting

    def choose_deleting(self, name: str) -> None:
        """How conversations are deleted from now on; forgotten when the lab stops."""
        if name not in DELETINGS:
            raise NotOffered(f"no such way to delete: {name}", next_step=f"one of {', '.join(DELETINGS)}")
        self._deleting = DELETINGS[name]

    def delete(self, conversation: str) -> None:
        """A person asked for it. What becomes of it is up to the way chosen."""
        if self._deleting.archives:
            self.archived.add(conversation)
        elif self._deleting.lag:
            self._asked.setdefault(conversation, self.lab.now + self._deleting.lag)
        else:
            self.lab.delete(conversation, self.tick())

    def catch_up(self) -> None:
        """Delete what was asked for and is due by the lab's clock."""
        for conversation, due in list(self._asked.items()):
            if due <= self.lab.now:
                del self._asked[conversation]
                self.lab.delete(conversation, self.tick())

    def tick(self) -> datetime:
        """The instant of the next act."""
        return self.lab.now + TICK


def site_of(request: Request) -> Site:
    site = request.app.state.site
    assert isinstance(site, Site)  # noqa: S101 - set by create_app
    return site


def session_of(request: Request) -> Session:
    session = request.scope["lumen.session"]
    assert isinstance(session, Session)  # noqa: S101 - set by the guard
    return session
