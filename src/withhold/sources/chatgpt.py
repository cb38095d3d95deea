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

from withhold.model.columns import Columns, instant, micros
from withhold.model.conversation import Conversation, SourceAccount, Unrecognised
from withhold.model.when import When
from withhold.model.words import Kind
from withhold.sources.chatgpt_apart import apart_items
from withhold.sources.chatgpt_facts import read_one
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
from withhold.sources.chats import chats_of
from withhold.sources.drafts import Found, Repeats, decoded, found_in
from withhold.sources.facts import Facts
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
from withhold.sources.kinds import CHATGPT
from withhold.sources.made_at import made_at
from withhold.sources.text import name
from withhold.sources.times import moment
from withhold.sources.workers import Workers, workers_for

PROVIDER = "openai"
_KINDS_TOLD = 50
_INSIDE = {CHATS: None, WRAPPED: "conversations"}
"""Members that hold chats in a list, and the key under which it stands."""


@dataclass(slots=True)
class _Export:
    """What one folder says about its chats."""

    accounts: list[str] = field(default_factory=list)
    feedback: bool | None = None
    """Whether feedback was read to its end; ``None`` where there is none to read."""
    shared: set[str] | None = None
    settings: list[SettingSeen] = field(default_factory=list)
    latest: int | None = None
    """Of all exact times in it, in microseconds."""
    chats: bool = False
    """Whether a list of its chats is here."""
    lost: bool = False
    """Whether some of them could not be read."""

    @property
    def account(self) -> str | None:
        return self.accounts[0] if len(self.accounts) == 1 else None

    def saw(self, at: int) -> None:
        """Something in it that happened before it was made."""
        self.latest = at if self.latest is None else max(self.latest, at)


@dataclass(slots=True)
class _State:
    options: Options
    ratings: Ratings = field(default_factory=Ratings)
    repeats: Repeats = field(default_factory=Repeats)
    exports: dict[str, _Export] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    """Kinds of content that are not known here, by name."""
    workspaces: Counter[str] = field(default_factory=Counter)
    """How many conversations name each workspace."""

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
        yield from _all_chats([claim for claim in claims if claim.role in _INSIDE], state)
        for claim in claims:
            if claim.role in {GROUPS, CODEX}:
                yield from apart_items(claim, state.export(claim.entry).account, options)
        for claim in claims:
            if claim.role == PAGE:
                yield from _page(claim, state)
        yield from state.ratings.left()
        for kind, count in sorted(state.kinds.items()):
            yield Notice(f"{count} messages have content of the kind {kind}, whose text is not known here")
        for workspace, count in sorted(state.workspaces.items()):
            yield Notice(
                f"{count} conversations name the workspace {workspace}: if it is that of a business account,"
                " other terms hold for them than are applied here (withhold account add)"
            )
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
        if (rated := moment(row.get("create_time"))) is not None:
            export.saw(micros(rated.earliest))
        named = state.ratings.add(row, kind=VOTE if role == VOTES else None)
        if not named and (role == VOTES or not name(row.get("message_id") or row.get("id"))):
            export.feedback = False  # somebody rated something here, and nobody knows what


HAD_PLUS = "on the day of the export this account had ChatGPT Plus; other days and plans are not told"
HAD_NO_PLUS = "on the day of the export this account did not have ChatGPT Plus; other days are not told"


def _user(row: dict[str, object], place: str, export: _Export) -> Iterator[Item]:
    ref = name(row.get("id"))
    if ref is None:
        yield Unrecognised(place, "a user without an id")
        return
    export.accounts.append(ref)
    yield SourceAccount(ref, name(row.get("email")), name(row.get("name")))
    if isinstance(plus := row.get("chatgpt_plus_user"), bool):
        yield Notice(HAD_PLUS if plus else HAD_NO_PLUS, place)


def _all_chats(claims: Sequence[Claim], state: _State) -> Iterator[Item]:
    with workers_for(sum(claim.entry.size for claim in claims)) as workers:
        for claim in claims:
            export = state.export(claim.entry)
            export.chats = True
            yield from _noted(_chats(claim, export, state, workers), export)


def _chats(claim: Claim, export: _Export, state: _State, workers: Workers) -> Iterator[Item]:
    limits = state.options.limits
    for found in chats_of(claim.entry, CHATGPT, limits, workers, inside=_INSIDE[claim.role]):
        if isinstance(found, Unrecognised | Notice):
            yield found
        else:
            yield from _chat(*found, export, state)


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
            continue
        facts, messages = read_one(found.data)
        if facts.problem is not None or not state.repeats.has(facts.source_id):
            taken += 1
            yield from _chat(found.place, facts, messages, export, state)
    yield Notice(
        f"{taken} conversations are read from the page, since they are missing elsewhere", claim.entry.path
    )


def _chat(place: str, facts: Facts, messages: Columns, export: _Export, state: _State) -> Iterator[Item]:
    if facts.workspace is not None and (
        facts.workspace in state.workspaces or len(state.workspaces) < _KINDS_TOLD
    ):
        state.workspaces[facts.workspace] += 1
    for kind in facts.kinds:
        if kind in state.kinds or len(state.kinds) < _KINDS_TOLD:
            state.kinds[kind] += 1
    if facts.problem is not None:
        yield Unrecognised(place, facts.problem)
        return
    yield from (Unrecognised(place + inside, fault) for inside, fault in facts.odd)
    if facts.saw is not None:
        export.saw(facts.saw)
    yield from state.repeats.of(facts.source_id, place)
    yield Conversation(
        source_id=facts.source_id,
        provider_id=PROVIDER,
        kind=Kind.CHAT,
        messages=messages,
        account_ref=export.account,
        project=facts.project,
        incognito=facts.incognito,
        feedback=state.ratings.of(facts.ids, messages.ids),
        feedback_visible=export.feedback is True,
        shared=None if export.shared is None else not export.shared.isdisjoint(facts.ids),
        title=facts.title if state.options.keep_titles else None,
        attachments=facts.attachments,
        tool_outputs=facts.tool_outputs,
    )


def _settings(claims: Sequence[Claim], state: _State) -> Iterator[Item]:
    """Switches, dated between the last thing in the export and the time that its files give."""
    for folder, export in state.exports.items():
        entries = [claim.entry for claim in claims if claim.entry.path.rpartition("/")[0] == folder]
        made = next(made_at(entries), None)
        latest = None if made is None else made.latest
        held = None if export.latest is None else instant(export.latest)
        if latest is not None and held is not None and latest < held:
            latest = None  # files were given older times than what they hold
        at = When.between(held, latest)
        yield from (
            replace(seen, at=at, account_ref=seen.account_ref or export.account) for seen in export.settings
        )
