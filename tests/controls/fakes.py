"""An evidence sink in memory, a clock that moves, and controls as a pack would give them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from withhold.controls.settle import Patience
from withhold.model.evidence import Draft, Record, StoredArtifact
from withhold.model.terms import Control, Label
from withhold.model.web import ArchivedPage, Exchange, PagePart
from withhold.model.words import Confidence, Polarity

QUICK = Patience(quiet=0.15, first_look=0.15, claim=0.3, afterwards=0.1, effect=0.6, lists=10.0, limit=6.0)


@dataclass
class MemorySink:
    """Keeps drafts; answers with a record as the journal would."""

    drafts: list[Draft] = field(default_factory=list)

    def append(self, draft: Draft) -> Record:
        self.drafts.append(draft)
        stored = tuple(StoredArtifact(a.name, a.media_type, "0" * 64, len(a.data)) for a in draft.artifacts)
        number = len(self.drafts)
        return Record(
            id=f"{number:064x}",
            seq=number,
            prev=None,
            type=draft.type,
            at=draft.at,
            body=draft.body,
            artifacts=stored,
            missing=draft.missing,
        )

    @property
    def last(self) -> Draft:
        return self.drafts[-1]


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second each time it is asked."""
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    return clock


def control(
    *labels: str,
    polarity: Polarity = Polarity.ON_TRAINS,
    control_id: str = "training",
    menu_path: tuple[str, ...] | None = ("Settings", "Privacy", "Help improve Claude"),
) -> Control:
    """A web setting with ``labels``, as it stands in a pack."""
    return Control(
        id=control_id,
        name=labels[0],
        kind="web_setting",
        labels=tuple(Label("en", text, None, None, None, Confidence.DOCUMENTED, ("s",)) for text in labels),
        menu_path=menu_path,
        mobile_menu_path=None,
        url=None,
        polarity=polarity,
        default="on",
        scope="account",
        confirm_step=None,
        plans=(),
        note=None,
        confidence=Confidence.DOCUMENTED,
        sources=("s",),
    )


class BrokenPackager:
    """Fails at everything, as a full memory or a fault of ours would."""

    def wacz(self, exchanges: Sequence[Exchange], pages: Sequence[ArchivedPage], *, software: str) -> bytes:
        raise MemoryError(f"{software}: {len(exchanges)} exchanges, {len(pages)} pages")

    def mhtml(self, parts: Sequence[PagePart], *, title: str, at: datetime) -> bytes:
        raise ZeroDivisionError(f"{title} {at}: {len(parts)} parts")
