"""The ledger of an organisation: the exports of many people's indexes, judged together on any engine.

The rules are those of one person's ledger, and so is the code: only where the rows lie differs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs

from withhold.app.bootstrap import Services
from withhold.app.ledger.exposure import View, looks_of, view
from withhold.app.ledger.filters import EVERYTHING, Filter
from withhold.app.ledger.gone import Absences
from withhold.app.ledger.joining import Ledger
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.columns import instant
from withhold.model.conversation import Deletion
from withhold.model.stored import StoredConversation
from withhold.model.when import When
from withhold.model.words import Known, Setting
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.index.bulk.engine import Engine
    from withhold.index.bulk.exports import Exports, Member

TAKEN_AT_WORD = (
    "Exports of members are not signed: what they hold is taken at each member's word, and nothing here shows"
    " whether one was changed or is whole."
)
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True, slots=True)
class Shown:
    """An imported source of one member."""

    id: int
    format: str
    imported_at: datetime
    exported_at: When | None
    account_ref: str | None
    unrecognised: range


@contextmanager
def ledger_of_members(
    services: Services,
    places: Sequence[str],
    *,
    engine: str,
    as_of: datetime | None = None,
    wanted: Filter = EVERYTHING,
) -> Iterator[View]:
    """Verdicts for all conversations of the exports in ``places``, as ``app.exposure.ledger`` gives them.

    Raises ``UsageProblem`` where the exports cannot be told apart, ``EnvironmentProblem`` where the engine is
    not there.
    """
    from withhold.app.ledger.sweep import Sweep
    from withhold.index.bulk.exports import Exports, folders
    from withhold.index.bulk.grid import OwnCells, own_cuts

    now = as_of or services.stamp().generated_at
    where = folders(places)
    exports = Exports(_engine(engine), where, services.progress)
    try:
        facts = _Facts(exports)
        wanted.check(services, facts.accounts)
        seen = services.store.terms.changes()
        judges = Ledger(services.packs, facts.accounts, facts.evidence, now, seen)
        placed = {part: judges.place(*part).judge for part in exports.parts()}
        exports.place({p: [] if judge is None else own_cuts(judge.table) for p, judge in placed.items()})
        services.progress.step("judging conversations")
        found = Sweep(
            exports,
            judges,
            OwnCells(),
            now,
            odd=facts.odd(),
            read=facts.stored,
            absences=Absences(facts.accounts, facts.sources),
        )
        settings = facts.evidence
        looks = partial(looks_of, services.packs, lambda a: settings.get(a, ()), facts.sources, now, seen)
        whole = view(services, found, facts.accounts, wanted, looks)
        head = structs.replace(whole.head, taken_at_word=TAKEN_AT_WORD)
        yield replace(whole, head=head, member=exports.member_name)
    finally:
        exports.close()


def _engine(name: str) -> "Engine":
    from withhold.index.bulk.engine import Duck

    if name == "duckdb":
        return Duck.alone()
    from withhold.app.ledger.cluster import spark

    return spark()


class _Facts:
    """What exports hold beside the index, in the types of ``model``, with names that tell members apart."""

    def __init__(self, exports: "Exports") -> None:
        self._exports = exports
        self.sources = _sources(exports.facts("sources"))
        self.accounts = _accounts(exports)
        self.evidence = _evidence(exports.facts("settings"))
        self._deletions = _deletions(exports.facts("deletions"))
        self._again = _sent_again(exports.facts("sent_again"))
        self._made = {s.id: s.exported_at for s in self.sources if s.exported_at is not None}

    def odd(self) -> frozenset[int]:
        """Keys of conversations that no group carries."""
        return frozenset(self._deletions) | self._exports.keys_of_members(self._again)

    def stored(self, keys: Sequence[int]) -> Iterator[StoredConversation]:
        """The conversations of ``keys`` with what is known of them."""
        from withhold.index.schema import id_of

        for kept in self._exports.whole(keys):
            c = kept.conversation
            exports = [self._made[source] for source in kept.sources if source in self._made]
            member = self._exports.member_of(kept.key)
            yield StoredConversation(
                id=id_of(kept.key),
                conversation=replace(c, deletion=self._deletions.get(kept.key)),
                sources=kept.sources,
                first_seen=min(exports, default=None),
                last_seen=max(exports, key=lambda at: (at.latest, at.earliest), default=None),
                sent_again=tuple(self._again.get((member, c.provider_id, c.source_id), ())),
            )


def _span(row: Mapping[str, Any], name: str) -> When | None:
    earliest, latest = row[f"{name}_earliest"], row[f"{name}_latest"]
    return None if earliest is None or latest is None else When(instant(earliest), instant(latest))


def _certain(row: Mapping[str, Any], name: str) -> When:
    span = _span(row, name)
    if span is None:
        raise UsageProblem(
            f"an export lacks the time of a fact ({name})",
            next_step="make it again: withhold index export DIR",
        )
    return span


def _sources(rows: "list[tuple[Member, dict[str, Any]]]") -> tuple[Shown, ...]:
    found = [
        Shown(
            id=member.source(row["id"]),
            format=row["format"],
            imported_at=instant(row["imported_at"]),
            exported_at=_span(row, "exported"),
            account_ref=member.own(row["account_ref"]),
            unrecognised=range(row["unrecognised"]),
        )
        for member, row in rows
    ]
    if len({s.id for s in found}) < len(found):
        raise UsageProblem(
            "two of these exports are of one member: what they hold would count twice",
            next_step="leave the older one out, or name each: withhold index export DIR --member NAME",
        )
    return tuple(found)


def _accounts(exports: "Exports") -> tuple[Account, ...]:
    plans: dict[str, list[PlanPeriod]] = defaultdict(list)
    for number, (member, row) in enumerate(exports.facts("plans")):
        ends = _span(row, "ends")
        period = PlanPeriod(f"plan-{number}", row["tier"], _certain(row, "begins"), ends, Known(row["known"]))
        plans[_own(member, row["account"])].append(period)
    said: dict[str, list[Acceptance]] = defaultdict(list)
    for number, (member, row) in enumerate(exports.facts("acceptances")):
        accepted = Acceptance(f"accepted-{number}", _certain(row, "when"), Known(row["known"]))
        said[_own(member, row["account"])].append(accepted)
    return tuple(
        Account(
            id=(name := _own(member, row["id"])),
            provider_id=row["provider_id"],
            label=row["label"],
            region=row["region"],
            plans=tuple(plans[name]),
            acceptances=tuple(said[name]),
            source_account_ids=tuple(_own(member, ref) for ref in row["refs"]),
        )
        for member, row in exports.facts("accounts")
    )


def _own(member: "Member", name: str) -> str:
    return member.own(name) or name


def _evidence(rows: "list[tuple[Member, dict[str, Any]]]") -> dict[str, tuple[SettingEvidence, ...]]:
    found: dict[str, list[SettingEvidence]] = defaultdict(list)
    for member, row in rows:
        evidence = SettingEvidence(
            id=_own(member, row["id"]),
            control_id=row["control"],
            begins=instant(row["begins"]),
            ends=instant(row["ends"]),
            setting=Setting(row["setting"]),
            known=Known(row["known"]),
            record=row["record"],
        )
        found[_own(member, row["account"])].append(evidence)
    return {name: tuple(sorted(e, key=lambda x: (x.begins, x.id))) for name, e in found.items()}


def _deletions(rows: "list[tuple[Member, dict[str, Any]]]") -> dict[int, Deletion]:
    return {m.key(row["key"]): Deletion(_certain(row, "deleted"), Known(row["known"])) for m, row in rows}


def _sent_again(rows: "list[tuple[Member, dict[str, Any]]]") -> dict[tuple["Member", str, str], list[When]]:
    found: dict[tuple[Member, str, str], list[When]] = defaultdict(list)
    for member, row in rows:
        found[member, row["provider_id"], row["source_id"]].append(_certain(row, "sent"))
    return found
