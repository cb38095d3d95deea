"""HTML pages: self-contained but for the pictures beside them, everything escaped."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from withhold.report.documents import ConversationRow, DemoDocument, ExplainDocument, TimelineDocument
from withhold.report.text.base import day, minute
from withhold.support.messages import SOURCE, using

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def environment() -> "Environment":
    """Templates in which every text is escaped and a missing one is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("withhold.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    environment.filters["minute"] = minute
    environment.filters["words"] = lambda text: str(text).replace("_", " ")
    return environment


def demo_page(
    document: DemoDocument,
    *,
    conversations: Sequence[ConversationRow],
    explained: ExplainDocument | None,
    pictures: Sequence[tuple[str, str]],
    timeline: Sequence[Mapping[str, Any]],
    commands: Sequence[str],
) -> bytes:
    """The demo's result as one page. ``pictures`` are (file name beside the page, caption)."""
    page = environment().get_template("demo.html")
    return page.render(
        demo=document,
        conversations=conversations,
        explained=explained,
        pictures=pictures,
        timeline=timeline,
        commands=commands,
    ).encode()


def timeline_page(document: TimelineDocument) -> bytes:
    """The timeline as a picture, with tables that say the same in words. Loads nothing from elsewhere."""
    from markupsafe import Markup

    from withhold.report.timeline import words
    from withhold.report.timeline.svg import element

    page = environment().get_template("timeline.html")
    with using(SOURCE):  # the page around it is English
        picture = Markup(element(document))  # noqa: S704 - made and escaped by us
        lanes = [(words.lane_name(lane), words.bands(lane)) for lane in document.lanes]
    return page.render(
        timeline=document,
        picture=picture,
        title=words.TITLE,
        said=words.SAID,
        lanes=lanes,
        is_instant=words.is_instant,
    ).encode("utf-8", "replace")
