"""When a conversation began, ended, was rated and left: all that clocks count from."""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.conversation import Conversation, Deletion
from withhold.model.when import When
from withhold.policy.regimes import RegimeTable
from withhold.policy.timeline import CREDIBLE


@dataclass(frozen=True, slots=True)
class Course:
    """Made by :func:`course_of`, or of columns. Times are as known by the evaluation instant.

    ``first`` and ``last`` are the earliest and the latest over all messages, ``None`` where none is shown.
    ``contradicted`` says that something was said after the deletion: then one of the two is wrong.
    """

    first: datetime | None
    last: datetime | None
    incognito: bool | None = None
    feedback: tuple[When, ...] = ()
    feedback_visible: bool = False
    deletion: Deletion | None = None
    contradicted: bool = False

    @property
    def gone(self) -> datetime | None:
        """The latest instant of a deletion that is known; absence from an export proves none."""
        gone = self.deletion
        if gone is None or gone.known not in CREDIBLE or self.contradicted:
            return None
        return gone.when.latest


def course_of(conversation: Conversation, table: RegimeTable) -> Course:
    """The course of ``conversation`` as known by the evaluation instant of ``table``."""
    at = [m.at for m in conversation.messages]
    return Course(
        first=min((a.earliest for a in at), default=None),
        last=max((table.known_by(a).latest for a in at), default=None),
        incognito=conversation.incognito,
        feedback=tuple(table.known_by(f.at) for f in conversation.feedback),
        feedback_visible=conversation.feedback_visible,
        deletion=conversation.deletion,
        contradicted=contradicted(conversation),
    )


def contradicted(conversation: Conversation) -> bool:
    """Whether something was said after the deletion."""
    gone = conversation.deletion
    return gone is not None and any(gone.when.latest < m.at.earliest for m in conversation.messages)
