"""What to delete first, and what a later export says of what was deleted. Pure.

Ranking: (open) x (sensitive) x (kept long). Each factor is small and said in words, so that a person can
follow why one row stands above another. What is neither open nor unknown, now or in the past, has no rank.

Absence: an export speaks of a conversation only if it is surely of that account, of that product, made after
the deletion, read without a gap, and shows everything else that it should. In all other cases the answer is
unknown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from withhold.model.when import When
from withhold.model.words import FutureEligibility, PastExposure

_YEAR = timedelta(days=365)
LONGEST = 6
"""Factor of what has no known end, and of six years or more."""
MOST_KINDS = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """What ranking looks at. ``kinds``: of secrets or personal data that a search traced to it.

    No kind is not "nothing found": nobody may have searched it, or what was found could not be traced.

    ``kept_until``: the latest known end of all grounds; ``None`` where one of them has no known end.
    """

    past: PastExposure
    future: FutureEligibility
    kinds: tuple[str, ...]
    kept_until: datetime | None


@dataclass(frozen=True, slots=True)
class Rank:
    """``score`` orders; nothing else may be read into it. ``why`` is one line."""

    score: int
    why: str
    achieves: str


def rank(candidate: Candidate, now: datetime) -> Rank | None:
    """The rank of one conversation; ``None`` where deleting it would change nothing about training."""
    openness = _open(candidate)
    if openness is None:
        return None
    factor, words = openness
    sensitive = 1 + min(len(candidate.kinds), MOST_KINDS)
    score = factor * sensitive * _kept(candidate.kept_until, now)
    why = f"{words}; {_found(candidate.kinds)}; {_until(candidate.kept_until)}"
    return Rank(score, why, _achieves(candidate))


def _open(c: Candidate) -> tuple[int, str] | None:
    past = {
        PastExposure.EXPOSED: "was open to training",
        PastExposure.UNKNOWN: "may have been open",
        PastExposure.NOT_EXPOSED: "was not open",
    }[c.past]
    if c.future is FutureEligibility.ELIGIBLE:
        return 4, f"{past}, and is open to future runs"
    if c.future is FutureEligibility.UNKNOWN:
        return 3, f"{past}, and may be open to future runs"
    if c.past is PastExposure.NOT_EXPOSED:
        return None
    return (2 if c.past is PastExposure.EXPOSED else 1), f"{past}, and is not open to future runs"


def _found(kinds: tuple[str, ...]) -> str:
    if not kinds:
        return "no secret is known"
    return f"holds {', '.join(kinds[:3])}{' ...' if len(kinds) > 3 else ''}"


def _kept(until: datetime | None, now: datetime) -> int:
    if until is None:
        return LONGEST
    return max(1, min(LONGEST, -((now - until) // _YEAR)))


def _until(until: datetime | None) -> str:
    return "no end of keeping is known" if until is None else f"kept until {until:%Y-%m-%d} at most"


def _achieves(c: Candidate) -> str:
    trained = (
        " Models already trained on it keep what they learnt."
        if c.past is not PastExposure.NOT_EXPOSED
        else ""
    )
    if c.future is FutureEligibility.NOT_ELIGIBLE:
        return f"It ends the keeping sooner; future runs do not take it as things stand.{trained}"
    return f"It keeps it out of runs that start later, by the provider's terms.{trained}"


class Presence(StrEnum):
    """What a later export says of one conversation."""

    ABSENT = "absent"
    """Not in that export, which speaks for it. It says nothing of back-ups or of other stores."""
    STILL_THERE = "still_there"
    REAPPEARED = "reappeared"
    """It was found absent before, or gone from the page, and this later export shows it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Export:
    """What was read of an export. ``accounts``: whom it names. ``kinds``: of the conversations that it shows.

    ``unread``: places that were not recognised. ``missing``: conversations nobody deleted that older exports
    of the account show and this one lacks: then it is not known to be whole. ``formats``: what readers call
    it. ``perhaps_partial``: neither it nor a person tells that it is of all time and has no further parts.
    """

    made: When | None
    accounts: frozenset[str]
    kinds: frozenset[str]
    unread: int
    missing: int
    formats: frozenset[str]
    perhaps_partial: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """One conversation that was asked to be deleted. ``gone``: when; ``None``: not known to have been done.

    ``accounts``: the names by which exports may call its account. ``seen_gone``: it was found absent before.
    ``formats``: of the exports that showed it.
    """

    accounts: frozenset[str]
    kind: str
    gone: When | None
    seen_gone: bool
    formats: frozenset[str]


def presence(deleted: Deleted, export: Export, now: datetime, *, shown: bool) -> tuple[Presence, str]:
    """What ``export``, which shows the conversation or not, says of it, and why. ``now``: here."""
    why_not = _cannot_speak(deleted, export, now)
    if why_not is not None:
        return Presence.UNKNOWN, why_not
    if shown:
        if deleted.seen_gone:
            return Presence.REAPPEARED, "it was gone before, and this later export shows it"
        return Presence.STILL_THERE, "this later export shows it"
    if export.unread:
        return (
            Presence.UNKNOWN,
            f"{export.unread} places in the export were not recognised: it may be in one of them",
        )
    if not export.formats & deleted.formats:
        return Presence.UNKNOWN, "no export of this format showed it before: this one might lack it anyway"
    if export.perhaps_partial:
        return Presence.UNKNOWN, (
            "nothing in the export tells that it is all: a time may have been chosen, or parts be missing"
        )
    if export.missing:
        return Presence.UNKNOWN, (
            f"the export also lacks {export.missing} that nobody deleted: it is not known to be whole"
        )
    return Presence.ABSENT, "not in this export, which was made after the deletion"


def _cannot_speak(deleted: Deleted, export: Export, now: datetime) -> str | None:
    if deleted.gone is None:
        return "it is not known to have been deleted"
    if not export.accounts & deleted.accounts:
        return "the export does not name this account"
    if export.accounts - deleted.accounts:
        return "the export names other accounts too"
    if deleted.kind not in export.kinds:
        return (
            f"the export shows no conversation of this kind ({deleted.kind}), so nothing tells that it would"
        )
    if export.made is None:
        return "the export does not tell when it was made"
    if export.made.earliest > now:
        return "the export says that it was made after the present time of this computer's clock"
    if export.made.earliest <= deleted.gone.latest:
        return (
            f"the export may be older than the deletion (made {export.made.earliest:%Y-%m-%d %H:%M} UTC or"
            " later); one of some days later settles it"
        )
    return None
