"""The models on this computer: files in the state folder, each with a note of where it came from."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from withhold.support.files import private_dir, write_atomic

_NOTE = ".from.json"
_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A model file and its origin. ``checked_by`` says whose SHA-256 it was held against."""

    file: str
    id: str
    repo: str
    revision: str
    sha256: str
    size: int
    licence: str | None
    quant: str
    checked_by: tuple[str, ...]


class Shelf:
    """A folder of model files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, repo: str) -> Path:
        """The folder for files of one repository of the hub."""
        return private_dir(self.root / repo.replace("/", "--"))

    def keep(self, folder: Path, kept: Kept) -> None:
        """Note where a file came from."""
        data = json.dumps(asdict(kept), indent=2).encode() + b"\n"
        write_atomic(folder / f"{kept.file.replace('/', '--')}{_NOTE}", data)

    def all(self) -> Iterator[tuple[Path, Kept]]:
        """Every file that is there with its note."""
        for note in sorted(self.root.glob(f"*/*{_NOTE}")):
            fields = json.loads(note.read_text(encoding="utf-8"))
            kept = Kept(**{**fields, "checked_by": tuple(fields["checked_by"])})
            path = note.parent / kept.file
            if path.is_file():
                yield path, kept

    def find(self, wanted: str) -> tuple[Path, Kept] | None:
        """The newest noted file of a model, by its id or file name."""
        found = [(p, k) for p, k in self.all() if wanted in (k.id, k.file, Path(k.file).name)]
        return max(found, key=lambda pair: pair[0].stat().st_mtime, default=None)


def sha256_of(path: Path, told: Callable[[int, int], None] = lambda _done, _of: None) -> str:
    """The file's SHA-256; ``told`` hears how many bytes of how many are read."""
    digest, size, done = hashlib.sha256(), path.stat().st_size, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            told(done, size)
    return digest.hexdigest()
