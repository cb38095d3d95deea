"""The page and the command line say the same of what is due."""

from datetime import timedelta

from withhold.app.accounts import attest_setting
from withhold.app.bootstrap import Services
from withhold.app.ui import overview
from withhold.app.watch.status import set_rhythm, watch_status


def _page(services: Services) -> list[tuple[object, ...]]:
    looks = (d for d in overview(services).due if d.kind == "look")
    return [(x.account, x.control, x.at and x.at.date(), x.overdue, x.text) for x in looks]


def _command(services: Services) -> list[tuple[object, ...]]:
    return [(r.account, r.control, r.at.date(), r.due, r.why) for r in watch_status(services).due]


def test_both_say_the_same(filled: Services) -> None:
    """Each control is due on one day, now or later, for one reason, in the page as in ``watch status``."""
    assert len(_page(filled)) > 1
    assert _page(filled) == _command(filled)


def test_the_persons_rhythm_counts_in_both(filled: Services) -> None:
    """A shorter period moves the day in both: the page has no rule of its own."""
    attest_setting(filled, "work", "private", begins="2026-11-21")
    before = _page(filled)
    assert before == _command(filled)
    set_rhythm(filled, every=timedelta(days=2), after_change=None)
    after = _page(filled)
    assert after == _command(filled)
    assert after != before
