"""The ChatGPT account export: one file or shards, old and slim trees, and the members around them.

Each node of a conversation counts, on every branch, since all were sent. System nodes, tools, custom
instructions and whatever is hidden from the person are nobody's words. Members are joined by folder, so
that two exports in one source do not vouch for each other: ``feedback_visible`` holds for the chats that
lie beside a ``message_feedback.json`` which was read to its end. Deleted and temporary chats are in no
export. ``chat.html`` holds the chats once more: it is read where some of them are missing otherwise.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
from withhold.model.when import When
from withhold.model.words import Kind
from withhold.sources.chatgpt_apart import apart_items
from withhold.sources.chatgpt_page import PAGE, chats_in, page_claim
from withhold.sources.chatgpt_ratings import VOTE, Ratings
from withhold.sources.chatgpt_sides import (
    CHATS,
    CODEX,
    FEEDBACK,
    GROUPS,
    SETTINGS,
    SHARED,
    USER,
    VOTES,
    WRAPPED,
    by_name,
    missing_shards,
    role_of,
    switches,
)
from withhold.sources.chatgpt_tree import Chat, draft_of, lost_twice, ordered, read_chat, unknown_kind
from withhold.sources.drafts import (
    Draft,
    Found,
    Repeats,
    decoded,
    found_in,
    messages_of,
    unnamed,
    with_context,
)
from withhold.sources.interface import (
    Claim,
    Entry,
    ExportedAt,
    Item,
    KnownMember,
    Notice,
    Options,
    SettingSeen,
    Shape,
)
from withhold.sources.made_at import made_at
from withhold.sources.text import name
from withhold.sources.times import moment

PROVIDER = "openai"
_KINDS_TOLD = 50
_INSIDE = {WRAPPED: "conversations"}


@dataclass(slots=True)
class _Export:
    """What one folder says about its chats."""

    accounts: list[str] = field(default_factory=list)
    feedback: bool | None = None
    """Whether feedback was read to its end; ``None`` where there is none to read."""
    shared: set[str] | None = None
    settings: list[SettingSeen] = field(default_factory=list)
    latest: datetime | None = None
    chats: bool = False
    """Whether a list of its chats is here."""
    lost: bool = False
    """Whether some of them could not be read."""

    @property
    def account(self) -> str | None:
        return self.accounts[0] if len(self.accounts) == 1 else None

    def saw(self, when: When | None) -> None:
        """Something in it that happened before it was made."""
        if when is not None:
            self.latest = when.earliest if self.latest is None else max(self.latest, when.earliest)


@dataclass(slots=True)
class _State:
    options: Options
    ratings: Ratings = field(default_factory=Ratings)
    repeats: Repeats = field(default_factory=Repeats)
    exports: dict[str, _Export] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    """Kinds of content that are not known here, by name."""

    def export(self, entry: Entry) -> _Export:
        return self.exports.setdefault(entry.path.rpartition("/")[0], _Export())


class ChatGpt:
    """Reader of ChatGPT exports."""

    format = "chatgpt"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        role = next((found for keys in shape.first if (found := role_of(keys))), None)
        return page_claim(entry, shape) if role is None else Claim(entry, role)

    def companion(self, entry: Entry) -> Claim | None:
        """Members that hold nothing, or that only their name tells."""
        role = by_name(entry)
        return None if role is None else Claim(entry, role)

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        state = _State(options)
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        for claim in claims:
            if claim.role not in {CHATS, WRAPPED, GROUPS, CODEX, PAGE}:
                yield KnownMember(claim.entry.path, claim.role)
                yield from _side(claim, state)
        for folder in dict.fromkeys(claim.entry.path.rpartition("/")[0] for claim in claims):
            beside = [claim for claim in claims if claim.entry.path.rpartition("/")[0] == folder]
            yield from _noted(missing_shards(beside, options), state.export(beside[0].entry))
        for claim in claims:
            if claim.role in {CHATS, WRAPPED}:
                export = state.export(claim.entry)
                export.chats = True
                yield from _noted(_chats(claim, state), export)
            elif claim.role in {GROUPS, CODEX}:
                yield from apart_items(claim, state.export(claim.entry).account, options)
        for claim in claims:
            if claim.role == PAGE:
                yield from _page(claim, state)
        yield from state.ratings.left()
        for kind, count in sorted(state.kinds.items()):
            yield Notice(f"{count} messages have content of the kind {kind}, whose text is not known here")
        yield from _settings(claims, state)


def _side(claim: Claim, state: _State) -> Iterator[Item]:
    if claim.role not in {USER, SETTINGS, FEEDBACK, SHARED, VOTES}:
        return
    export = state.export(claim.entry)
    if claim.role == FEEDBACK and export.feedback is None:
        export.feedback = True
    if claim.role == SHARED and export.shared is None:
        export.shared = set()
    for found in found_in(claim.entry, state.options.limits):
        row = decoded(found.data) if isinstance(found, Found) else None
        if isinstance(found, Found) and row is not None:
            yield from _row(claim.role, row, found.place, export, state)
            continue
        if claim.role in {FEEDBACK, VOTES}:
            export.feedback = False
        yield Unrecognised(found.place, "is no object") if isinstance(found, Found) else found


def _row(role: str, row: dict[str, object], place: str, export: _Export, state: _State) -> Iterator[Item]:
    if role == USER:
        yield from _user(row, place, export)
    elif role == SETTINGS:
        account = name(row.get("user_id"))
        seen = [SettingSeen(control, on, When.between(None, None), account) for control, on in switches(row)]
        export.settings += seen
    elif role == SHARED:
        if export.shared is not None and (chat := name(row.get("conversation_id"))):
            export.shared.add(chat)
    else:
        export.saw(moment(row.get("create_time")))
        named = state.ratings.add(row, kind=VOTE if role == VOTES else None)
        if not named and (role == VOTES or not name(row.get("message_id") or row.get("id"))):
            export.feedback = False  # somebody rated something here, and nobody knows what


def _user(row: dict[str, object], place: str, export: _Export) -> Iterator[Item]:
    ref = name(row.get("id"))
    if ref is None:
        yield Unrecognised(place, "a user without an id")
        return
    export.accounts.append(ref)
    yield SourceAccount(ref, name(row.get("email")), name(row.get("name")))


def _chats(claim: Claim, state: _State) -> Iterator[Item]:
    for found in found_in(
        claim.entry, state.options.limits, inside=_INSIDE.get(claim.role), mark=b'"mapping"', empty=False
    ):
        if isinstance(found, Found):
            yield from _chat(found, state.export(claim.entry), state)
        else:
            yield found


def _noted(items: Iterator[Item], export: _Export) -> Iterator[Item]:
    for item in items:
        export.lost = export.lost or isinstance(item, Unrecognised)
        yield item


def _page(claim: Claim, state: _State) -> Iterator[Item]:
    """Chats of the page that did not come out of the lists beside it."""
    export = state.export(claim.entry)
    if export.chats and not export.lost:
        yield KnownMember(claim.entry.path, PAGE)
        return
    taken = 0
    for found in chats_in(claim.entry, state.options.limits):
        if not isinstance(found, Found):
            yield found
        elif not state.repeats.has(_id_in(found)):
            taken += 1
            yield from _chat(found, export, state)
    yield Notice(
        f"{taken} conversations are read from the page, since they are missing elsewhere", claim.entry.path
    )


def _id_in(found: Found) -> str:
    chat = read_chat(found.data)
    return _source_id(chat, found.data) if chat is not None else unnamed(found.data)


def _source_id(chat: Chat, data: bytes) -> str:
    return name(chat.conversation_id) or name(chat.id) or unnamed(data)


def _chat(found: Found, export: _Export, state: _State) -> Iterator[Item]:
    chat = read_chat(found.data)
    if chat is None or chat.mapping is None:
        yield Unrecognised(found.place, "is no conversation: it has no mapping")
        return
    if lost_twice(chat, found.data):
        yield Unrecognised(found.place, "has a key of its mapping twice; which of them was said is not known")
        return
    drafts, odd = _drafts(chat, found.place, state.kinds)
    if len(chat.mapping) > 1 and not drafts and not odd:
        yield Unrecognised(found.place, f"has {len(chat.mapping)} nodes and no message in any of them")
        return
    yield from odd
    built = _built(chat, drafts, found.data, export, state)
    yield from state.repeats.of(built.source_id, found.place)
    yield built


def _drafts(chat: Chat, place: str, kinds: Counter[str]) -> tuple[list[Draft], list[Unrecognised]]:
    drafts, odd = [], []
    nodes = chat.mapping or {}
    for key in ordered(nodes):
        draft = draft_of(nodes[key])
        if (kind := unknown_kind(nodes[key])) and (kind in kinds or len(kinds) < _KINDS_TOLD):
            kinds[kind] += 1
        if draft is None:
            continue
        if draft.fault is not None:
            odd.append(Unrecognised(f"{place}.mapping[{name(key, 80)}]", draft.fault))
        if draft.readable:
            drafts.append(draft if draft.id else replace(draft, id=name(key)))
    return with_context(drafts), odd


def _built(chat: Chat, drafts: list[Draft], data: bytes, export: _Export, state: _State) -> Conversation:
    source_id = _source_id(chat, data)
    created, updated = moment(chat.create_time), moment(chat.update_time)
    messages = messages_of(source_id, drafts, created, updated)
    for when in (updated, *(message.at for message in messages if message.at.exact)):
        export.saw(when)
    return Conversation(
        source_id=source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=messages,
        account_ref=export.account,
        project=_project(chat),
        incognito=chat.is_temporary_chat is True or chat.is_temporary is True,
        feedback=state.ratings.of((name(chat.conversation_id), name(chat.id)), drafts),
        feedback_visible=export.feedback is True,
        shared=None if export.shared is None else bool({chat.conversation_id, chat.id} & export.shared),
        title=name(chat.title) if state.options.keep_titles else None,
    )


def _project(chat: Chat) -> str | None:
    named = (name(chat.gizmo_id), name(chat.conversation_template_id))
    return next((one for one in named if one and one.startswith("g-p-")), None)


def _settings(claims: Sequence[Claim], state: _State) -> Iterator[Item]:
    """Switches, dated between the last thing in the export and the time that its files give."""
    for folder, export in state.exports.items():
        entries = [claim.entry for claim in claims if claim.entry.path.rpartition("/")[0] == folder]
        made = next(made_at(entries), None)
        latest = None if made is None else made.latest
        if latest is not None and export.latest is not None and latest < export.latest:
            latest = None  # files were given older times than what they hold
        at = When.between(export.latest, latest)
        yield from (
            replace(seen, at=at, account_ref=seen.account_ref or export.account) for seen in export.settings
        )
