"""Microsoft Copilot (consumer): the CSV files of the privacy dashboard.

There are no ids: a conversation is a run of rows with one title, and titles come back. The activity history
lists the newest row first, and a question shares its time with its answer, so a run is turned round as a
whole and never sorted. Its times have no zone. ``M/D/YYYY`` is read as the American order that the files
use.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from itertools import groupby

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When
from withhold.model.words import Author, Kind
from withhold.sources.csv_rows import Row, header_of, rows_of
from withhold.sources.drafts import Draft, Repeats, messages_of, strange
from withhold.sources.interface import Claim, Entry, ExportedAt, Item, Notice, Options, Shape
from withhold.sources.made_at import made_at
from withhold.sources.text import name
from withhold.sources.times import FIRST_SANE, moment, nominal

PROVIDER = "microsoft"
ACTIVITY, CHATS, PROMPTS = "activity history", "chat activity", "prompts of Windows apps"
HEADERS = {
    ACTIVITY: frozenset({"conversation", "time", "author", "message"}),
    CHATS: frozenset({"createdat", "messagecontent", "author", "chatname"}),
    PROMPTS: frozenset({"timestamp", "clientapp", "prompt"}),
}
AUTHORS = {
    "human": Author.HUMAN,
    "user": Author.HUMAN,
    "ai": Author.MODEL,
    "copilot": Author.MODEL,
    "bot": Author.MODEL,
    "assistant": Author.MODEL,
    "system": Author.OTHER,
}
_SLASHED = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?"
    r"(?:\s*([AP]M))?(?:\s*([+-])(\d\d):?(\d\d)|\s*(Z))?",
    re.IGNORECASE,
)


class MsCopilot:
    """Reader of the privacy dashboard's CSV files."""

    format = "ms-copilot"

    def recognises(self, entry: Entry, shape: Shape) -> Claim | None:
        """See :meth:`withhold.sources.interface.Reader.recognises`."""
        titles = header_of(shape.head) if shape.form == "other" else frozenset()
        role = next((role for role, wanted in HEADERS.items() if wanted <= titles), None)
        return None if role is None else Claim(entry, role)

    def companion(self, entry: Entry) -> Claim | None:  # noqa: ARG002 - every file shows what it is
        """None: each file has its header."""
        return None

    def read(self, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
        """See :meth:`withhold.sources.interface.Reader.read`."""
        yield from (ExportedAt(when) for when in made_at([claim.entry for claim in claims]))
        repeats = Repeats()
        for claim in claims:
            yield from _file(claim, repeats, options)


def _file(claim: Claim, repeats: Repeats, options: Options) -> Iterator[Item]:
    number = 0
    for (is_row, title), group in groupby(rows_of(claim.entry, options.limits), _run(claim.role)):
        number += is_row
        run = _Run(claim.role, title)
        for row in group:
            if isinstance(row, Row):
                yield from run.add(row)
            else:
                yield row
        if is_row:
            built = run.conversation(claim.entry, number, options)
            yield from repeats.of(built.source_id, f"{claim.entry.path}: conversation {number}")
            yield built
    if not number:
        yield Unrecognised(claim.entry.path, "holds a header and no row that can be read")
    if claim.role == PROMPTS and number:
        text = "nothing ties these prompts together: each counts as a conversation of its own"
        yield Notice(text, claim.entry.path)


def _run(role: str) -> Callable[[Row | Unrecognised], tuple[bool, str]]:
    """What rows of one conversation have in common. Prompts of Windows apps stand alone.

    A row that cannot be read belongs to the run that it interrupts.
    """
    last = False, ""

    def key(row: Row | Unrecognised) -> tuple[bool, str]:
        nonlocal last
        if isinstance(row, Row):
            told = {ACTIVITY: "conversation", CHATS: "chatname"}
            last = True, row.place if role == PROMPTS else _cell(row.fields, told[role])
        return last

    return key


class _Run:
    """The rows of one conversation."""

    def __init__(self, role: str, title: str) -> None:
        self._role = role
        self._title = title
        self._drafts: list[Draft] = []

    def add(self, row: Row) -> Iterator[Unrecognised]:
        """Take a row; what is odd about it is named."""
        draft = _draft(row.fields, self._role)
        self._drafts.append(draft)
        if draft.fault is not None:
            yield Unrecognised(row.place, draft.fault)

    def conversation(self, entry: Entry, number: int, options: Options) -> Conversation:
        """The run, oldest row first."""
        drafts = self._drafts[::-1] if self._newest_first() else self._drafts
        first = next(
            (nominal(draft.at).isoformat() for draft in drafts if draft.at), f"{entry.path}:{number}"
        )
        mark = f"{self._role}\n{self._title}\n{first}".encode("utf-8", "replace")
        source_id = f"run-{sha256(mark).hexdigest()[:32]}"
        return Conversation(
            source_id=source_id,
            provider_id=PROVIDER,
            kind=Kind.CHAT,
            messages=messages_of(source_id, drafts),
            incognito=False,
            title=name(self._title) if options.keep_titles and self._role != PROMPTS else None,
        )

    def _newest_first(self) -> bool:
        times = [nominal(draft.at) for draft in self._drafts if draft.at is not None]
        if len(times) > 1 and times[0] != times[-1]:
            return times[0] > times[-1]
        ends = (self._drafts[0].author, self._drafts[-1].author)
        if ends == (Author.MODEL, Author.HUMAN):
            return True
        return self._role == ACTIVITY and ends != (Author.HUMAN, Author.MODEL)


def _cell(fields: dict[str, str], column: str) -> str:
    """What a column holds; a column that the file lacks holds nothing, and then the time is not known."""
    return fields.get(column, "")


def _draft(fields: dict[str, str], role: str) -> Draft:
    if role == PROMPTS:
        return Draft(None, Author.HUMAN, _when(_cell(fields, "timestamp")), len(_cell(fields, "prompt")))
    author = AUTHORS.get(_cell(fields, "author").strip().lower())
    return Draft(
        id=None,
        author=author or Author.OTHER,
        at=_when(_cell(fields, "time" if role == ACTIVITY else "createdat")),
        size=len(_cell(fields, "message" if role == ACTIVITY else "messagecontent")),
        fault=None if author else strange(_cell(fields, "author")),
    )


def _when(text: str) -> When | None:
    found = _SLASHED.fullmatch(text.strip())
    if found is None:
        return moment(text)
    month, day, year, hour, minute = (int(found.group(n)) for n in range(1, 6))
    if half := found.group(7):
        hour = hour % 12 + (12 if half.upper() == "PM" else 0)
    try:
        local = datetime(year, month, day, hour, minute, int(found.group(6) or 0))  # noqa: DTZ001 - added below
        when = _zoned(local, found)
    except (ValueError, OverflowError):
        return None
    return when if when.earliest >= FIRST_SANE else None


def _zoned(local: datetime, found: re.Match[str]) -> When:
    if found.group(11):
        return When.at(local.replace(tzinfo=timezone.utc))  # noqa: UP017 - one class for both branches
    if not found.group(8):
        return When.without_zone(local)
    ahead = timedelta(hours=int(found.group(9)), minutes=int(found.group(10)))
    return When.at(local.replace(tzinfo=timezone(-ahead if found.group(8) == "-" else ahead)))
