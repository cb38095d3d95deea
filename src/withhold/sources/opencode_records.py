"""A message of OpenCode, put together from its record and its parts."""

from dataclasses import dataclass, field

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import UNKNOWN, Session, everything, injected, kind_of, without_person
from withhold.sources.drafts import Draft, part
from withhold.sources.text import name
from withhold.sources.times import moment

ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL}
ONE_CONTRACT = {"github-copilot": "github"}
"""OpenCode's names of providers that are reached in one way only."""
_BOOKKEEPING = frozenset({"step-start", "step-finish", "snapshot", "patch", "compaction", "retry"})


@dataclass(slots=True)
class Found:
    """A message before its parts are known. ``typed`` says whether some part is a person's words."""

    id: str
    role: str
    at: When | None
    provider: str | None
    size: int = 0
    parts: int = 0
    typed: bool = False

    def add(self, record: dict[str, object]) -> None:
        """Take a part."""
        kind = kind_of(record)
        if kind in _BOOKKEEPING:
            return
        self.parts += 1
        self.size += everything([record.get(key) for key in ("text", "state", "source", "prompt", "content")])
        own = record.get("synthetic") is not True and record.get("ignored") is not True
        text = record.get("text")
        written = kind == "text" and isinstance(text, str) and not injected(text)
        self.typed = self.typed or (own and (written or kind == "file"))

    @property
    def draft(self) -> Draft:
        """The message. One of the role ``user`` whose parts are all a program's is no person's."""
        author = ROLES.get(self.role, Author.OTHER)
        if author is Author.HUMAN and self.parts and not self.typed:
            author = Author.OTHER
        return Draft(self.id, author, self.at, self.size)


@dataclass(slots=True)
class Kept:
    """A session and its messages."""

    session: Session
    has_parent: bool = False
    messages: dict[str, Found] = field(default_factory=dict)
    faults: list[Draft] = field(default_factory=list)

    def built(self) -> Session:
        """The session with all that was found."""
        drafts = [found.draft for found in self.messages.values()] + self.faults
        self.session.drafts = without_person(drafts) if self.has_parent else drafts
        names = {found.provider for found in self.messages.values() if found.role == "assistant"}
        only = names.pop() if len(names) == 1 else None
        self.session.provider = ONE_CONTRACT.get(only or "", UNKNOWN)
        return self.session


def found_in(record: dict[str, object], own_id: str) -> Found:
    """A message by its record."""
    at = moment(part(record.get("time"), "created"))
    provider = record.get("providerID") or part(record.get("model"), "providerID")
    return Found(own_id, kind_of(record, "role"), at, name(provider))


def session_of(record: dict[str, object], own_id: str) -> Kept:
    """A session by its record."""
    session = Session(own_id, started=moment(part(record.get("time"), "created")))
    session.project = name(record.get("directory"), 1024)
    session.title = name(record.get("title"))
    session.shared = True if part(record.get("share"), "url") else None
    return Kept(session, has_parent=name(record.get("parentID")) is not None)
