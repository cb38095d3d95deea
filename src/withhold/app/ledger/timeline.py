"""Conversations by week, and beside them what the terms said, where the setting stood, and what was open."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger_of
from withhold.app.ledger.filters import EVERYTHING, Filter
from withhold.app.ledger.handing_out import write_file
from withhold.app.ledger.joining import Judged, Ledger, Placed
from withhold.app.ledger.narrowed import Narrowed
from withhold.app.ledger.opening import sweep
from withhold.app.ledger.sweep import Sweep
from withhold.model.conversation import Conversation
from withhold.model.terms import Terms
from withhold.model.when import BEGINNING
from withhold.model.words import Allowed, PastExposure
from withhold.policy import Regime, RegimeTable
from withhold.policy.bounds import Bounds, one_of
from withhold.policy.exposure import sent
from withhold.policy.regimes import InForce
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

WEEK = timedelta(days=7)
DATED = timedelta(days=2)
"""A time known no better than this is put into no week; a day anywhere on Earth is."""

PAST = tuple(word.value for word in PastExposure)
TOO_OLD = 2
"""Age of an entry that was compared with its source too long ago (``policy/regimes.py``)."""


class Weeks(NamedTuple):
    """Conversations by week and past verdict, and how many have no week."""

    touched: Counter[tuple[date, str]]
    undated: int


def timeline(
    services: Services, *, as_of: datetime | None = None, wanted: Filter = EVERYTHING
) -> d.TimelineDocument:
    """From the first week in which something was sent (from ``since`` on) to now (or ``until``)."""
    stamp = services.stamp()
    now = as_of or stamp.generated_at
    ledger, accounts = ledger_of(services, now)
    wanted.check(services, accounts)
    services.progress.step("judging conversations")
    with sweep(services, ledger, accounts, now) as found:
        kept = found.narrowed(wanted, accounts)
        past = found.tally(kept).totals().past
        weeks = _weeks_in(found, kept)
        placed = _placed_in(found, kept)
    begins, ends = _range(weeks.touched, wanted, now)
    return d.TimelineDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        begins=begins,
        ends=None if begins is None else ends,
        past=past,
        undated=weeks.undated,
        weeks=tuple(_weeks(weeks.touched, begins, ends)),
        lanes=() if begins is None else tuple(_lanes(ledger, placed, begins, ends)),
    )


def _weeks_in(found: Sweep, kept: Narrowed) -> Weeks:
    numbers, meaning = found.labels(kept)
    labels = {grp: PAST.index(meaning[number][0].past) for grp, number in numbers.items()}
    own = {key: PAST.index(rated.past) for key, rated in found.rated_kept(kept)}
    within = DATED // timedelta(microseconds=1)
    counted, dated = found.bulk.weeks(labels, own, within=within, chosen=kept.chosen)
    first = date(1, 1, 1)
    count = Counter({(first + week * WEEK, PAST[label]): n for (week, label), n in counted.items()})
    for judged, row in _odd(found, kept):
        weeks = frozenset(_weeks_of(judged.conversation))
        count.update((week, row.past_exposure) for week in weeks)
        dated += bool(weeks)
    return Weeks(count, found.tally(kept).count - dated)


def _odd(found: Sweep, kept: Narrowed) -> list[tuple[Judged, d.ConversationRow]]:
    ids = {row.id for row in found.odd_rows(kept)}
    return [(judged, row) for judged, row in found.odd if row.id in ids]


def _placed_in(found: Sweep, kept: Narrowed) -> list[Placed]:
    """Every sort of account and product of which something is kept."""
    numbers, _ = found.labels(kept)
    there = [found.sorts[grp].placed for grp in found.bulk.there(numbers, chosen=kept.chosen)]
    there += [rated.placed for _, rated in found.rated_kept(kept)]
    return there + [_placed(judged) for judged, _ in _odd(found, kept)]


def _placed(judged: Judged) -> Placed:
    return Placed(judged.conversation.provider_id, judged.account, judged.provider, judged.product, None)


def _weeks_of(conversation: Conversation) -> Iterator[date]:
    for message in conversation.messages:
        if message.at.latest - message.at.earliest <= DATED:
            day = message.at.earliest.date()
            yield day - timedelta(days=day.weekday())


def _range(
    count: Counter[tuple[date, str]], wanted: Filter, now: datetime
) -> tuple[datetime | None, datetime]:
    """From the first week in the range; ``None`` where nothing has a known time there."""
    ends = now if wanted.until is None else min(wanted.until, now)
    since = BEGINNING if wanted.since is None else wanted.since
    weeks = [w for w, _ in count if _start(w) < ends and _start(w) + WEEK > since]
    return (_start(min(weeks)) if weeks else None), ends


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _weeks(count: Counter[tuple[date, str]], begins: datetime | None, ends: datetime) -> Iterator[d.WeekRow]:
    if begins is None:
        return
    for week in sorted({week for week, _ in count}):
        if begins <= _start(week) < ends:
            yield d.WeekRow(
                begins=week,
                exposed=count[week, "exposed"],
                not_exposed=count[week, "not_exposed"],
                unknown=count[week, "unknown"],
            )


def _lanes(ledger: Ledger, placed: Iterable[Placed], begins: datetime, ends: datetime) -> Iterator[d.LaneRow]:
    lanes = {
        (
            p.account.label if p.account else "",
            p.account.id if p.account else "",
            p.provider.id,
            p.product.id,
        ): p
        for p in placed
        if p.provider is not None and p.product is not None
    }
    for _, lane in sorted(lanes.items()):
        yield _lane(ledger, lane, begins, ends)


def _lane(ledger: Ledger, judged: Placed, begins: datetime, ends: datetime) -> d.LaneRow:
    assert judged.provider is not None  # noqa: S101 - lanes are made of such alone
    assert judged.product is not None  # noqa: S101
    table = ledger.table(judged.account, judged.provider, judged.product)
    regimes = [r for r in table.regimes if r.begins < ends and r.ends > begins]

    def band(word: Callable[[Regime], tuple[str, str]]) -> tuple[d.StretchRow, ...]:
        return tuple(_merged(((r, *word(r)) for r in regimes), begins, ends))

    return d.LaneRow(
        account=None if judged.account is None else judged.account.label,
        provider=judged.provider.id,
        product=judged.product.id,
        terms=band(_terms),
        settings=tuple(
            d.SettingBand(control=c, stretches=band(lambda r, c=c: _setting(r, c)))  # type: ignore[misc]
            for c in _shown_controls(table)
        ),
        open=band(_open),
    )


def _shown_controls(table: RegimeTable) -> tuple[str, ...]:
    """Controls of which something is known; else the first, which is then unknown all the time."""
    known = tuple(c for c, line in table.timelines.items() if line.stretches)
    return known or tuple(table.timelines)[:1]


def _merged(
    pieces: Iterable[tuple[Regime, str, str]], begins: datetime, ends: datetime
) -> Iterator[d.StretchRow]:
    """Neighbours that say the same are one stretch."""
    held: tuple[datetime, datetime, str, str] | None = None
    for regime, word, text in pieces:
        if held is not None and held[2:] == (word, text):
            held = (held[0], regime.ends, word, text)
            continue
        if held is not None:
            yield _stretch(held, begins, ends)
        held = (regime.begins, regime.ends, word, text)
    if held is not None:
        yield _stretch(held, begins, ends)


def _stretch(held: tuple[datetime, datetime, str, str], begins: datetime, ends: datetime) -> d.StretchRow:
    first, last, word, text = held
    return d.StretchRow(begins=max(first, begins), ends=min(last, ends), word=word, text=text)  # type: ignore[arg-type]


def _terms(regime: Regime) -> tuple[str, str]:
    """What every entry that may have applied says about training; ``unknown`` where they differ."""
    entries = [t for a in regime.alternatives for t in _applying(a.in_force)]
    words = {_terms_word(t) for t in entries} or {"unknown"}
    names = [t.id for t in dict.fromkeys(entries) if t is not None]
    text = ", ".join(names) if len(names) <= 2 else f"one of {len(names)} entries of the pack"
    return words.pop() if len(words) == 1 else "unknown", text or "no entry of the pack"


def _applying(in_force: tuple[InForce, ...]) -> list[Terms | None]:
    """Entries that may apply to one plan and region; ``None`` for terms that are not known."""
    if not in_force:
        return [None]
    found: list[Terms | None] = []
    for entry in in_force:
        if entry.age == TOO_OLD:
            return [None]
        if entry.accepted.possible:
            found.append(entry.terms)
        if not entry.accepted.certain:
            found.append(entry.otherwise)
    return found


def _terms_word(terms: Terms | None) -> str:
    match None if terms is None else terms.training.allowed:
        case Allowed.NO:
            return "no_training"
        case Allowed.UNLESS_OFF | Allowed.ONLY_IF_ON:
            return "setting_decides"
        case Allowed.YES:
            return "no_refusal"
        case _:
            return "unknown"


def _setting(regime: Regime, control: str) -> tuple[str, str]:
    stretch = regime.setting(control)
    if stretch is None or stretch.setting is None:
        conflict = stretch is not None and stretch.conflict
        return "unknown", "two pieces of evidence disagree" if conflict else "nobody vouches for it"
    return stretch.setting.value, stretch.known.value


def _open(regime: Regime) -> tuple[str, str]:
    """Whether a new message was open then, by the same rule that judges messages."""
    found = (sent(a, regime, resumed=False, incognito=False).bounds for a in regime.alternatives)
    bounds: Bounds = one_of(found)
    word = "open" if bounds.certain else "unknown" if bounds.possible else "not_open"
    return word, "by terms and setting"


def draw(document: d.TimelineDocument, target: str) -> Path:
    """Write the picture: ``.svg``, or ``.html`` with tables that say the same in words.

    Raises ``UsageProblem`` for another ending, or where no conversation has a known time.
    """
    ending = Path(target).suffix.lower()
    if ending not in (".svg", ".html"):
        raise UsageProblem(f"{target!r} names neither an .svg nor an .html file")
    if document.begins is None:
        raise UsageProblem(
            "there is nothing to draw: no conversation with a known time", next_step="withhold import PATH"
        )
    if ending == ".svg":
        from withhold.report.timeline.svg import picture

        return write_file(target, picture(document))
    from withhold.report.html import timeline_page

    return write_file(target, timeline_page(document))
