"""``withhold ui``."""

from typing import Literal

from withhold.report.documents.base import Document


class UiDocument(Document, kw_only=True, frozen=True):
    """The page is served. ``url`` lets one browser in, once: the first one."""

    schema: Literal["withhold.ui/1"] = "withhold.ui/1"
    url: str
    home: str
