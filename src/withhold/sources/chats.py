"""The conversations of one entry, in their order: in windows where that goes, else one by one."""

import json
from collections.abc import Iterator
from typing import TypeAlias

from withhold.model.columns import Columns
from withhold.model.conversation import Unrecognised
from withhold.sources.facts import NOTHING, Batch, Facts
from withhold.sources.feeds import feed_of
from withhold.sources.interface import Damaged, Entry, Limits, Notice
from withhold.sources.json_items import items_in_runs
from withhold.sources.json_scanner import Raw, Skipped
from withhold.sources.kinds import Kind, kind_of
from withhold.sources.streams import Marks
from withhold.sources.windows import WINDOW, Windows
from withhold.sources.workers import Workers

Chat: TypeAlias = tuple[str, Facts, Columns]
"""Where it stands in the source, what is known of it, its messages."""


def chats_of(
    entry: Entry,
    kind_name: str,
    limits: Limits,
    workers: Workers,
    *,
    inside: str | None = None,
    window: int = WINDOW,
) -> Iterator[Chat | Unrecognised | Notice]:
    """All that the entry's list holds: each item is a chat, or named.

    A second, dumber count tells when the entry seems to hold more than came out. What comes out does not
    depend on ``window``, save where an item is nested as deeply as a decoder can just go.
    """
    kind = kind_of(kind_name)
    try:
        feed = feed_of(entry)
    except Damaged as damage:
        yield _lost(f"{entry.path}[0]", Skipped(0, str(damage), rest=True))
        return
    marks = Marks(json.dumps(kind.mark).encode())
    windows = Windows(feed, kind.name, limits, workers, window)
    count = marked = 0
    try:
        for found in items_in_runs(feed, limits, windows, inside=inside, passed=marks):
            if isinstance(found, Batch):
                marked += found.marks
                for facts, messages in found:
                    yield f"{entry.path}[{count}]", facts, messages
                    count += 1
                continue
            place = f"{entry.path}[{count}]"
            count += 1
            yield _one(place, found, kind)
    finally:
        feed.close()
    if not count:
        yield Unrecognised(entry.path, "holds no item: an empty export, or one that was cut")
    if marks.count + marked > count:
        found_more = f"{kind.mark} occurs {marks.count + marked} times in it"
        yield Notice(f"{found_more}, yet {count} conversations or faults were found", entry.path)


def _one(place: str, raw: Raw | Skipped, kind: Kind) -> Chat | Unrecognised:
    """An item that came by itself. One that is nested deeply is read if it can be, as in a window."""
    if isinstance(raw, Raw):
        return place, *kind.read_one(raw.data)
    facts, messages = (Facts(raw.reason), NOTHING) if raw.deep is None else kind.read_one(raw.deep)
    return _lost(place, raw) if facts.problem is not None else (place, facts, messages)


def _lost(place: str, raw: Skipped) -> Unrecognised:
    rest = "; everything from here on is lost" if raw.rest else ""
    return Unrecognised(f"{place} at byte {raw.offset}", raw.reason + rest)
