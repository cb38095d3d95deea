"""What the page shows and does. Everything goes through the use cases that the commands call."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import structs

from withhold.app.accounts import account_named, list_accounts, provider_of
from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.timeline import timeline
from withhold.app.optout.all_providers import web_address
from withhold.app.optout.guiding import Place, deciding_controls, steps_to
from withhold.app.status import status
from withhold.app.watch.due import watched
from withhold.model.evidence import Json, Record
from withhold.report import documents as d
from withhold.support.errors import UsageProblem
from withhold.support.messages import _, ngettext
from withhold.support.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

PICTURES = ("image/png", "image/jpeg", "image/webp")
"""Kinds of artifact that a page may show: a browser runs nothing that they hold."""

NEWEST = 12
_PRESSING = ("sharing", "unknown", "private")
"""What has to be seen first."""


class Desk:
    """Opens the state anew for each thing that is asked for: a page may stay open for days."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def home(self) -> Path:
        return self._services.home.root

    @contextmanager
    def open(self, *, stamps: bool = False, progress: Progress | None = None) -> Iterator[Services]:
        """The application, for one thread, closed at the end. ``stamps`` as in :class:`Services`."""
        own = dataclasses.replace(self._services, stamps=stamps, progress=progress or self._services.progress)
        own.__dict__["packs"] = self._services.packs
        try:
            yield own
        finally:
            own.close()


class Notes:
    """Progress that is kept, so that a page can show it afterwards."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, text: str) -> None:
        self.lines.append(text)

    def advance(self, done: int, total: int | None, unit: str) -> None:
        """A page that loads once has no place for counts that go on."""


@dataclass(frozen=True, slots=True)
class Due:
    """A day on which something is to be done (``look``) or on which a stated time of keeping ends (``end``).

    ``at`` is ``None`` where no day is stated; ``year`` stands alone where only that is known.
    """

    kind: Literal["look", "end"]
    at: datetime | None
    year: int | None
    overdue: bool
    title: str
    text: str
    provider: str | None = None
    account: str | None = None
    control: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    status: d.StatusDocument
    totals: d.Totals
    due: tuple[Due, ...]
    accounts: tuple[d.AccountRow, ...]
    providers: tuple[tuple[str, str], ...]
    """Id and name of every provider that has a pack."""


@dataclass(frozen=True, slots=True)
class Timeline:
    document: d.TimelineDocument
    picture: str | None
    """An ``svg`` element, made and escaped by us; ``None`` where there is nothing to draw."""
    summary: str
    lanes: tuple[tuple[str, tuple[tuple[str, tuple[d.StretchRow, ...]], ...]], ...]
    totals: d.Totals
    newest: tuple[d.ConversationRow, ...]


@dataclass(frozen=True, slots=True)
class Guided:
    """The way to one control. ``url`` is ``None`` where it is not to be reached by a browser."""

    provider: str
    provider_name: str
    control: str
    control_name: str
    account: str | None
    label: str | None
    url: str | None
    steps: tuple[str, ...]
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One record of the evidence, with what it says and which of its files are pictures."""

    row: d.RecordRow
    body: "tuple[tuple[str, str], ...]"
    pictures: tuple[str, ...]
    line: str


def overview(services: Services) -> Overview:
    """Posture of every account, both totals, and what is due."""
    document = status(services)
    pressing = sorted(document.posture, key=lambda row: _PRESSING.index(row.setting))
    with ledger(services) as view:
        totals = view.head.totals
    packs = sorted(services.packs.values(), key=lambda p: p.name.casefold())
    return Overview(
        status=structs.replace(document, posture=tuple(pressing)),
        totals=totals,
        due=(*_looks(services), *_ends(services, totals)),
        accounts=list_accounts(services).accounts,
        providers=tuple((p.id, p.name) for p in packs),
    )


def _looks(services: Services) -> Iterator[Due]:
    """When each control is to be looked at again, the longest overdue first: as ``watch status`` says."""
    now = services.clock()
    for item in watched(services, now):
        name = f"{item.provider.name}, {item.control.name}"
        yield Due(
            kind="look",
            at=item.due.at,
            year=None,
            overdue=item.due.now(now),
            title=_("Look at the training setting: %(name)s, %(label)s")
            % {"name": name, "label": item.account.label},
            text=item.due.why,
            provider=item.provider.id,
            account=item.account.id,
            control=item.control.id,
        )


