"""What the provider stores: accounts, conversations, copies. Changed by ``core`` alone."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``author`` is ``human``, ``model`` or ``other`` (a tool's result)."""

    id: str
    author: str
    at: datetime
    text: str
    commercial: bool = False
    """Sent under a contract that excludes training."""


@dataclass(slots=True)
class Copy:
    """A copy the provider took of a conversation, or the score of a flag (then without messages).

    ``basis`` is ``feedback``, ``flagged_content`` or ``flagged_scores``; ``trains`` says whether runs use it.
    """

    basis: str
    at: datetime
    until: datetime
    trains: bool
    kind: str
    messages: tuple[Message, ...] = ()
    purged_at: datetime | None = None

    @property
    def cause(self) -> str:
        return "feedback" if self.basis == "feedback" else "safety"

    def usable(self, at: datetime) -> bool:
        """Whether a run with its snapshot at ``at`` includes this copy."""
        return self.trains and at < self.until


@dataclass(slots=True)
class Conversation:
    """A chat or a coding session as the provider holds it.

    ``purged_at`` says when the provider's store lost it. The messages stay readable here even then, so
    that tests can ask what was once there; nothing that the provider does looks at them any more.
    """

    id: str
    account: str
    kind: str
    incognito: bool
    title: str
    created: datetime
    project: str | None = None
    messages: list[Message] = field(default_factory=list)
    last_shared: datetime | None = None
    """The last message that shared it; ``None``: it was never shared."""
    deleted_at: datetime | None = None
    purged_at: datetime | None = None
    copies: list[Copy] = field(default_factory=list)

    @property
    def last_at(self) -> datetime:
        return self.messages[-1].at if self.messages else self.created

    @property
    def visible(self) -> bool:
        """Whether the person can still open it."""
        return self.deleted_at is None and self.purged_at is None


@dataclass(slots=True)
class Account:
    """An account. ``setting`` is ``None`` until the person made a choice; ``None`` shares nothing."""

    id: str
    email: str
    label: str
    created: datetime
    tier: str
    accepted: datetime | None = None
    setting: bool | None = None
    tiers: list[tuple[str, datetime]] = field(default_factory=list)
    """Each tier with the instant it began."""
    settings: list[tuple[bool, datetime]] = field(default_factory=list)
    """Each position of the setting with the instant it was taken."""
    preferences: dict[str, bool] = field(default_factory=dict)
    """Other switches of the account, which decide nothing about training."""
    conversations: list[Conversation] = field(default_factory=list)
