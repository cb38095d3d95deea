"""OpenAI Codex: rollouts of both eras (with and without envelope), older single documents, prompt history.

Rollouts that were packed with zstd come here unpacked.

A session is what has one id in its first line, also where it lies in several files. Forks and sub-agents
begin with their parent's lines, its header included; these count in the parent alone and are told as
:class:`~withhold.sources.interface.SentAgain`. No line says under which account or key a session ran; a
session of another ``model_provider`` than OpenAI's has no known provider.
"""

from collections.abc import Iterator, Sequence

from withhold.model.conversation import Unrecognised
from withhold.model.words import Author
from withhold.sources.codex_head import Head, head_of, id_of, parents_first
from withhold.sources.codex_lines import ENVELOPES
from withhold.sources.codex_session import PROVIDER, CodexSession, Log
from withhold.sources.coding import (
    Members,
    Row,
    content_size,
    document,
    inner,
    kind_in,
    rows_in,
)
from withhold.sources.coding_prompts import Prompt, prompts_alone
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Options, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

ROLLOUT, SINGLE, HISTORY, INDEX, STATE = (
    "rollout",
    "document",
    "history",
    "index of sessions",
    "state of the program",
)
_HEADER = {"id", "timestamp", "instructions"}


class Codex:
    """Reader of Codex sessions."""

    format = "codex"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form not in {"lines", "object"}:
            return None
        if any(_is_line(keys) for keys in shape.first):
            return Claim(entry, ROLLOUT)
        keys = shape.first[0]
        if {"session_id", "ts", "text"} <= keys.keys():
            return Claim(entry, HISTORY)
        if {"id", "thread_name", "updated_at"} <= keys.keys():
            return Claim(entry, INDEX)
        if "items" in keys and {"id", "timestamp"} <= inner(keys, "session").keys():
            return Claim(entry, SINGLE)
        return None

    def companion(self, entry: Entry) -> Claim | None:
        """Databases that index the rollouts; they can be rebuilt from them."""
        known = entry.name.startswith(("state_", "thread_history_", "logs_", "memories_"))
        return Claim(entry, STATE) if known and ".sqlite" in entry.name else None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One session is in memory at a time."""
        titles = _titles(claims, options) if options.keep_titles else {}
        heads = [head_of(claim, options) for claim in claims if claim.role == ROLLOUT]
        present = {head.id for head in heads}
        wanted = {head.parent for head in heads if head.parent is not None}
        logs: dict[str, Log] = {}
        for group in parents_first(heads):
            session = CodexSession(group, logs, wanted, options)
            yield from session.read()
            yield from session.finished(titles.get(group[0].id))
        for claim in claims:
            if claim.role == SINGLE:
                yield from _single(claim, present, options)
        for claim in claims:
            yield from _rest(claim, present, options)


def _is_line(keys: Members) -> bool:
    kind = kind_in(keys)
    if kind in ENVELOPES:
        return "payload" in keys
    if not kind:
        return "record_type" in keys or (keys.keys() >= _HEADER and "messages" not in keys)
    return kind == "message" and {"role", "content"} <= keys.keys() and not keys.keys() & {"uuid", "message"}


def _titles(claims: Sequence[Claim], options: Options) -> dict[str, str]:
    found: dict[str, str] = {}
    for claim in claims:
        for row in rows_in(claim.entry, options) if claim.role == INDEX else ():
            if isinstance(row, Row):
                found[str(row.value.get("id"))] = name(row.value.get("thread_name")) or ""
    return found


def _single(claim: Claim, present: set[str], options: Options) -> Iterator[Item]:
    found = document(claim.entry, options, "items")
    if found.head is None:
        yield from (row for row in found.rows if not isinstance(row, Row))
        return
    meta = found.head.get("session")
    meta = meta if isinstance(meta, dict) else {}
    own_id = id_of(meta) or claim.entry.stem
    present.add(own_id)
    head = Head(claim, own_id, None, moment(meta.get("timestamp")), led_by_program=False)
    session = CodexSession([head], {}, set(), options)
    yield from session.read_document(found)
    yield from session.finished(None)


def _rest(claim: Claim, present: set[str], options: Options) -> Iterator[Item]:
    entry = claim.entry
    if claim.role == HISTORY:
        yield from prompts_alone(entry, _prompts(entry, options), present, PROVIDER, options)
    elif claim.role in {INDEX, STATE}:
        yield KnownMember(entry.path, claim.role)


def _prompts(entry: Entry, options: Options) -> Iterator[Prompt | Item]:
    for row in rows_in(entry, options):
        if not isinstance(row, Row):
            yield row
        elif "text" not in row.value:
            yield Unrecognised(row.place, "a line that is no prompt")
        else:
            text = row.value["text"]
            session = name(row.value.get("session_id"))
            yield Prompt(session, Author.HUMAN, moment(row.value.get("ts")), content_size(text))