def _ends(services: Services, totals: d.Totals) -> Iterator[Due]:
    """Stated times of keeping that end from this year on; a past one has nothing left to be done."""
    bounds = {
        "up_to": _("at most until then"),
        "at_least": _("at least until then"),
        "exact": _("until then"),
    }
    year = services.clock().year
    for row in sorted(totals.ends, key=lambda r: (r.year is None, r.year or 0, r.basis)):
        if row.year is None or row.year < year:
            continue
        count = {"count": f"{row.count:,}"}
        yield Due(
            kind="end",
            at=None,
            year=row.year,
            overdue=False,
            title=ngettext(
                "A stated time of keeping ends: %(count)s conversation",
                "A stated time of keeping ends: %(count)s conversations",
                row.count,
            )
            % count,
            text=_("Ground: %(basis)s; kept %(bound)s, as the terms state it. Other grounds may last longer.")
            % {
                "basis": row.basis.replace("_", " "),
                "bound": bounds.get(row.bound or "", _("as far as stated")),
            },
        )


def exposure_over_time(services: Services) -> Timeline:
    """The picture with the same in words, the totals, and the newest conversations."""
    from withhold.report.timeline import words
    from withhold.report.timeline.svg import element

    document = timeline(services)
    with ledger(services) as view:
        totals, newest = view.head.totals, tuple(view.rows(NEWEST))
    drawn = document.begins is not None and document.ends is not None
    return Timeline(
        document=document,
        picture=element(document) if drawn else None,
        summary=words.summary(document) if drawn else "",
        lanes=tuple((words.lane_name(lane), tuple(words.bands(lane))) for lane in document.lanes),
        totals=totals,
        newest=newest,
    )


def picture_style() -> str:
    """The style sheet within the picture, so that a page can allow exactly that one."""
    from withhold.report.timeline.svg import STYLE

    return STYLE


def guide_to(
    services: Services, provider_id: str, control_id: str | None = None, account: str | None = None
) -> Guided:
    """The steps to a control that decides about training: the one named, or the provider's first."""
    provider = provider_of(services, provider_id)
    owner = None if not account else account_named(services, account)
    controls = deciding_controls(provider, services.clock())
    control = next((c for c in controls if control_id in (None, "", c.id)), None)
    if control is None:
        raise UsageProblem(
            _("the pack of %(name)s names no such control that a person sets") % {"name": provider.name},
            next_step=f"withhold packs show {provider.id}",
        )
    place = Place(provider, control, owner, web_address(control.url))
    return Guided(
        provider=provider.id,
        provider_name=provider.name,
        control=control.id,
        control_name=control.name,
        account=None if owner is None else owner.id,
        label=None if owner is None else owner.label,
        url=place.url,
        steps=steps_to(services, place, None),
        others=tuple((c.id, c.name) for c in controls if c.id != control.id),
    )


def record(services: Services, record_id: str) -> Shown:
    """One record. Raises ``UsageProblem`` for an id that is none."""
    from withhold.app.evidence.checking import record_row

    found = services.journal.get(record_id)
    return Shown(
        row=record_row(services, found),
        body=tuple(_flat(found.body)),
        pictures=tuple(a.name for a in found.artifacts if a.media_type in PICTURES),
        line=services.journal.line(found.id).decode("utf-8", "replace"),
    )


def _flat(body: "Mapping[str, Json]", above: str = "") -> Iterator[tuple[str, str]]:
    """What a record says as pairs of name and value, inner names behind a dot."""
    from collections.abc import Mapping

    for key, value in body.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
            for number, part in enumerate(value, 1):
                whole = part if isinstance(part, Mapping) else {"": part}
                yield from _flat(whole, f"{name} {number}.")
        else:
            yield name, _value(value)


def _value(value: Json) -> str:
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value)) or "–"
    return str(value)


def artifact(services: Services, record_id: str, name: str) -> tuple[str, bytes]:
    """Media type and bytes of an artifact, checked against its record."""
    found: Record = services.journal.get(record_id)
    data = services.journal.artifact(found, name)
    return next(a.media_type for a in found.artifacts if a.name == name), data


def served(services: Services, url: str) -> d.UiDocument:
    """What is said once the page can be opened at ``url``."""
    stamp = services.stamp()
    return d.UiDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        url=url,
        home=str(services.home.root),
    )
