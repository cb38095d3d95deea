"""The writers behind the port that capture is given."""

from collections.abc import Sequence
from datetime import datetime

from withhold.evidence.web.mhtml import write_mhtml
from withhold.evidence.web.wacz import write_wacz
from withhold.model.web import ArchivedPage, Exchange, PagePart


class Packager:
    """Writes WACZ and MHTML."""

    def wacz(self, exchanges: Sequence[Exchange], pages: Sequence[ArchivedPage], *, software: str) -> bytes:
        return write_wacz(exchanges, pages, software=software)

    def mhtml(self, parts: Sequence[PagePart], *, title: str, at: datetime) -> bytes:
        return write_mhtml(parts, title=title, at=at)
