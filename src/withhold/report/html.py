"""HTML pages: self-contained but for the pictures beside them, everything escaped."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from withhold.report.documents import ConversationRow, DemoDocument, ExplainDocument
from withhold.report.text.base import day, minute

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def _environment() -> "Environment":
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
    page = _environment().get_template("demo.html")
    return page.render(
        demo=document,
        conversations=conversations,
        explained=explained,
        pictures=pictures,
        timeline=timeline,
        commands=commands,
    ).encode()
