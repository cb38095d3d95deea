"""A message of Cursor's editor, which calls it a bubble."""

from withhold.model.when import When
from withhold.model.words import Author
from withhold.sources.coding import everything, injected
from withhold.sources.drafts import Draft, listed, part
from withhold.sources.text import name
from withhold.sources.times import moment

_CLOCKS = ("clientRpcSendTime", "clientStartTime", "clientSettleTime", "clientEndTime")


def bubble_draft(row: dict[str, object], own_id: str | None = None) -> Draft:
    """A bubble as a message. Tool calls hold their results; they and bare reasoning are nobody's words."""
    kind = row.get("type")
    words = [
        row.get(key) for key in ("text", "rawText", "thinking", "toolFormerData", "codeBlocks", "context")
    ]
    author = Author.OTHER
    if kind in (1, "user"):
        author = Author.HUMAN if _is_typed(row) else Author.OTHER
    elif kind in (2, "ai", "assistant") and _has_text(row):
        author = Author.MODEL
    return Draft(own_id or name(row.get("bubbleId")), author, _time(row), everything(words))


def _has_text(row: dict[str, object]) -> bool:
    texts = (row.get("text"), row.get("rawText"))
    return any(isinstance(text, str) and bool(text.strip()) for text in texts)


def _is_typed(row: dict[str, object]) -> bool:
    texts = (row.get("text"), row.get("rawText"))
    if any(isinstance(text, str) and not injected(text) for text in texts):
        return True
    return bool(listed(row.get("images")) or listed(part(row.get("context"), "selectedImages")))


def _time(row: dict[str, object]) -> When | None:
    clock = row.get("timingInfo")
    named = (part(clock, key) for key in _CLOCKS)
    # Some of these clocks count from the program's start: such small numbers are no times.
    return moment(row.get("createdAt")) or next((at for at in map(_sane, named) if at is not None), None)


def _sane(value: object) -> When | None:
    return moment(value) if isinstance(value, int | float) and value > 1e12 else None
