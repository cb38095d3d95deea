"""What happened in the lab, as a list that can be written down and played again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from withhold.lab.core import Lab

Scalar: TypeAlias = bool | int | str | None

PERSON = "person"
PROVIDER = "provider"

PURGE = "purge"
"""The one event that follows from the clock alone; it is never played again, it happens again."""

PLAYABLE = frozenset(
    {
        "accept_terms", "advance", "bring_back", "change_tier", "create_account", "delete", "finish_run",
        "flag_safety", "give_feedback", "publish_terms_update", "run_training", "send", "set_preference",
        "set_setting", "start_conversation",
    }
)  # fmt: skip
"""Methods of the lab; an event of that name holds the method's arguments."""


@dataclass(frozen=True, slots=True)
class Event:
    """``actor`` (``person`` or ``provider``) did ``what`` at ``at`` (UTC).

    ``args`` are the arguments of the method, without the instant. ``account`` and ``conversation`` say
    whom it concerned, as far as one of them is concerned.
    """

    at: datetime
    actor: str
    what: str
    account: str | None = None
    conversation: str | None = None
    args: Mapping[str, Scalar] = field(default_factory=dict)


def replay(lab: "Lab", events: Iterable[Event]) -> None:
    """Let the events happen again in a lab with the same start, terms and seed: the ids come out the same.

    Raises ``ValueError`` for an event that no method makes, and what the lab raises for one it refuses.
    """
    for event in events:
        if event.what == PURGE:
            continue
        if event.what not in PLAYABLE:
            raise ValueError(f"no such event: {event.what}")
        getattr(lab, event.what)(at=event.at, **event.args)
