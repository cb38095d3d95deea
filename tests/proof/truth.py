"""What really happened to a conversation, as far as the files show that something was sent in it.

A file cannot tell what was sent after it was made: a verdict is of what sources show. So truth counts the
instants that the state holds; where those are all there are, it is what training runs took, no less, no more.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.policy.knowledge import Knowledge
from tests.policy.worlds import FUTURE, PAST, World, extremes, fits
from tests.proof.people import People
from withhold.lab.retention import Purge
from withhold.model.conversation import Conversation
from withhold.model.words import Author


@dataclass(frozen=True)
class Truth:
    """Whether it was exposed, and is eligible where the setting stands as at the last look.

    ``whole``: all that was ever sent is shown. ``hidden`` are causes that nobody told us of.
    """

    exposed: bool
    eligible: bool
    whole: bool
    hidden: frozenset[str]


def truth_of(people: People, c: Conversation, look: datetime) -> Truth:
    """``c`` is the conversation as the state holds it."""
    there = people.lab.conversations[c.source_id]
    shown = {m.at.earliest for m in c.messages if m.author is not Author.MODEL}
    sent = {m.at for m in there.messages if m.author != "model"}
    assert shown <= sent, "an instant that the lab does not know"
    given = {mark.at.earliest for mark in c.feedback}
    copies = [copy for copy in there.copies if copy.cause == "feedback" and copy.trains]
    rated = any(copy.at in given for copy in copies)
    rated_now = any(copy.at in given and copy.usable(people.lab.now) for copy in copies)
    shared = bool(people.shared[c.source_id] & shown)
    kept = there.deleted_at is None and there.purged_at is None
    ever = people.ever.get(c.source_id, frozenset())
    assert shown < sent or shared == ("setting" in ever), "the lab's runs say the same"
    return Truth(
        exposed=shared or rated,
        eligible=(shared and kept and _sharing(people, there.account, look)) or rated_now,
        whole=shown == sent,
        hidden=ever - ({"setting"} if shared else set()) - ({"feedback"} if rated else set()),
    )


def _sharing(people: People, account: str, at: datetime) -> bool:
    settings = people.lab.account(account).settings
    place = bisect_right([since for _, since in settings], at)
    return place > 0 and settings[place - 1][0]


def earned(t: Knowledge, c: Conversation, look: datetime) -> tuple[str, str]:
    """Both verdicts as the outermost histories that fit the evidence give them."""
    least, most = extremes(t, c)
    assert fits(least, t, c)
    assert fits(most, t, c)
    return PAST[least.exposed, most.exposed], FUTURE[_eligible(least, look), _eligible(most, look)]


def _eligible(world: World, look: datetime) -> bool:
    shared = any(world.shares(at, consumer=world.consumer[at]) for at in world.messages)
    rated = any(world.rating_trains(at, consumer=world.consumer[at]) for at in world.feedback)
    return (shared and world.sharing(look) and not world.deleted) or rated


def by_conversation(purges: Iterable[Purge]) -> dict[str, list[Purge]]:
    """What the retention job did, for each conversation."""
    found: dict[str, list[Purge]] = {}
    for purge in purges:
        found.setdefault(purge.conversation, []).append(purge)
    return found
