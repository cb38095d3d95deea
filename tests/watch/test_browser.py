"""A run that looks by itself, in a real browser at a served lab, with a profile that is signed in."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.purge.conftest import START, Desk, robin_at
from tests.sizes import SIZES
from tests.watch.conftest import here, packs
from withhold.app.bootstrap import Services
from withhold.app.watch.running import exit_code, watch_run
from withhold.app.watch.status import set_place
from withhold.controls.browser import find_browser, open_page
from withhold.lab.server import running_lab

__all__ = ["packs"]

pytestmark = pytest.mark.browser


def test_it_sees_what_the_lab_stores(fresh: Services, packs: object, tmp_path: Path) -> None:
    """Private, then flipped by an update: the drift is told with conversations; signed out, nothing is."""
    profile = tmp_path / "profile"
    with running_lab(start=START) as running:
        robin = robin_at(running.lab, fresh, packs, tmp_path)
        running.lab.set_setting(robin.account, on=False, at=running.lab.now)
        with open_page(browser=find_browser(), profile=profile, headless=True) as opened:
            Desk(robin, running, opened).sign_in()
        url = f"{running.url}/settings/privacy"
        set_place(fresh, "robin", profile=profile, url=url)
        first = watch_run(fresh, scanner=here)
        assert [(look.result, bool(look.record)) for look in first.looks] == [("private", True)]
        assert exit_code(first) == 0
        running.lab.publish_terms_update(running.lab.now, flip=True)
        running.lab.start_conversation(robin.account, "chat", robin.now(), text="after the flip")
        robin.lab.advance(robin.lab.now + timedelta(days=31))
        robin.read_in()
        (drift,) = watch_run(fresh, scanner=here).drifts
        assert drift.unknown is not None
        assert drift.exposed is not None
        assert drift.unknown + drift.exposed >= 1
        if SIZES.watch.looks < 3:
            return
        set_place(fresh, "robin", profile=tmp_path / "nobody", url=url)
        robin.lab.advance(robin.lab.now + timedelta(days=31))
        signed_out = watch_run(fresh, scanner=here)
        assert [look.result for look in signed_out.looks] == ["not_seen"]
        assert signed_out.drifts == ()
        assert exit_code(signed_out) == 3
