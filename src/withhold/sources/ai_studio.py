"""Google AI Studio: prompts as they are kept in Drive, in files without an ending.

Every chunk was sent or received, on every branch. Older files date nothing but themselves. The system
instruction is sent with each prompt and is nobody's turn.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.words import Author, Kind
from withhold.sources.drafts import (
    NO_MESSAGE,
    Draft,
    Found,
    Repeats,
    decoded,
    faults,
    found_in,
    messages_of,
    part,
    strange,
    unnamed,
    with_context,
)
from withhold.sources.interface import Claim, Entry, ExportedAt, Item, Options, Shape
from withhold.sources.json_values import has_twice
from withhold.sources.made_at import made_at
from withhold.sources.text import name, size_of
from withhold.sources.times import moment

PROVIDER = "google"
PRODUCT = "gemini-api"
"""AI Studio is under the terms of the API, where the switch of the Gemini apps decides nothing."""
PROMPT = "prompt"
ROLES = {
    "user": Author.HUMAN,
    "model": Author.MODEL,
    "assistant": Author.MODEL,
    "system": Author.OTHER,
    "function": Author.OTHER,
    "tool": Author.OTHER,
}


class AiStudio:
    """Reader of AI Studio's prompts."""

    format = "ai-studio"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        return Claim(entry, PROMPT) if any("chunkedPrompt" in keys for keys in shape.first) else None

    def companion(self, entry: Entry) -> Claim | None:  # noqa: ARG002 - every file shows what it is
        """None: what lies beside prompts in Drive may be anything."""
        return None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        repeats = Repeats()
        for claim in claims:
            for found in found_in(claim.entry, options.limits, mark=b'"chunkedPrompt"', empty=False):
                if isinstance(found, Found):
                    yield from _prompt(found, claim.entry, repeats, options)
                else:
                    yield found


def _prompt(found: Found, entry: Entry, repeats: Repeats, options: Options) -> Iterator[Item]:
    row = decoded(found.data)
    chunks = part(row, "chunkedPrompt", "chunks")
    if row is None or not isinstance(chunks, list):
        yield Unrecognised(found.place, "is no prompt: it has no chunks")
        return
    if has_twice(found.data, "chunks") or has_twice(found.data, "chunkedPrompt"):
        yield Unrecognised(found.place, "has chunks twice; which of them holds what was said is not known")
        return
    drafts = [_draft(chunk) for chunk in chunks]
    yield from faults(drafts, found.place, "chunks")
    drafts = with_context([*_instruction(row), *drafts])
    # A file of Drive has its name alone; what is sent later must not give it another id.
    place = f"{entry.path}\n{found.place}" if row.get("id") is None else ""
    source_id = name(row.get("id")) or (_by_place(place) if place else unnamed(found.data))
    yield from repeats.of(source_id, found.place)
    created = moment(row.get("createTime", row.get("create_time")))
    updated = moment(row.get("updateTime", row.get("update_time")))
    title = name(row.get("displayName")) or name(row.get("title"))
    yield Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        product_id=PRODUCT,
        messages=messages_of(source_id, drafts, created, updated),
        incognito=False,
        title=title if options.keep_titles else None,
        attachments=_files(chunks),
    )


def _files(chunks: Sequence[object]) -> int | None:
    """Files of the person's, each under a key of its chunk. Whether such keys are all known is not."""
    mine = [c for c in chunks if isinstance(c, dict) and str(c.get("role")).lower() == "user"]
    return sum(key.startswith(_FILE) and bool(value) for c in mine for key, value in c.items()) or None


def _by_place(place: str) -> str:
    return f"file-{sha256(place.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _instruction(row: dict[str, object]) -> list[Draft]:
    size = size_of(row.get("systemInstruction"), inside=isinstance(row.get("systemInstruction"), str))
    return [Draft("system-instruction", Author.OTHER, None, size)] if size else []


def _draft(value: object) -> Draft:
    if not isinstance(value, dict):
        return NO_MESSAGE
    role = value.get("role")
    author = ROLES.get(role.lower()) if isinstance(role, str) else None
    text = size_of(value.get("text"), inside=True)
    return Draft(
        id=name(value.get("id")),
        author=author or Author.OTHER,
        at=moment(value.get("createTime")),
        size=(text or size_of(value.get("parts"))) + sum(size_of(value.get(key)) for key in _CODE),
        fault=None if author else strange(role),
    )


_FILE = ("inline", "drive")
_CODE = ("executableCode", "codeExecutionResult")
