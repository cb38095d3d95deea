"""Pages of terms as a part of ``watch run``: asked for only where the person chose that; changes told once.

A change that was found and not told yet is told by the next run, whoever found it: a run may end at any step.
"""

from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.terms.watching import watch_terms
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHOICE = "terms"
_CHOSEN = "daily"
_NOT_CHOSEN = "nobody chose it: withhold watch install --terms; or look yourself: withhold watch terms"


def chosen(services: Services) -> bool:
    """Whether the person chose that runs ask for pages of terms: that makes requests."""
    return services.store.watching.setting(CHOICE) == _CHOSEN


def choose(services: Services, wanted: bool) -> d.WatchSetDocument:
    """Runs ask for the pages of terms of providers with an account here, or ask for none."""
    services.store.watching.put_setting(CHOICE, _CHOSEN if wanted else None)
    stamp = services.stamp()
    said = "'watch run' also asks for the pages of terms of your providers, each at most once a day"
    return d.WatchSetDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        set=said if wanted else "'watch run' asks for no page of terms",
        notes=("Their sites see such a request: an address, and the name of this program.",)
        if wanted
        else (),
    )


def look_at_terms(
    services: Services, ask: "Callable[[Services], d.WatchTermsDocument]" = watch_terms
) -> d.TermsLookRow:
    """Ask for the pages where that was chosen. Never raises for what a site or the network does."""
    if not chosen(services):
        return _row(services, None, _NOT_CHOSEN)
    services.progress.step("looking at pages of terms")
    try:
        return _row(services, ask(services), "")
    except (EnvironmentProblem, UsageProblem) as problem:
        return _row(services, None, problem.message)


def news(services: Services) -> "tuple[d.TermsNewsRow, ...]":
    """Changes that matter, were not read, and that no run has told of."""
    return tuple(_news(services))


def told_name(change_id: str) -> str:
    """The name under which a change counts as told."""
    return f"terms:{change_id}"


def _news(services: Services) -> "Iterator[d.TermsNewsRow]":
    told = services.store.watching.told()
    for change in services.store.terms.changes():
        if change.read_at is not None or told_name(change.id) in told:
            continue
        provider = services.packs.get(change.provider_id)
        name = change.provider_id if provider is None else provider.name
        topics = ", ".join(t.replace("_", " ") for t in change.topics)
        yield d.TermsNewsRow(
            id=change.id,
            provider=change.provider_id,
            url=change.url,
            earliest=change.when.earliest,
            latest=change.when.latest,
            topics=change.topics,  # type: ignore[arg-type]  # the words of the lexicon are the document's
            controls=change.controls,
            text=f"The words of {name}'s terms changed in what concerns {topics}; what it means is open.",
            next="withhold watch terms --list",
        )


def _row(services: Services, found: d.WatchTermsDocument | None, why: str) -> d.TermsLookRow:
    from withhold.app.terms.watching import OPEN

    pages = () if found is None else found.pages
    return d.TermsLookRow(
        looked=found is not None,
        why=why,
        seen=None if found is None else found.seen,
        pages=len(pages),
        not_compared=sum(p.outcome in OPEN for p in pages),
        news=news(services),
        unread=sum(c.read_at is None for c in services.store.terms.changes()),
    )
