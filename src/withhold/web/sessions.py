"""Who may see the page: the browser that brought the token of the address, once."""

import secrets
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request

Tone = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Flash:
    """What came of the last thing that was asked for; shown once."""

    tone: Tone
    title: str
    lines: tuple[str, ...] = ()
    next_step: str | None = None


@dataclass(slots=True)
class Session:
    """One browser. ``language`` and the values of a form that was refused live here, not in the address."""

    language: str
    flash: Flash | None = None
    values: dict[str, str] = field(default_factory=dict)

    def take_flash(self) -> Flash | None:
        """What is to be shown, which is then shown no more."""
        flash, self.flash = self.flash, None
        return flash

    def take_values(self) -> dict[str, str]:
        """What stood in the form that was refused."""
        values, self.values = self.values, {}
        return values


class Gate:
    """Exchanges the token of the address for a cookie, once, and knows the cookie afterwards.

    Cookies do not tell ports apart, so the pages lie under a random path: another program on this machine
    that listens on another port is never sent the cookie.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._token: str | None = secrets.token_urlsafe(32)
        self._sessions: dict[str, Session] = {}
        self.base = f"/{secrets.token_hex(8)}"

    @property
    def entrance(self) -> str:
        """Path and query that let one browser in."""
        return f"{self.base}/enter?token={self._token}"

    def enter(self, token: str) -> str | None:
        """The cookie for whoever brings the token first; ``None`` for anybody else."""
        held = self._token
        if held is None or not secrets.compare_digest(token.encode(), held.encode()):
            return None
        self._token = None
        cookie = secrets.token_urlsafe(32)
        self._sessions[cookie] = Session(self._language)
        return cookie

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie."""
        given = (cookie or "").encode()
        for held, session in self._sessions.items():
            if secrets.compare_digest(given, held.encode()):
                return session
        return None


def session_of(request: Request) -> Session:
    """The session that the guard found for this request."""
    found: Session = request.scope["withhold.session"]
    return found
