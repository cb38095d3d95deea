"""What was seen of the pages on which providers state their terms."""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.when import When


@dataclass(frozen=True, slots=True)
class TermsPage:
    """A page as it was last asked for. ``record`` is the evidence of the version that was last seen.

    ``seen_at`` is the last instant at which the server showed that version, or said that it still holds.
    """

    url: str
    provider_id: str
    tried_at: datetime
    outcome: str
    etag: str | None = None
    last_modified: str | None = None
    seen_at: datetime | None = None
    record: str | None = None


@dataclass(frozen=True, slots=True)
class TermsChange:
    """The words of a page changed within ``when``, in what concerns ``topics``. What it means is open.

    ``when`` lies between the fetch that last saw the old words and the one that first saw the new ones. The
    controls named are to be looked at again. ``entries`` are entries of terms in the pack that rest on the
    page and need a look too. ``read_at`` is when the person said that they had read it. ``record`` holds both
    texts.
    """

    id: str
    provider_id: str
    url: str
    when: When
    topics: tuple[str, ...]
    controls: tuple[str, ...]
    products: tuple[str, ...]
    entries: tuple[str, ...]
    record: str
    read_at: datetime | None = None
