"""The demo's page, with the pictures from the evidence beside it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from withhold.app.demo.handing_over import BUNDLE
from withhold.report import documents as d
from withhold.report.html import demo_page
from withhold.support.files import write_atomic

if TYPE_CHECKING:
    from withhold.app.demo.story import Story

CAPTIONS = {
    "before.png": "Before: the training switch as the browser found it",
    "after.png": "Right after the change",
    "after-reload.png": "After a fresh load: what was saved",
}


def write_page(document: d.DemoDocument, story: "Story", folder: Path) -> None:
    """Write ``index.html`` and the pictures it shows."""
    pictures = list(_pictures(story, folder))
    page = demo_page(
        document,
        conversations=() if story.ledger is None else story.ledger.conversations,
        explained=story.explained,
        pictures=pictures,
        timeline=_timeline(story),
        commands=(
            f"WITHHOLD_HOME={folder / 'state'} withhold exposure --as-of 2025-09-13T12:00:00Z",
            f"WITHHOLD_HOME={folder / 'state'} withhold evidence verify",
            f"withhold evidence verify {folder / BUNDLE}",
            "withhold scan",
        ),
    )
    write_atomic(folder / "index.html", page)


def _pictures(story: "Story", folder: Path) -> Iterator[tuple[str, str]]:
    if (folder / "dialog.png").is_file():
        yield "dialog.png", "The dialog: a big Accept, a small toggle that is pre-set to on"
    if story.record is None:
        return
    journal = story.journal
    record = journal.get(story.record)
    for artifact in record.artifacts:
        if artifact.name in CAPTIONS:
            write_atomic(folder / artifact.name, journal.artifact(record, artifact.name))
            yield artifact.name, f"{CAPTIONS[artifact.name]} (SHA-256 {artifact.sha256[:12]})"


def _timeline(story: "Story") -> list[dict[str, Any]]:
    """The stretches of the setting, as far as somebody vouches for them."""
    marks: list[tuple[datetime, str, str]] = [(story.began, "old", "old terms: no training")]
    if story.accepted is not None:
        marks.append((story.accepted, "sharing", "on (sharing)"))
    if story.opted_out is not None:
        marks.append((story.opted_out, "private", "off (private)"))
    if story.looked_again is not None:
        marks.append((story.looked_again, "unknown", "not looked at"))
    ends = [m[0] for m in marks[1:]] + [story.ended]
    return [
        {
            "kind": kind,
            "label": label,
            "begins": f"{begins:%Y-%m-%d %H:%M}",
            "ends": f"{end:%Y-%m-%d %H:%M}",
            "weight": max(int((end - begins).total_seconds() // 3600), 30),
        }
        for (begins, kind, label), end in zip(marks, ends, strict=True)
    ]
