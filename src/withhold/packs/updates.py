"""Updates of packs that were taken, as they lie in the state.

``ledger.json`` alone says what counts: it is replaced as a whole, so that a stop at any step leaves the
former update or the new one. Each update lies in a folder of its own that never changes; one that the ledger
does not name is rubbish of a run that was stopped.
"""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir, sync_dir, write_atomic

if TYPE_CHECKING:
    from withhold.packs.signed import Bundle

FORMAT = 1
KEPT = 5
"""So many updates are kept to go back to."""
_LEDGER, _DRAFT = "ledger.json", ".draft-"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An update that was taken. ``sha256`` is its manifest's, ``key`` the fingerprint of who signed it."""

    name: str
    version: int
    compiled_on: date
    sha256: str
    key: str
    source: str
    taken_at: datetime
    folder: str


class Pinned(msgspec.Struct, frozen=True, kw_only=True):
    """The one key that is trusted, as PEM, and since when."""

    pem: str
    fingerprint: str
    pinned_at: datetime


class Highest(msgspec.Struct, frozen=True):
    version: int
    sha256: str


class Owed(msgspec.Struct, frozen=True):
    """A record that evidence is to get, kept until it is there."""

    type: str
    at: datetime
    body: dict[str, Any]


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """``taken``: oldest first, the last one counts. ``highest``: by key, what it ever reached here.

    ``dropped``: whether older updates are no longer kept, so that going back ends before the beginning.
    """

    format: int = FORMAT
    key: Pinned | None = None
    taken: tuple[Taken, ...] = ()
    highest: dict[str, Highest] = {}
    dropped: bool = False
    owed: tuple[Owed, ...] = ()

    @property
    def current(self) -> Taken | None:
        return self.taken[-1] if self.taken else None


@dataclass(frozen=True, slots=True)
class UpdatePack:
    """A file of the update that counts."""

    path: Path
    label: str


class Updates:
    """What lies in the folder ``root``. Reading creates nothing."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def root(self) -> Path:
        return self._root

    def ledger(self) -> Ledger:
        """Raises ``EnvironmentProblem`` where it cannot be read: what was trusted must not be forgotten."""
        path = self._root / _LEDGER
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return Ledger()
        try:
            ledger = msgspec.json.decode(data, type=Ledger)
        except (msgspec.DecodeError, ValueError) as problem:
            raise self._broken(f"{path} cannot be read: {problem}") from problem
        if ledger.format > FORMAT:
            raise EnvironmentProblem(f"{path} is of a newer version of withhold", next_step="update withhold")
        return ledger

    def write(self, ledger: Ledger) -> None:
        """From here on this counts."""
        write_atomic(private_dir(self._root) / _LEDGER, msgspec.json.format(msgspec.json.encode(ledger)))

    def put(self, bundle: "Bundle") -> str:
        """Lay the files of a bundle down, durably; returns the folder's name. It does not count yet."""
        from withhold.packs.archives import MANIFEST, SIGNATURE

        name = f"{bundle.manifest.version}-{bundle.sha256[:16]}-{secrets.token_hex(4)}"
        draft = private_dir(private_dir(self._root) / f"{_DRAFT}{name}")
        files = {MANIFEST: bundle.signed, SIGNATURE: bundle.signature, **bundle.packs}
        for path, data in files.items():
            target = draft.joinpath(*path.split("/"))
            private_dir(target.parent)
            write_atomic(target, data)
        draft.rename(self._root / name)
        sync_dir(self._root)
        return name

    def sweep(self, ledger: Ledger) -> None:
        """Remove folders that the ledger does not name, and drafts of it that stopped runs left."""
        for draft in self._root.glob(f".{_LEDGER}.*"):
            draft.unlink()
        named = {taken.folder for taken in ledger.taken}
        for path in self._root.iterdir():
            if path.is_dir() and path.name not in named:
                shutil.rmtree(path)

    def contents(self, taken: Taken) -> Mapping[str, bytes]:
        """The packs of an update by name. Raises ``EnvironmentProblem`` unless they are as when taken."""
        from withhold.packs.archives import MANIFEST
        from withhold.packs.signed import whole

        folder = self._root / taken.folder
        try:
            signed = (folder / MANIFEST).read_bytes()
            if sha256(signed).hexdigest() != taken.sha256:
                raise self._broken("its manifest is another than was taken")
            packs = {path: (folder / path).read_bytes() for path in self._names(folder)}
            whole(signed, packs)
        except (OSError, UsageProblem) as problem:
            raise self._broken(str(problem).removeprefix("the bundle of packs is refused: ")) from problem
        return packs

    def files(self, *, tools: bool) -> tuple[UpdatePack, ...]:
        """Packs of the update that counts: those of providers, or those of tools."""
        taken = self.ledger().current
        if taken is None:
            return ()
        label = f"update {taken.version} of {taken.name}"
        wanted = [p for p in sorted(self.contents(taken)) if p.startswith("tools/") is tools]
        return tuple(UpdatePack(self._root / taken.folder / path, label) for path in wanted)

    @staticmethod
    def _names(folder: Path) -> Iterator[str]:
        for path in folder.rglob("*.yaml"):
            yield path.relative_to(folder).as_posix()

    def _broken(self, why: str) -> EnvironmentProblem:
        return EnvironmentProblem(
            f"the update of the packs in {self._root} is not as it was taken: {why}",
            next_step="withhold packs update --undo goes back to what was before; else remove that folder",
        )
