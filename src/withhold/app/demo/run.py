"""Playing the demo from the first step to the page."""

import shutil
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.app.demo import sealed
from withhold.app.demo.page import write_page
from withhold.app.demo.steps import StepFailed, Steps
from withhold.app.demo.story import Story
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir
from withhold.support.paths import StateHome

if TYPE_CHECKING:
    from withhold.controls.browser import OpenPage

MARK = ".withhold-demo"


def run_demo(
    services: Services, *, out: Path, headless: bool = True, local: bool = False, model: Path | None = None
) -> d.DemoDocument:
    """Play the story; write the page into ``out``. The result says of each step whether it held.

    The state of the demo lies in ``out/state``, apart from the person's own. ``local`` adds the act with a
    sealed model (``model``, or the small one that was installed for it); where it cannot be played nothing
    is, and ``EnvironmentProblem`` says why.
    """
    act = sealed.prepare(services, model) if local else None
    folder = _fresh(out)
    steps = Steps(services.progress)
    from withhold.lab.server import running_lab

    with running_lab() as running, _browser(services, headless=headless) as opened:
        own = replace(services, home=StateHome(folder / "state"), clock=lambda: running.lab.now)
        story = Story(own, running, opened, folder, steps)
        try:
            story.play()
            if act is not None:
                sealed.play(own, steps, act, folder)
        except StepFailed:
            services.progress.step("a step did not hold; the rest cannot be played")
        finally:
            own.close()
    document = d.DemoDocument(
        generated_at=datetime.now(UTC),
        tool_version=services.stamp().tool_version,
        held=steps.held and story.finished,
        steps=tuple(steps.rows),
        comparison=story.comparison,
        page=str(folder / "index.html"),
        seconds=round(steps.seconds, 1),
        not_run=() if local else (sealed.NOT_RUN,),
    )
    write_page(document, story, folder)
    return document


def _fresh(out: Path) -> Path:
    """An empty folder for the result; only one that an earlier demo made is cleared."""
    folder = out.expanduser().absolute()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise UsageProblem(
                f"{folder} holds other things than an earlier demo",
                next_step="name another folder with --out",
            )
        shutil.rmtree(folder)
    private_dir(folder)
    (folder / MARK).write_text("Made by withhold demo; the next one clears this folder.\n", "utf-8")
    return folder


def _browser(services: Services, *, headless: bool) -> "AbstractContextManager[OpenPage]":
    try:
        from withhold.controls.browser import find_browser, open_page
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "the demo drives a browser and needs the extra 'browser'",
            next_step="pip install 'withhold[browser]', or make demo",
        ) from missing
    browser = find_browser(services.environ.get("WITHHOLD_BROWSER"))
    return open_page(browser=browser, headless=headless, locale="en-US", downloads=True)
