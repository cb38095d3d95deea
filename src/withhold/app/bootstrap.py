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
from withhold.support.paths import StateHome, state_home
from withhold.support.progress import Progress, Silent

if TYPE_CHECKING:
    from withhold.evidence.journal import Journal
    from withhold.model.terms import Provider
    from withhold.store.database import Store


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

    @cached_property
    def store(self) -> "Store":
        """The state, migrated if an older version wrote it. Made on first use."""
        from withhold.store.database import Store

        return Store.open(self.home.prepare(), self.clock, __version__)

    @cached_property
    def journal(self) -> "Journal":
        """The evidence journal."""
        from withhold.evidence.journal import Journal

        return Journal(self.home.prepare().evidence, self.clock, notice=self.progress.step)

    @cached_property
    def packs(self) -> "Mapping[str, Provider]":
        """All provider packs: built in, overlaid by installed packages and by the state folder."""
        from withhold.packs.installed import installed_packs
        from withhold.packs.loader import load_all

        own = self.home.packs
        return load_all((own,) if own.is_dir() else (), installed_packs())

    def close(self) -> None:
        """Let go of the state, if it was opened."""
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
