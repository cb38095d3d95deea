"""Where state lives, and what is in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir
from withhold.support.swap import FOLDER, finish, pending

APP = "withhold"
OVERRIDE = "WITHHOLD_HOME"
PROFILE = "WITHHOLD_PROFILE"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_OWN_NAMES = frozenset(
    {"state.sqlite", "index", "evidence", "profiles", "packs", "withhold-watch.xml", "backups", "state.lock"}
    | {"authorities", "authorities.toml", "gateway", "scan.json", "models", "pack-updates", FOLDER}
)


@dataclass(frozen=True, slots=True)
class StateHome:
    """The one folder that holds everything. Naming a part of it creates nothing; :meth:`prepare` does."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "state.sqlite"

    @property
    def lock(self) -> Path:
        """Held while the state as a whole is opened, migrated or backed up."""
        return self.root / "state.lock"

    @property
    def index(self) -> Path:
        """Segments of the index."""
        return self.root / "index"

    @property
    def evidence(self) -> Path:
        return self.root / "evidence"

    @property
    def profiles(self) -> Path:
        """Browser profiles that the person asked to keep."""
        return self.root / "profiles"

    @property
    def models(self) -> Path:
        """Files of local models."""
        return self.root / "models"

    @property
    def packs(self) -> Path:
        return self.root / "packs"

    @property
    def pack_updates(self) -> Path:
        """Signed updates of the packs that were taken."""
        return self.root / "pack-updates"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    def prepare(self) -> "StateHome":
        """Make the root, readable by the owner alone; a restore that was stopped comes to its end.

        Raises ``EnvironmentProblem`` if it cannot be made, or if it is a folder of other things: making
        that private could lock others out of it.
        """
        try:
            self._refuse_foreign()
            private_dir(self.root)
            self._finish_restore()
        except OSError as problem:
            raise EnvironmentProblem(
                f"the folder for withhold's state, {self.root}, cannot be used: {problem.strerror}",
                next_step=f"set {OVERRIDE} to a folder that you may write to",
            ) from problem
        return self

    def _finish_restore(self) -> None:
        if pending(self.root):
            from withhold.support.locks import held

            with held(self.lock, doing="finishing a restore"):
                finish(self.root)

    def _refuse_foreign(self) -> None:
        if not self.root.exists():
            return
        if not self.root.is_dir():
            raise _unsuitable(self.root, "it is a file")
        names = {entry.name for entry in self.root.iterdir()} - {".DS_Store"}
        if names and not names & _OWN_NAMES:
            raise _unsuitable(self.root, "it holds other things")


def _unsuitable(root: Path, why: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{root} cannot hold withhold's state: {why}",
        next_step=f"set {OVERRIDE} to a new or empty folder",
    )


def state_home(environ: Mapping[str, str]) -> StateHome:
    """The platform's data folder for this user, or ``WITHHOLD_HOME`` of ``environ`` if that is not empty.

    ``WITHHOLD_PROFILE`` names a state of its own beside it: one for a person, one for a firm. Raises
    ``UsageProblem`` for a name that makes no plain folder.
    """
    override = environ.get(OVERRIDE, "")
    root = Path(override).expanduser() if override else user_data_path(APP, appauthor=False)
    name = environ.get(PROFILE, "")
    if name and not _NAME.fullmatch(name):
        raise UsageProblem(
            f"{name!r} cannot be the name of a profile",
            next_step="lower-case letters, digits, - and _, at most 32",
        )
    root = root.absolute()
    return StateHome(root.with_name(f"{root.name}-{name}") if name else root)
