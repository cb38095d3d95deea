"""Google Antigravity's command line program: prompts, readable copies of transcripts, trajectories.

The database of a conversation holds binary steps of no published form: it is named, unless a readable copy of
the same conversation is here. Antigravity has terms of its own, so the provider is unknown.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from withhold.model.conversation import Unrecognised
from withhold.model.words import Author
from withhold.sources.coding import (
    UNKNOWN,
    Members,
    Row,
    Session,
    content_size,
    everything,
    kind_in,
    kind_of,
    rows_in,
)
from withhold.sources.coding_prompts import Prompt, command_or_person, prompts_alone
from withhold.sources.drafts import Draft
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.sqlite_files import is_beside, is_sqlite
from withhold.sources.sqlite_schema import tables_of
from withhold.sources.text import name
from withhold.sources.times import moment

TRANSCRIPT, HISTORY, STEPS, BESIDE = "transcript", "history", "binary steps", "file of the program"
_PERSON = frozenset({"USER_INPUT", "USER", "user", "CORTEX_STEP_TYPE_USER_INPUT"})
_MODEL = frozenset(
    ["PLANNER_RESPONSE", "MODEL_RESPONSE", "MODEL", "assistant", "CORTEX_STEP_TYPE_PLANNER_RESPONSE"]
)


class Antigravity:
    """Reader of Antigravity's files."""

    format = "antigravity"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if is_sqlite(shape):
            tables = tables_of(entry)
            return Claim(entry, STEPS) if "steps" in tables and "trajectory_meta" in tables else None
        if shape.form not in {"lines", "object"}:
            return None
        if any({"display", "timestamp", "conversationId"} <= keys.keys() for keys in shape.first):
            return Claim(entry, HISTORY)
        known = any(_is_step(keys) for keys in shape.first)
        return Claim(entry, TRANSCRIPT) if known else None

    def companion(self, entry: Entry) -> Claim | None:
        """Encrypted conversations, journals, and the documents that stand beside transcripts."""
        binary = entry.name.endswith(".db") and "conversations" in entry.parts[:-1]
        if binary or entry.name.endswith(".pb"):
            return Claim(entry, STEPS)
        beside = is_beside(entry) or "brain" in entry.parts[:-1] or "cache" in entry.parts[:-1]
        return Claim(entry, BESIDE) if beside else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One conversation is in memory at a time."""
        present: set[str] = set()
        for claim in sorted(claims, key=lambda claim: claim.entry.name != "transcript_full.jsonl"):
            if claim.role == TRANSCRIPT:
                yield from _transcript(claim.entry, present, options)
        for claim in claims:
            if claim.role == HISTORY:
                prompts = _prompts(claim.entry, options)
                yield from prompts_alone(claim.entry, prompts, present, UNKNOWN, options)
        for claim in claims:
            if claim.role == STEPS and claim.entry.stem not in present:
                reason = "a conversation in a binary form that is not published; it was sent all the same"
                yield Unrecognised(claim.entry.path, reason)
            elif claim.role in {STEPS, BESIDE}:
                yield KnownMember(claim.entry.path, claim.role)


def _is_step(keys: Members) -> bool:
    return kind_in(keys) in {*_PERSON, *_MODEL} and bool(
        {"step_index", "stepIndex", "trajectory_id"} & keys.keys()
    )


def _transcript(entry: Entry, present: set[str], options: Options) -> Iterator[Item]:
    session = Session(_conversation_of(entry))
    steps: Counter[str] = Counter()
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield session.fault(row)
            continue
        kind = kind_of(row.value)
        steps[kind] += 1
        author = Author.HUMAN if kind in _PERSON else Author.MODEL if kind in _MODEL else Author.OTHER
        at = moment(row.value.get("created_at")) or moment(row.value.get("timestamp"))
        words = {
            key: value for key, value in row.value.items() if key not in {"type", "created_at", "status"}
        }
        session.drafts.append(Draft(None, author, at, everything(words)))
    if session.source_id in present:
        yield KnownMember(entry.path, "copy of a transcript")
        return
    present.add(session.source_id)
    yield session.conversation(options)


def _conversation_of(entry: Entry) -> str:
    """The id of the conversation: the folder under ``brain``, else the file's name."""
    parts = entry.parts
    if ".system_generated" in parts[1:]:
        return parts[parts.index(".system_generated") - 1]
    return entry.stem


def _prompts(entry: Entry, options: Options) -> Iterator[Prompt | Item]:
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield row
            continue
        text = row.value.get("display")
        session, project = name(row.value.get("conversationId")), name(row.value.get("workspace"), 1024)
        at = moment(row.value.get("timestamp"))
        yield Prompt(session, command_or_person(text), at, content_size(text), project)
