"""Changes of terms as people are shown them, with the sentences that the evidence holds."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping

from withhold.app.bootstrap import Services
from withhold.model.evidence import Record
from withhold.model.terms import Provider
from withhold.model.terms_change import TermsChange
from withhold.report.documents.terms import ConcernedControl, SentencePair, TermsAlarm

PAIRS = "change.json"


def alarm_rows(services: Services, changes: Iterable[TermsChange]) -> tuple[TermsAlarm, ...]:
    """Each change, old and new sentences side by side. Raises ``EvidenceBroken`` if they do not verify."""
    wanted = list(changes)
    ids = {c.record for c in wanted}
    records = {r.id: r for r in services.journal.records() if r.id in ids} if ids else {}
    return tuple(
        TermsAlarm(
            id=c.id,
            provider=c.provider_id,
            url=c.url,
            earliest=c.when.earliest,
            latest=c.when.latest,
            topics=c.topics,  # type: ignore[arg-type]  # the words of the lexicon are those of the document
            sentences=tuple(_pairs(services, records, c.record)),
            controls=_controls(services.packs.get(c.provider_id), c),
            products=c.products,
            entries=c.entries,
            record=c.record,
            read=c.read_at is not None,
        )
        for c in wanted
    )


def _pairs(services: Services, records: Mapping[str, Record], record: str) -> Iterator[SentencePair]:
    found = records.get(record)
    if found is None:
        return
    for row in json.loads(services.journal.artifact(found, PAIRS)):
        yield SentencePair(
            topics=tuple(row["topics"]), old=row["old"], new=row["new"], under=row["under"], why=row["why"]
        )


def _controls(provider: Provider | None, change: TermsChange) -> tuple[ConcernedControl, ...]:
    names = {} if provider is None else {c.id: c.name for c in provider.controls}
    command = f"withhold optout {shlex.quote(change.provider_id)}"
    return tuple(ConcernedControl(id=c, name=names.get(c, c), next=command) for c in change.controls)
