"""One page of a provider: asked for, kept as evidence, compared with what it said before."""

import gzip
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from withhold.app.bootstrap import Services
from withhold.model.evidence import Artifact, Draft, Json, Record
from withhold.model.terms import Provider
from withhold.model.terms_change import TermsChange, TermsPage
from withhold.model.when import When
from withhold.report.documents.terms import TermsOutcome, TermsPageRow
from withhold.store.watching import MayHaveChanged
from withhold.terms.compare import Edit, compare
from withhold.terms.fetch import Fetched, Fetcher, Known
from withhold.terms.lexicon import TOPICS
from withhold.terms.pages import Page, concerned, pages_of
from withhold.terms.text import MAX_TEXT, PageText, language_of_page, needs_browser, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "terms.version"
CHANGE = "terms.change"
DAILY = timedelta(days=1)
"""No page is asked for again before so much time is over, whatever came of it."""
SHRUNK = 0.4
"""A page that holds less than this share of its former text is not compared the first time that it does."""
TEXT, PAGE, PAIRS = "page.txt", "page.html.gz", "change.json"

__all__ = ["PAIRS", "PageWatch", "pages_of"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page as it was read in this run."""

    fetched: Fetched
    text: PageText
    at: datetime


class PageWatch:
    """Looks at pages one by one. What was known of them is read once, at the beginning."""

    def __init__(self, services: Services, fetcher: Fetcher) -> None:
        self._services = services
        self._fetcher = fetcher
        self._known: Mapping[str, TermsPage] = services.store.terms.pages()
        held = {page.record for page in self._known.values()}
        self._versions = {r.id: r for r in services.journal.records() if r.id in held} if held else {}

    def look(self, provider: Provider, page: Page) -> tuple[TermsPageRow, TermsChange | None]:
        """What came of one page, and the change where one matters. Both are kept when this returns."""
        known = self._known.get(page.url)
        now = self._services.clock()
        if known is not None and timedelta(0) <= now - known.tried_at < DAILY:
            return _row(page, known, "not_due", "it was asked for less than a day ago"), None
        asked = Known() if known is None or known.record is None else Known(known.etag, known.last_modified)
        fetched = self._fetcher.fetch(page.url, asked)
        at = self._services.clock()
        if fetched.outcome == "same":
            return self._keep(page, known, "same", "", at, fetched), None
        if fetched.outcome != "page":
            return self._keep(page, known, fetched.outcome, fetched.why, at), None
        text = text_of(fetched.body, fetched.content_type)
        if needs_browser(text, fetched.body):
            why = "the page shows its text only in a browser: look at it with yours"
            return self._keep(page, known, "needs_browser", why, at), None
        if len(text.text) > MAX_TEXT:
            why = f"the page holds more text than can be compared ({len(text.text):,} characters)"
            return self._keep(page, known, "too_large", why, at), None
        return self._read(provider, page, known, _Seen(fetched, text, at))

    def _read(
        self, provider: Provider, page: Page, known: TermsPage | None, seen: _Seen
    ) -> tuple[TermsPageRow, TermsChange | None]:
        before = None if known is None or known.record is None else self._versions.get(known.record)
        if known is None or before is None:
            record = self._version(page, None, seen, None)
            why = "the first version kept; there is nothing to compare it with"
            return self._keep(page, known, "first_seen", why, seen.at, seen.fetched, record), None
        old = self._text_before(before, seen.text)
        if len(seen.text.text) < SHRUNK * len(old) and known.outcome != "shrunk":
            why = "it holds far less text than before, so it was not compared yet: look at it yourself"
            return self._keep(page, known, "shrunk", why, seen.at), None
        return self._compared(provider, page, known, seen, before, old)

    def _compared(
        self, provider: Provider, page: Page, known: TermsPage, seen: _Seen, before: Record, old: str
    ) -> tuple[TermsPageRow, TermsChange | None]:
        language = language_of_page(seen.text)
        edits = compare(old, seen.text.text, language or "en")
        if not edits:
            return self._keep(page, known, "same", "", seen.at, seen.fetched), None
        record = self._version(page, before, seen, len(edits))
        if language is None:
            why = "it changed, in a language that the lexicon does not hold: read it yourself"
            row = self._keep(page, known, "other_language", why, seen.at, seen.fetched, record)
            return replace_counts(row, len(edits), 0), None
        relevant = [e for e in edits if e.verdict.alarm]
        if not relevant:
            row = self._keep(page, known, "no_relevant_change", "", seen.at, seen.fetched, record)
            return replace_counts(row, len(edits), 0), None
        change = self._alarm(provider, page, known, seen, (before, record), relevant)
        row = _row(page, known, "relevant_change", "", record.id)
        return replace_counts(row, len(edits), len(relevant)), change

    def _alarm(
        self,
        provider: Provider,
        page: Page,
        known: TermsPage,
        seen: _Seen,
        versions: tuple[Record, Record],
        relevant: Sequence[Edit],
    ) -> TermsChange:
        what = concerned(provider, page)
        topics = tuple(t for t in TOPICS if any(t in e.verdict.topics for e in relevant))
        when = When(min(known.seen_at or known.tried_at, seen.at), seen.at)
        body: dict[str, Json] = {
            "provider": provider.id,
            "url": page.url,
            "versions": [r.id for r in versions],
            "earliest": _utc(when.earliest),
            "latest": _utc(when.latest),
            "topics": topics,
            "controls": what.controls,
            "products": what.products,
            "entries": what.entries,
            "sentences": len(relevant),
        }
        pairs = Artifact(PAIRS, "application/json", _pairs(relevant))
        record = self._services.journal.append(Draft(CHANGE, seen.at, body, (pairs,)))
        change = TermsChange(
            uuid.uuid4().hex[:8], provider.id, page.url, when, topics,
            what.controls, what.products, what.entries, record.id,
        )  # fmt: skip
        store = self._services.store
        with store.transaction():
            store.terms.add_change(
                change, _page(page, known, "relevant_change", seen.at, seen.fetched, versions[1])
            )
            for control in what.controls:
                said = "the words of its terms changed"
                store.watching.add_change(MayHaveChanged(provider.id, control, None, when, said))
        return change

    def _keep(
        self,
        page: Page,
        known: TermsPage | None,
        outcome: TermsOutcome,
        why: str,
        at: datetime,
        fetched: Fetched | None = None,
        record: Record | None = None,
    ) -> TermsPageRow:
        """Keep what came of the page; without ``fetched`` what was known of its text stays."""
        now = _page(page, known, outcome, at, fetched, record)
        self._services.store.terms.put_page(now)
        return _row(page, known, outcome, why, now.record)

    def _version(self, page: Page, before: Record | None, seen: _Seen, edits: int | None) -> Record:
        """The version as evidence: the page as it came, its text, and their hashes."""
        text = seen.text.text.encode()
        fetched = seen.fetched
        body: dict[str, Json] = {
            "provider": page.provider_id,
            "url": page.url,
            "final_url": fetched.url,
            "sources": page.sources,
            "etag": fetched.etag,
            "last_modified": fetched.last_modified,
            "content_type": fetched.content_type,
            "page_sha256": sha256(fetched.body).hexdigest(),
            "text_sha256": sha256(text).hexdigest(),
            "language": seen.text.language,
            "extractor": seen.text.extractor,
            "before": None if before is None else before.id,
            "edits": edits,
        }
        parts = (
            Artifact(TEXT, "text/markdown", text),
            Artifact(PAGE, "application/gzip", gzip.compress(fetched.body, mtime=0)),
        )
        return self._services.journal.append(Draft(VERSION, seen.at, body, parts))

    def _text_before(self, before: Record, now: PageText) -> str:
        """The text of the former version, drawn out anew where another extractor did it then."""
        journal = self._services.journal
        if before.body.get("extractor") == now.extractor:
            return journal.artifact(before, TEXT).decode("utf-8", "replace")
        page = gzip.decompress(journal.artifact(before, PAGE))
        return text_of(page, str(before.body.get("content_type"))).text


def replace_counts(row: TermsPageRow, edits: int, relevant: int) -> TermsPageRow:
    """The row with these counts."""
    from msgspec import structs

    return structs.replace(row, edits=edits, relevant=relevant)


def _page(
    page: Page,
    known: TermsPage | None,
    outcome: str,
    at: datetime,
    fetched: Fetched | None,
    record: Record | None,
) -> TermsPage:
    base = known or TermsPage(page.url, page.provider_id, at, outcome)
    kept = replace(base, provider_id=page.provider_id, tried_at=at, outcome=outcome)
    if fetched is None:
        return kept
    return replace(
        kept,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        seen_at=at,
        record=kept.record if record is None else record.id,
    )


def _row(
    page: Page, known: TermsPage | None, outcome: TermsOutcome, why: str, record: str | None = None
) -> TermsPageRow:
    return TermsPageRow(
        provider=page.provider_id,
        url=page.url,
        title=page.title,
        outcome=outcome,
        why=why,
        since=None if known is None else known.seen_at,
        edits=0,
        relevant=0,
        record=record or (None if known is None else known.record),
    )


def _pairs(edits: Iterable[Edit]) -> bytes:
    rows = [
        {
            "topics": list(e.verdict.topics),
            "old": None if e.old is None else e.old.text,
            "new": None if e.new is None else e.new.text,
            "under": cast("Any", e.new or e.old).heading,
            "why": e.verdict.why,
        }
        for e in edits
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def _utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
