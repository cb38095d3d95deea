"""VS Code's chats with GitHub Copilot: one document (to 1.108), or a log of changes (since).

The log is replayed; a request that a later change takes out was sent all the same and stays. Chats in which
another participant or another vendor's model answered have no known provider. Thumbs are in the files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from withhold.model.conversation import Feedback
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author
from withhold.sources.coding import (
    UNKNOWN,
    Members,
    Row,
    Session,
    document,
    everything,
    inner,
    rows_in,
    value_of,
)
from withhold.sources.drafts import Draft, listed, part
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Notice, Options, Shape
from withhold.sources.text import name
from withhold.sources.times import moment

PROVIDER = "github"
WHOLE, LOG = "chat", "log of changes"
SET, PUSH, DELETE = 1, 2, 3
_VOTES = {1: "thumbs up", 0: "thumbs down", "up": "thumbs up", "down": "thumbs down"}
_OWN_AGENTS = ("github.copilot", "copilot", "vscode", "setup.")
_OWN_VENDORS = frozenset({"copilot", "github.copilot-chat", "github"})


@dataclass(slots=True)
class _Request:
    """A prompt and its answer."""

    id: str | None
    at: When | None
    asked: int
    answered: int = 0
    has_answer: bool = False
    vote: str | None = None
    foreign: bool = False


class VsCodeChat:
    """Reader of VS Code's chat sessions."""

    format = "vscode-copilot"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        if shape.form in {"lines", "object"} and any(_is_change(keys) for keys in shape.first):
            return Claim(entry, LOG)
        if shape.form == "object" and _is_chat(shape.first[0]):
            return Claim(entry, WHOLE)
        huge = (
            shape.form == "broken" and b'"requests":' in shape.head and b'"responderUsername"' in shape.head
        )
        return Claim(entry, WHOLE) if huge else None

    def companion(self, entry: Entry) -> Claim | None:
        """Nothing that stands beside chats is read: the database there holds secrets."""
        del entry
        return None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`. One chat is in memory at a time."""
        seen: dict[str, set[str]] = {}
        for claim in sorted(claims, key=lambda claim: claim.role != LOG):
            chat = _Chat(claim.entry, seen, options)
            yield from chat.replay() if claim.role == LOG else chat.read()


def _is_chat(keys: Members) -> bool:
    marks = {"requesterUsername", "responderUsername", "initialLocation", "sessionId", "creationDate"}
    return "requests" in keys and bool(marks & keys.keys())


def _is_change(keys: Members) -> bool:
    kind = value_of(keys, "kind")
    if kind == 0:
        return _is_chat(inner(keys, "v"))
    path = listed(value_of(keys, "k"))
    return kind in (SET, PUSH, DELETE) and path[:1] in (["requests"], ["inputState"], ["customTitle"])


class _Chat:
    """One file."""

    def __init__(self, entry: Entry, seen: dict[str, set[str]], options: Options) -> None:
        self._entry = entry
        self._seen = seen
        self._options = options
        self._session = Session(entry.stem, PROVIDER, feedback_visible=True)
        self._requests: list[_Request] = []
        self._taken_out: list[_Request] = []
        self._foreign = False
        self._odd = 0

    def read(self) -> Iterator[Item]:
        """The chat of a whole document."""
        found = document(self._entry, self._options, "requests")
        for row in found.rows:
            if isinstance(row, Row):
                self._requests.append(_request(row.value))
            else:
                yield self._session.fault(row)
        if found.head is not None:
            self._header(found.head)
            yield from self._finished()

    def replay(self) -> Iterator[Item]:
        """The chat that a log of changes leads to, and what was in it before."""
        for row in rows_in(self._entry, self._options):
            if not isinstance(row, Row):
                yield self._session.fault(row)
            elif row.value.get("kind") == 0:
                self._begin(row.value.get("v"))
            else:
                self._change(row.value)
        if self._odd:
            yield Notice(
                f"{self._odd} changes of requests do not fit what was there before", self._entry.path
            )
        yield from self._finished()

    def _begin(self, whole: object) -> None:
        if isinstance(whole, dict):
            self._header(whole)
            self._replace(0, listed(whole.get("requests")))

    def _header(self, head: dict[str, object]) -> None:
        session = self._session
        session.source_id = name(head.get("sessionId")) or session.source_id
        session.started = moment(head.get("creationDate")) or session.started
        session.title = name(head.get("customTitle")) or session.title
        responder = head.get("responderUsername")
        self._foreign = isinstance(responder, str) and responder not in {"", "GitHub Copilot", "Copilot"}

    def _change(self, row: dict[str, object]) -> None:
        kind, path, value = row.get("kind"), listed(row.get("k")), row.get("v")
        if path[:1] == ["customTitle"]:
            self._session.title = name(value)
        if path[:1] != ["requests"]:
            return
        if len(path) == 1:
            start = row.get("i") if kind == PUSH else 0
            self._replace(start if isinstance(start, int) else len(self._requests), listed(value))
            return
        index = path[1]
        if not isinstance(index, int) or not 0 <= index < len(self._requests):
            self._odd += 1
        elif len(path) > 2:
            _alter(self._requests[index], path[2:], value)
        elif kind == DELETE:
            self._taken_out.append(self._requests.pop(index))
        elif isinstance(value, dict):
            self._taken_out.append(self._requests[index])
            self._requests[index] = _request(value)

    def _replace(self, start: int, found: list[object]) -> None:
        """Cut the requests at ``start`` and append others."""
        start = max(0, start)
        self._taken_out += self._requests[start:]
        del self._requests[start:]
        self._odd += sum(not isinstance(one, dict) for one in found)
        self._requests += [_request(one) for one in found if isinstance(one, dict)]

    def _all(self) -> list[_Request]:
        """What was taken out and not put in again comes first: it was sent before."""
        present = {request.id for request in self._requests if request.id is not None}
        gone: dict[str | int, _Request] = {}
        for request in self._taken_out:
            if request.id not in present:
                gone[request.id or id(request)] = request
        return [*gone.values(), *self._requests]

    def _finished(self) -> Iterator[Item]:
        session = self._session
        unread, session.drafts = session.drafts, []
        told = self._seen.get(session.source_id)
        requests = [one for one in self._all() if one.id is None or one.id not in (told or ())]
        ids = {request.id for request in requests if request.id is not None}
        self._seen.setdefault(session.source_id, set()).update(ids)
        if told is not None and not requests and not unread:
            yield KnownMember(self._entry.path, "copy of a chat")
            return
        if told is not None:
            session.source_id = f"{session.source_id}/{self._entry.name}"
        for index, request in enumerate(requests):
            number = request.id or f"{session.source_id}#{index}"
            session.drafts.append(Draft(number, Author.HUMAN, request.at, request.asked))
            if request.has_answer:
                answer = Draft(f"{number}-answer", Author.MODEL, request.at, request.answered)
                session.drafts.append(answer)
            if request.vote is not None:
                session.feedback.append(Feedback(request.at or ANY_TIME, request.vote))
            self._foreign = self._foreign or request.foreign
        session.drafts += unread
        session.provider = UNKNOWN if self._foreign else PROVIDER
        yield session.conversation(self._options)


def _request(row: dict[str, object]) -> _Request:
    message = row.get("message")
    asked = part(message, "text") if isinstance(message, dict) else message
    size = everything(asked if isinstance(asked, str) else message) + everything(row.get("variableData"))
    request = _Request(name(row.get("requestId")), moment(row.get("timestamp")), size)
    for key in ("response", "modelId", "agent", "vote", "isSystemInitiated"):
        if key in row:
            _alter(request, [key], row[key])
    return request


def _alter(request: _Request, path: list[object], value: object) -> None:
    """Set something of a request, or append to its answer."""
    what = path[0]
    if what == "response":
        request.answered += everything(value)
        request.has_answer = request.has_answer or bool(value)
    elif what == "vote":
        request.vote = _VOTES.get(value) if isinstance(value, int | str) else None
    elif what == "modelId":
        vendor, slash, _ = value.partition("/") if isinstance(value, str) else ("", "", "")
        request.foreign = request.foreign or (bool(slash) and vendor not in _OWN_VENDORS)
    elif what == "agent":
        agent = part(value, "id")
        request.foreign = request.foreign or (
            isinstance(agent, str) and not agent.lower().startswith(_OWN_AGENTS)
        )
    elif what == "timestamp":
        request.at = moment(value) or request.at
    elif what == "message":
        request.asked = max(request.asked, everything(value))
