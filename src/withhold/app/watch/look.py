"""Looking at a provider's control without the person.

Only where a profile is signed in and the terms permit it. Everywhere else a look that is due needs the
person. Nothing is ever said of a look that did not happen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.watch.due import Watched, look_command
from withhold.model.control import ControlResult, OptOutResult
from withhold.model.words import Outcome, Setting
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, RefusedByStance


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look brought. Only ``private`` and ``sharing`` say something of the setting."""

    result: d.LookWord
    why: str
    at: datetime | None = None
    record: str | None = None


Looker = Callable[[Services, Watched], Looked]
"""Looks once and keeps what it saw as evidence before it returns."""


def look_by_itself(services: Services, item: Watched) -> Looked:
    """By a browser where there is a place for it; else it needs the person."""
    from withhold.controls.stance import require_assist

    place = item.place
    if place is None:
        return Looked("needs_you", "only you are signed in there")
    try:
        require_assist(item.provider, place.url, override=False)
        return _by_browser(services, item, place.url, Path(place.profile))
    except RefusedByStance as refused:
        return Looked("refused", refused.message)
    except EnvironmentProblem as missing:
        return Looked("not_seen", missing.message)


def look_row(item: Watched, looked: Looked) -> d.LookRow:
    """A look as the document tells it."""
    return d.LookRow(
        account=item.account.id,
        label=item.account.label,
        provider=item.provider.id,
        control=item.control.id,
        title=item.control.name,
        due_since=item.due.at,
        why_due=item.due.why,
        result=looked.result,
        why=looked.why,
        at=looked.at,
        record=looked.record,
        next=look_command(item) if looked.result != "private" else "withhold watch status",
    )


def _by_browser(services: Services, item: Watched, url: str, profile: Path) -> Looked:
    from withhold.app.evidence.stamping import begin_session
    from withhold.app.optout.browsing import page_of
    from withhold.app.optout.opt_out import look

    begin_session(services)
    with page_of(services, profile, headless=True) as opened:
        services.progress.step(f"looking at {item.control.name} ({item.account.label})")
        result = look(services, item.provider, item.control, item.account, opened, url)
    return _looked(result)


def _looked(result: OptOutResult) -> Looked:
    shares = [c for c in result.controls if _last(c) is Setting.SHARING]
    if shares:
        return Looked("sharing", result.why, shares[0].before.at, result.record)
    if result.outcome is Outcome.ALREADY_PRIVATE:
        return Looked("private", result.why, result.controls[0].before.at, result.record)
    return Looked("not_seen", result.why, None, result.record)


def _last(control: ControlResult) -> Setting | None:
    return (control.after_reload or control.before).setting
