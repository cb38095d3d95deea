"""Wires the rooms together, once per process. Everything heavy is made when it is first used."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from withhold import __version__
from withhold.model.ports import Clock
from withhold.support.paths import OVERRIDE, StateHome, state_home
from withhold.support.progress import Progress, Silent

if TYPE_CHECKING:
    from withhold.app.state.whole import State
    from withhold.evidence.journal import Journal
    from withhold.evidence.keys import Keys
    from withhold.model.terms import Provider


def system_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


@dataclass
class Services:
    """What use cases need. Tests make their own with another home, clock or environment."""

    home: StateHome
    environ: Mapping[str, str]
    user_home: Path
    clock: Clock = system_clock
    progress: Progress = field(default_factory=Silent)
    system: str = field(default_factory=platform.system)
    stamps: bool = True  # whether evidence that lacks time-stamps gets them when the command ends

    @cached_property
    def store(self) -> "State":
        """The state, migrated if an older version wrote it. Made on first use."""
        from withhold.app.state.whole import State

        return State.open(self.home.prepare(), self.clock, __version__)

    @cached_property
    def keys(self) -> "Keys":
        """The keys of the evidence: in the system's keyring, or with the state where that was moved."""
        from withhold.evidence.keys import Keys, system_keyring

        folder = self.home.prepare().root / "keys"
        return Keys(folder) if self.environ.get(OVERRIDE) else Keys(folder, ring=system_keyring)

    @cached_property
    def journal(self) -> "Journal":
        """The evidence."""
        from withhold.evidence.authorities import Authorities
        from withhold.evidence.journal import Journal

        root = self.home.prepare().root
        return Journal(
            self.home.evidence,
            self.clock,
            notice=self.progress.step,
            keys=self.keys,
            authorities=Authorities(root).all(),
        )

    @cached_property
    def packs(self) -> "Mapping[str, Provider]":
        """All provider packs: built in, overlaid by installed packages, an update, and the state folder."""
        from withhold.packs.installed import installed_packs
        from withhold.packs.loader import load_all
        from withhold.packs.updates import Updates

        own, update = self.home.packs, Updates(self.home.pack_updates).files(tools=False)
        return load_all((own,) if own.is_dir() else (), installed_packs(), update)

    def close(self) -> None:
        """Let go of the state, if it was opened; evidence that lacks time-stamps gets them first."""
        if self.stamps and "journal" in self.__dict__:
            from withhold.app.evidence.stamping import stamp_late

            stamp_late(self)
        if "store" in self.__dict__:
            self.store.close()
            del self.__dict__["store"]

    def stamp(self) -> "Stamp":
        """Head of a document made now."""
        return Stamp(self.clock(), __version__)


@dataclass(frozen=True, slots=True)
class Stamp:
    generated_at: datetime
    tool_version: str


def bootstrap(environ: Mapping[str, str], *, progress: Progress | None = None) -> Services:
    """The application as a person runs it."""
    return Services(
        home=state_home(environ),
        environ=environ,
        user_home=Path.home(),
        progress=progress or Silent(),
    )
