"""What a look at this computer yields, and what it needs of other rooms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from withhold.model.conversation import Conversation, Unrecognised
from withhold.model.when import When

Trainable: TypeAlias = Literal["yes", "no", "unknown"]


class OsLayout(StrEnum):
    """Where a system keeps things. Not necessarily the system this runs on."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


class SettingVerdict(StrEnum):
    GOOD = "good"
    BAD = "bad"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class AnyCase(Mapping[str, str]):
    """Variables as Windows tells them apart: names in any case are one, and the last one counts."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._held = {name.upper(): value for name, value in given.items()}

    def __getitem__(self, name: str) -> str:
        return self._held[name.upper()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer, or a copy of its files, to look at. Nothing else is read.

    ``root`` is what ``/`` (on Windows the system drive) is there. ``environment`` holds the variables that
    tools would see; its values are compared and never kept or printed. ``project`` is a folder whose own
    settings count too.
    """

    home: Path
    root: Path
    os: OsLayout
    environment: Mapping[str, str] = field(repr=False, default_factory=dict)
    project: Path | None = None

    def __post_init__(self) -> None:
        if self.os is OsLayout.WINDOWS:
            object.__setattr__(self, "environment", AnyCase(self.environment))


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation found in transcripts, with the pauses after which it was taken up again."""

    conversation: Conversation
    resumed_at: tuple[When, ...] = ()


class Transcripts(Protocol):
    """Reads a tool's transcripts. The app passes it in, because reading formats is another room's work."""

    def sessions(self, folder: Path, form: str) -> Iterator[Session | Unrecognised]:
        """The sessions of one format kept under a folder; nothing where there are none."""


class Since(Protocol):
    """When the terms of a provider changed; a mapping is one."""

    def get(self, provider: str, /) -> When | None: ...


Summing: TypeAlias = "Callable[[], tuple[TranscriptRow, ...]]"


class Memory(Protocol):
    """Keeps what was summed up, so that nothing is read twice that did not change."""

    def rows(self, tool: str, folders: Sequence[Path], sum_up: Summing) -> "tuple[TranscriptRow, ...]":
        """What ``sum_up`` says, or what it said when the files of ``folders`` were as they are now."""


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A tool that is here. ``version`` is ``None`` where no file tells it."""

    id: str
    found_by: tuple[str, ...]
    version: str | None


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One way in which a tool's requests go out. Two rows for one tool: both are possible.

    ``trainable`` is ``"no"`` only where a contract rules training out. ``signals`` say what was seen; they
    hold no secret.
    """

    tool: str
    kind: str
    trainable: Trainable
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as it takes effect. ``decided_by`` names the file or variable.

    ``applies_when`` is what it applies to, in the words of its pack: whether that holds here is only judged
    where the verdict is ``not-applicable``.
    """

    id: str
    tool: str
    purpose: str
    verdict: SettingVerdict
    effective_value: str | None
    decided_by: str | None
    fix: str
    why: str
    applies_when: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceboRow:
    """A setting that is set and does nothing for privacy."""

    tool: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class TranscriptRow:
    """The sessions that one tool keeps on this computer, of one account where the files tell which.

    ``shared`` and ``feedback`` count sessions that the files show to be shared by a link, or rated.
    ``first`` and ``last`` (UTC) are over human messages and answers. ``since`` is the date asked about
    (``None``: none was); ``resumed`` counts sessions that may have human messages both before and after it,
    ``resumed_after_pause`` those of them taken up after it following a pause of a day or more. At an
    uncertain date the larger number is given. ``unreadable`` counts lines and files that could not be read.
    """

    tool: str
    sessions: int
    first: datetime | None
    last: datetime | None
    resumed: int | None
    resumed_after_pause: int | None
    since: When | None = None
    unreadable: int = 0
    account: str | None = None
    shared: int = 0
    feedback: int = 0


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A place with copies of what was said: transcripts, logs, bundles not yet sent. Only counted.

    ``size`` is in bytes; ``more`` says that there are more files than were counted. ``kept`` is how long the
    tool keeps them unless it is set otherwise, as its documents say.
    """

    tool: str
    what: str
    where: str
    files: int
    size: int
    newest: datetime | None
    kept: str | None
    more: bool = False
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class UnseenRow:
    """Something that this look cannot see."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Scan:
    """All that was found, and what could not be seen. ``facts_as_of`` is the age of the built-in facts."""

    tools: tuple[ToolRow, ...]
    routes: tuple[RouteRow, ...]
    settings: tuple[SettingRow, ...]
    placebos: tuple[PlaceboRow, ...]
    transcripts: tuple[TranscriptRow, ...]
    unseen: tuple[UnseenRow, ...]
    facts_as_of: date
    copies: tuple[CopyRow, ...] = ()
