"""Texts of the provider's terms that were kept, for a dispute bundle: which, when sent, and their hashes."""

from collections.abc import Iterator

from withhold.app.bootstrap import Services
from withhold.app.evidence.period import Period
from withhold.app.terms.page import VERSION
from withhold.model.evidence import Record
from withhold.model.terms import Provider
from withhold.report.evidence.content import Table

_COLUMNS = ("Page", "Sent at (UTC)", "SHA-256 of its text", "SHA-256 of the page", "Record")
_NOTE = (
    "Pages on which the provider states its terms, as they were sent to this computer in the period, and"
    " the last one before it: the hash of the text drawn from the page, and of the page. Each is in the log"
    " as the record named, which is handed over apart. That a text was sent does not say that it bound this"
    " account."
)
_NONE = (
    "No text of the provider's terms from then was kept: 'withhold watch terms' keeps each version from its"
    " first run on. So the only hash here is that of the pack, which sums the terms up in words of others."
)


def kept_terms_table(services: Services, provider: Provider, period: Period) -> Table:
    """The versions that stood in the period, oldest first, page by page."""
    rows = tuple(_row(record) for record in _versions(services, provider, period))
    return Table("Texts of the terms that were kept", _NOTE if rows else _NONE, _COLUMNS, rows, codes=(2, 3))


def _versions(services: Services, provider: Provider, period: Period) -> Iterator[Record]:
    kept: dict[str, list[Record]] = {}
    for record in services.journal.records():
        if record.type == VERSION and record.body.get("provider") == provider.id and record.at < period.last:
            kept.setdefault(str(record.body.get("url")), []).append(record)
    for _, versions in sorted(kept.items()):
        before = [one for one in versions if one.at < period.first]
        yield from before[-1:]
        yield from (one for one in versions if one.at >= period.first)


def _row(record: Record) -> tuple[str, ...]:
    body = record.body
    hashes = (str(body.get(name) or "not on record") for name in ("text_sha256", "page_sha256"))
    return (str(body.get("url")), f"{record.at:%Y-%m-%d %H:%M:%S}", *hashes, record.id[:12])
