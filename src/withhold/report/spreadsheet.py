"""The ledger as CSV: RFC 4180, UTF-8 without a mark, one header line, one line a conversation.

The columns and their order are fixed; new ones come at the end. A cell that a spreadsheet might take for a
formula gets a leading apostrophe: what stands in an export was written by others.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from withhold.report.documents import ClockRow, ConversationRow, ExposureDocument

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters by which a cell becomes a formula, the full-width ones of East Asian systems included."""


LINES = 1000
"""How many lines are written at once."""


class Column(NamedTuple):
    name: str
    meaning: str
    cell: Callable[[ConversationRow], str]


def _text(value: str | None) -> str:
    return "" if value is None else value


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def _instant(value: datetime | None) -> str:
    return "" if value is None else value.isoformat().replace("+00:00", "Z")


def _clock(clock: ClockRow) -> str:
    bound = f" ({clock.bound})" if clock.bound else ""
    return f"{clock.basis}={_instant(clock.until) or 'no end known'}{bound}"


COLUMNS: tuple[Column, ...] = (
    Column("id", "our id of the conversation, as `exposure explain` takes it", lambda r: r.id),
    Column("source_id", "the provider's id", lambda r: r.source_id),
    Column("provider", "whose terms apply", lambda r: r.provider),
    Column("product", "product of the pack, empty where no pack knows it", lambda r: _text(r.product)),
    Column("account", "id of the account, empty where it is not known", lambda r: _text(r.account)),
    Column("kind", "`chat` or `coding`", lambda r: r.kind),
    Column("project", "project as the source names it", lambda r: _text(r.project)),
    Column("first", "first dated message (UTC), empty where unknown", lambda r: _instant(r.first)),
    Column("last", "last dated message (UTC), empty where unknown", lambda r: _instant(r.last)),
    Column(
        "resumed", "how often it was taken up again after a day or more", lambda r: str(len(r.resumed_at))
    ),
    Column("human", "messages of the person", lambda r: str(r.human)),
    Column("model", "answers", lambda r: str(r.model)),
    Column("past_exposure", "`exposed`, `not_exposed` or `unknown`", lambda r: r.past_exposure),
    Column("future_eligibility", "`eligible`, `not_eligible` or `unknown`", lambda r: r.future_eligibility),
    Column(
        "carve_outs",
        "what may hold in spite of both verdicts, as `kind:effect`",
        lambda r: "; ".join(f"{c.kind}:{c.effect}" for c in r.carve_outs),
    ),
    Column("extent", "how much was open: `whole`, `since` or `none`", lambda r: r.extent),
    Column("causes", "why it was open, where that is certain", lambda r: "; ".join(r.causes)),
    Column("marks", "cautions that go with the verdicts", lambda r: "; ".join(r.marks)),
    Column(
        "clocks", "end of keeping by basis, with what the day is", lambda r: "; ".join(map(_clock, r.clocks))
    ),
    Column("deleted", "`true`, `false` or `unknown`", lambda r: str(r.deleted).lower()),
    Column(
        "gone_since",
        "day of the first export that lacks it; such an export can be partial",
        lambda r: "" if r.gone_since is None else _instant(r.gone_since.latest),
    ),
    Column("as_of", "instant for which future eligibility is said (UTC)", lambda r: _instant(r.as_of)),
    Column(
        "sensitivity", "kinds of sensitive findings, where some are known", lambda r: _text(r.sensitivity)
    ),
    Column("title", "only where titles were kept on request", lambda r: _text(r.title)),
    Column(
        "member",
        "whose it is, in the ledger of an organisation: such a row is taken at that member's word,"
        " since exports are not signed",
        lambda r: _text(r.member),
    ),
    Column("attachments", "files sent along, empty where no source tells", lambda r: _count(r.attachments)),
    Column("tool_outputs", "results of tools, empty where no source tells", lambda r: _count(r.tool_outputs)),
)


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before anything that a spreadsheet might compute."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) or cell[:1] in ("\t", "\r", "\n") else cell


def exposure_csv(document: ExposureDocument) -> bytes:
    """All rows of the ledger in its order. What is no valid Unicode becomes ``?``."""
    return b"".join(csv_lines(document.conversations))


def csv_lines(rows: Iterable[ConversationRow]) -> Iterator[bytes]:
    """The file piece by piece, the header first: however many rows there are, few are in memory."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(c.name for c in COLUMNS)
    for number, row in enumerate(rows, 1):
        writer.writerow(_cells(row))
        if number % LINES == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    data = out.getvalue().encode("utf-8", "replace")
    out.seek(0)
    out.truncate()
    return data


def _cells(row: ConversationRow) -> Sequence[str]:
    return [guarded(c.cell(row).replace("\0", "")) for c in COLUMNS]
