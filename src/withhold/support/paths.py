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
GOING = ".going"
"""Where everything is moved to that ``forget --all`` is about to remove."""
_SURE = frozenset({"state.sqlite", "state.lock", FOLDER, GOING})
"""Nobody else calls a file so: a folder that holds one is ours."""
_OWN_NAMES = _SURE | frozenset(
    {"index", "evidence", "keys", "profiles", "packs", "pack-updates", "backups", "models", "gateway"}
    | {"applied", "derived", "authorities", "authorities.toml", "scan.json", "prices.yaml"}
    | {"forgetting.json", "watch.lock", "purge.lock", "withhold-watch.xml"}
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
            self._refuse_half_removed()
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

    def _refuse_half_removed(self) -> None:
        if (self.root / GOING).is_dir():
            raise EnvironmentProblem(
                f"'withhold forget --all' was stopped here: a part of {self.root} is removed already",
                next_step="withhold forget --all --yes, which removes the rest",
            )

    def _refuse_foreign(self) -> None:
        if not self.root.exists():
            return
        if not self.root.is_dir():
            raise _unsuitable(self.root, "it is a file")
        names = {entry.name for entry in self.root.iterdir()} - {".DS_Store"}
        if names and not names & _SURE and not all(map(is_own, names)):
            raise _unsuitable(self.root, "it holds other things")


def is_own(name: str) -> bool:
    """Whether a file or folder of that name in the root is part of the state.

    Beside each file may lie its lock's holder, SQLite's own files, and a draft of a command that was killed.
    """
    whole = name.removesuffix(".holder")
    if whole in _OWN_NAMES or whole in {f"state.sqlite{end}" for end in ("-wal", "-shm", "-journal")}:
        return True
    return name.startswith(".backup-") or (name.startswith(".") and name[1:].rpartition(".")[0] in _OWN_NAMES)


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
