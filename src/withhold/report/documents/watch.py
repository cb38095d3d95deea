"""``withhold watch``: what was looked at, what changed, what is due."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document
from withhold.report.documents.terms import SeenWord, TopicWord

LookWord = Literal["private", "sharing", "not_seen", "refused", "needs_you"]


class DueRow(Struct, kw_only=True, frozen=True):
    """When one control of one account is to be looked at. ``looked`` is the last look that counts."""

    account: str
    label: str
    provider: str
    control: str
    title: str
    at: datetime
    due: bool
    reason: Literal["never_looked", "clock_set_back", "something_changed", "after_change", "period"]
    why: str
    looked: datetime | None
    by: Literal["you", "browser"]
    next: str


class LookRow(Struct, kw_only=True, frozen=True):
    """A look that was due. ``needs_you``, ``refused`` and ``not_seen`` say nothing of the setting."""

    account: str
    label: str
    provider: str
    control: str
    title: str
    due_since: datetime
    why_due: str
    result: LookWord
    why: str
    at: datetime | None
    record: str | None
    next: str


class DriftRow(Struct, kw_only=True, frozen=True):
    """Something that stood private and does not any more. It changed within the bounds, both inclusive.

    ``not_before`` is ``null`` where nothing tells. The counts are of imported conversations touched since
    then; what was said after the last import is in none of them. ``null``: nothing can be counted.
    """

    kind: Literal["control", "local"]
    what: str
    account: str | None
    label: str | None
    provider: str | None
    control: str | None
    not_before: datetime | None
    not_after: datetime
    exposed: int | None
    unknown: int | None
    stands: Literal["sharing", "private", "bad", "partly"]
    text: str
    next: str


class ReminderRow(Struct, kw_only=True, frozen=True):
    name: str
    due: datetime
    text: str
    next: str


class SentRow(Struct, kw_only=True, frozen=True):
    """``where`` is the kind of address alone: the address itself can hold a password."""

    where: str
    sent: bool
    why: str | None = None


class LocalRow(Struct, kw_only=True, frozen=True):
    """Settings on this machine, looked at in every run."""

    looked: int
    good: int
    bad: int
    unknown: int
    tools: int


class TermsNewsRow(Struct, kw_only=True, frozen=True):
    """A change of a page of terms that matters and that no run has told of. It came within the bounds."""

    id: str
    provider: str
    url: str
    earliest: datetime
    latest: datetime
    topics: tuple[TopicWord, ...]
    controls: tuple[str, ...]
    """Controls to be looked at again."""
    text: str
    next: str


class TermsLookRow(Struct, kw_only=True, frozen=True):
    """Whether pages of terms were asked for, which happens only where the person chose it; what came of it.

    ``why`` says why they were not looked at. ``not_compared``: pages of which nobody knows whether they say
    something else now. ``news`` and ``unread`` hold whatever any earlier look has found, too.
    """

    looked: bool
    why: str
    seen: SeenWord | None
    pages: int
    not_compared: int
    news: tuple[TermsNewsRow, ...]
    unread: int


class LetterDraftRow(Struct, kw_only=True, frozen=True):
    """A draft that follows a letter (``about``) which nobody answered in time. Nothing was sent."""

    id: str
    about: str
    provider: str
    stage: Literal["reminder", "complaint"]
    text: str
    next: str


class WatchRunDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.watch-run/1"] = "withhold.watch-run/1"
    drifts: tuple[DriftRow, ...]
    looks: tuple[LookRow, ...]
    local: LocalRow | None
    terms: TermsLookRow
    letters: tuple[LetterDraftRow, ...]
    reminders: tuple[ReminderRow, ...]
    upcoming: tuple[DueRow, ...]
    notices: tuple[str, ...]
    sent: tuple[SentRow, ...]
    record: str
    next: str


class TimerRow(Struct, kw_only=True, frozen=True):
    """A file of the system's own timer. ``state``: as we write it, another, or absent."""

    path: str
    state: Literal["ours", "other", "absent"]


class WatchStatusDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.watch-status/1"] = "withhold.watch-status/1"
    timer: tuple[TimerRow, ...]
    last_run: datetime | None
    due: tuple[DueRow, ...]
    reminders: tuple[ReminderRow, ...]
    notify: tuple[str, ...]
    every_hours: float
    after_change_hours: float
    terms: bool
    """Whether a run asks for pages of terms, as the person chose."""
    next: str


class WatchInstallDocument(Document, kw_only=True, frozen=True):
    """Files that were written or removed, and the commands that are the person's to run."""

    schema: Literal["withhold.watch-install/1"] = "withhold.watch-install/1"
    done: Literal["installed", "uninstalled"]
    system: Literal["systemd", "launchd", "windows"]
    files: tuple[str, ...]
    commands: tuple[str, ...]
    notes: tuple[str, ...]


class WatchSetDocument(Document, kw_only=True, frozen=True):
    """What was chosen for the watch."""

    schema: Literal["withhold.watch-set/1"] = "withhold.watch-set/1"
    set: str
    notes: tuple[str, ...]
