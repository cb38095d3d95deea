"""What taking a page down as evidence costs, beside the page loads of the same run."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rows import Row

AIM_WHOLE, AIM_OURS = 4.0, 1.5
_LABEL = "Help improve Lumen"


def run() -> list[Row]:
    """Seconds of a whole opt-out on the lab with evidence, of its capturing, and of page loads and waits."""
    from withhold.controls.browser import find_browser, open_page
    from withhold.lab.server import running_lab

    browser = find_browser(os.environ.get("WITHHOLD_BROWSER"))
    with open_page(browser=browser, headless=True) as opened, running_lab(start=_START) as lab:
        _sign_up(opened.page, lab.url)
        whole, ours, loads, kept = _measured(opened, f"{lab.url}/settings/privacy")
    return [
        Row("a record's bytes, all artifacts", kept / 1000, "kB", "no peer: nothing else keeps this", None),
        Row(
            "opt-out with evidence, quick patience",
            whole,
            "s",
            f"aim: under {AIM_WHOLE:.0f} s",
            whole / AIM_WHOLE,
        ),
        Row("of that, capturing and masking", ours, "s", f"aim: under {AIM_OURS} s", ours / AIM_OURS),
        Row(
            "of that, loading and letting pages rest, on purpose",
            loads,
            "s",
            "no peer: waits, see Patience",
            None,
        ),
    ]


_START = datetime(2025, 11, 1, 9, tzinfo=UTC)


def _measured(opened, url):  # type: ignore[no-untyped-def]
    from withhold.controls import assist, capture
    from withhold.controls.assist import set_private
    from withhold.controls.record import RunContext
    from withhold.controls.settle import Patience
    from withhold.evidence.web.packing import Packager

    spent, waited = [0.0], [0.0]
    drafts = []

    class Sink:
        def append(self, draft):  # type: ignore[no-untyped-def]
            drafts.append(draft)
            return _record(draft)

    context = RunContext(
        "lab",
        None,
        opened.browser,
        patience=Patience(quiet=0.15, first_look=0.15, claim=0.3, effect=0.6, limit=6.0),
        capture=capture.CaptureOptions(packager=Packager()),
    )
    waits = tuple(name for name in ("begin", "load", "settle") if hasattr(assist, name))
    with (
        _timed(capture.Camera, ("take", "finish"), spent),
        _timed(assist, waits, waited),
        _timed(assist._Run, ("_leave",), waited),  # noqa: SLF001 - a part that nobody else needs a name for
    ):
        began = time.perf_counter()
        set_private(
            opened.page, url, (_control(),), clock=lambda: datetime.now(UTC), sink=Sink(), context=context
        )
        whole = time.perf_counter() - began
    return whole, spent[0], waited[0], sum(len(a.data) for a in drafts[0].artifacts)


@contextmanager
def _timed(owner: object, names: tuple[str, ...], spent: list[float]) -> Iterator[None]:
    """Adds up the seconds that functions of a class or module take."""
    former = {name: getattr(owner, name) for name in names}

    def timed(act):  # type: ignore[no-untyped-def]
        def wrapped(*args, **more):  # type: ignore[no-untyped-def]
            began = time.perf_counter()
            try:
                return act(*args, **more)
            finally:
                spent[0] += time.perf_counter() - began

        return wrapped

    for name, act in former.items():
        setattr(owner, name, timed(act))
    try:
        yield
    finally:
        for name, act in former.items():
            setattr(owner, name, act)


def _record(draft):  # type: ignore[no-untyped-def]
    from withhold.model.evidence import Record

    return Record("0" * 64, 0, None, draft.type, draft.at, draft.body, (), draft.missing)


def _control():  # type: ignore[no-untyped-def]
    from withhold.packs.loader import load_all

    provider = load_all(())["lab"]
    return next(c for c in provider.controls if any(label.text == _LABEL for label in c.labels))


def _sign_up(page, url: str) -> None:  # type: ignore[no-untyped-def]
    page.goto(url)
    join = page.get_by_role("region", name="Create an account")
    join.get_by_label("Name").fill("Robin")
    join.get_by_label("E-mail").fill("robin@lumen.example")
    join.get_by_label("Plan").select_option("Pro")
    join.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/chats**")
