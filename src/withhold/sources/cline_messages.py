"""Messages of Cline and its relatives, as sent and as shown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import Members, everything, injected, kind_in, kind_of
from withhold.sources.drafts import Draft, listed, part
from withhold.sources.times import moment

ROLES = {"user": Author.HUMAN, "assistant": Author.MODEL}
_PERSON = re.compile(r"<(?:task|feedback|user_message|user_feedback|answer)>")
"""Tags around a person's words in a message that the program put together."""
_PROGRAM = re.compile(
    r"\s*(?:\[[\w-]+(?: for [^\]]*)?\] Result:|\[ERROR\]|\[TASK RESUMPTION\]|<environment_details>"
    r"|The user has (?:approved|denied)|The tool execution failed|\[NOTE\]"
    r"|<file_content|<explicit_instructions)"
)
_MODEL_SAYS = frozenset({"text", "completion_result", "reasoning"})
_MODEL_ASKS = frozenset({"followup", "plan_mode_respond", "completion_result"})
_PERSON_SAYS = frozenset({"task", "user_feedback", "user_feedback_diff"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the list that was shown. ``sends`` marks the sending of the next message."""

    author: Author
    at: When | None
    size: int
    sends: bool


def is_message(keys: Members) -> bool:
    """Whether an object is a message as sent."""
    return kind_in(keys, "role") in ROLES and "content" in keys


def is_shown(keys: Members) -> bool:
    """Whether an object is a message as shown."""
    return "ts" in keys and kind_in(keys) in {"ask", "say"} and bool({"ask", "say"} & keys.keys())


def shown_in(row: dict[str, object], *, first: bool) -> Iterator[Shown]:
    """What one object of the shown list says; a part of an answer that is still coming says nothing."""
    if row.get("partial") is True:
        return
    say, ask = kind_of(row, "say"), kind_of(row, "ask")
    size = everything([row.get("text"), row.get("reasoning")])
    author = Author.OTHER
    if say in _PERSON_SAYS or (first and say == "text"):
        author = Author.HUMAN
    elif size and (say in _MODEL_SAYS or ask in _MODEL_ASKS):
        author = Author.MODEL
    yield Shown(author, moment(row.get("ts")), size, say == "api_req_started")


def shown_drafts(shown: Sequence[Shown]) -> list[Draft]:
    """The shown list as messages, where what was sent is gone."""
    return [Draft(None, one.author, one.at, one.size) for one in shown if not one.sends]


def sent_drafts(messages: Sequence[dict[str, object]], shown: Sequence[Shown]) -> list[Draft]:
    """The sent list as messages. Its own times count, else those of the sendings if they are as many."""
    sendings = [one.at for one in shown if one.sends]
    asked = sum(kind_of(row, "role") == "user" for row in messages)
    times = iter(sendings if len(sendings) == asked else ())
    drafts = []
    for row in messages:
        author = ROLES.get(kind_of(row, "role"), Author.OTHER)
        at = moment(row.get("ts"))
        if author is Author.HUMAN:
            at = at or next(times, None)
            author = Author.HUMAN if _is_person(row.get("content")) else Author.OTHER
        drafts.append(Draft(None, author, at, everything(row.get("content"))))
    return drafts


def _is_person(content: object) -> bool:
    """Whether some of a message's text is a person's; words may stand inside a tool's result too."""
    texts = list(_texts(content))
    if any(_PERSON.search(text) for text in texts):
        return True
    holds_result = any(part(block, "type") == "tool_result" for block in listed(content))
    return not holds_result and any(not injected(text) and not _PROGRAM.match(text) for text in texts)


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for block in listed(content):
        text = part(block, "text")
        if isinstance(text, str):
            yield text
        else:
            yield from _texts(part(block, "content"))
