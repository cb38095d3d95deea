"""Watching the pages on which providers state their terms."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from withhold import __version__
from withhold.app.bootstrap import Services
from withhold.app.terms.alarms import alarm_rows
from withhold.model.terms import Provider
from withhold.model.terms_change import TermsChange
from withhold.report.documents.terms import SeenWord, TermsPageRow, WatchTermsDocument
from withhold.support.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from withhold.terms.fetch import Fetcher

OPEN = frozenset(
    {"robots", "refused", "gone", "unreachable", "too_large", "not_text", "needs_browser", "shrunk"}
    | {"other_language"}
)
"""Outcomes after which nobody knows whether the page says something else now."""


def watch_terms(
    services: Services,
    providers: Sequence[str] = (),
    *,
    everything: bool = False,
    fetcher: "Callable[[], Fetcher] | None" = None,
) -> WatchTermsDocument:
    """Ask for each page of the providers (default: those with an account here) not asked for today.

    Raises ``UsageProblem`` where it is not said whose pages, ``EnvironmentProblem`` without the extra
    ``terms``. What was seen of one page counts at once: a run that is stopped goes on with the next page.
    """
    wanted = _wanted(services, providers, everything=everything)
    _need_extra()
    from withhold.app.terms.page import PageWatch
    from withhold.terms.pages import pages_of

    made = _fetcher() if fetcher is None else fetcher()
    rows: list[TermsPageRow] = []
    found: list[TermsChange] = []
    try:
        watch = PageWatch(services, made)
        todo = [(provider, page) for provider in wanted for page in pages_of(provider)]
        for number, (provider, page) in enumerate(todo):
            services.progress.advance(number, len(todo), "pages")
            row, change = watch.look(provider, page)
            rows.append(row)
            found += [] if change is None else [change]
        services.progress.advance(len(todo), len(todo), "pages")
    finally:
        made.close()
    return _document(services, rows, found)


def list_changes(services: Services, providers: Sequence[str] = ()) -> WatchTermsDocument:
    """Every change that mattered so far, without asking for any page."""
    wanted = {_named(services, name).id for name in providers}
    changes = [c for c in services.store.terms.changes() if not wanted or c.provider_id in wanted]
    return _document(services, (), changes)


def mark_read(services: Services, change_id: str) -> WatchTermsDocument:
    """The person has read what changed; it counts as unread no more. Controls stay due until looked at."""
    services.store.terms.mark_read(change_id, services.clock())
    return list_changes(services)


def exit_code(document: WatchTermsDocument) -> int:
    """1 where a change that matters was found, 3 where a page could not be compared, else 0."""
    return {"relevant_change": 1, "undetermined": 3}.get(document.seen, 0)


def _document(
    services: Services, rows: Iterable[TermsPageRow], changes: Iterable[TermsChange]
) -> WatchTermsDocument:
    stamp, pages = services.stamp(), tuple(rows)
    return WatchTermsDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        seen=_summary(pages),
        pages=pages,
        alarms=alarm_rows(services, changes),
        unread=sum(c.read_at is None for c in services.store.terms.changes()),
    )


def _summary(pages: Sequence[TermsPageRow]) -> SeenWord:
    outcomes = {page.outcome for page in pages}
    if "relevant_change" in outcomes:
        return "relevant_change"
    if outcomes & OPEN:
        return "undetermined"
    if outcomes & {"same", "no_relevant_change"}:
        return "no_relevant_change_seen"
    return "first_seen" if "first_seen" in outcomes else "nothing_asked"


def _wanted(services: Services, names: Sequence[str], *, everything: bool) -> list[Provider]:
    if names and everything:
        raise UsageProblem("name providers, or take all of them with --all; not both")
    if names:
        return [_named(services, name) for name in names]
    held = {a.provider_id for a in services.store.accounts()}
    wanted = [p for p in services.packs.values() if not p.fictional and (everything or p.id in held)]
    if not wanted:
        raise UsageProblem(
            "no account at a provider with such pages is known, so it is open whose to ask for",
            next_step="name providers (withhold watch terms anthropic), or take all with --all",
        )
    return wanted


def _named(services: Services, name: str) -> Provider:
    folded = name.casefold()
    for provider in services.packs.values():
        if folded in {n.casefold() for n in (provider.id, provider.name, *provider.aliases)}:
            return provider
    raise UsageProblem(f"no pack is called {name!r}", next_step="withhold packs list")


def _need_extra() -> None:
    try:
        import httpx2  # noqa: F401
        import protego  # noqa: F401
        import sentencex  # type: ignore[import-untyped]  # noqa: F401
        import trafilatura  # noqa: F401
    except ImportError as missing:
        raise EnvironmentProblem(
            "watching terms needs the extra 'terms'", next_step="pip install 'withhold[terms]'"
        ) from missing


def _fetcher() -> "Fetcher":
    from withhold.terms.fetch import Fetcher

    return Fetcher(__version__)
