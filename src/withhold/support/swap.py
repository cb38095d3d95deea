"""Putting other contents in the place of a folder's own, so that a stop at any step can be gone on from.

What is to come is made ready in ``.restore/new``. The file ``.restore/ready`` is the commit: until it stands,
nothing has changed and the rest is rubbish; once it stands, :func:`finish` leads to the end, however often it
is stopped and called again. It names what is new, and the folder
(under ``backups``) to which the former contents go: nothing is destroyed.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from withhold.support.storage import Disk, Storage

FOLDER = ".restore"
_READY = "ready"
_STAYS = frozenset({FOLDER, "backups", "profiles", "models", "state.lock", "state.lock.holder"})
"""What is of this machine and in no backup: it stays where it is."""


def staging(root: Path) -> Path:
    """Where the new contents are to be made ready."""
    return root / FOLDER / "new"


def clear(root: Path, storage: Storage | None = None) -> None:
    """Remove what an attempt left that never was committed. Only where :func:`pending` is false."""
    storage = storage or Disk()
    storage.remove(root / FOLDER)


def pending(root: Path, storage: Storage | None = None) -> bool:
    """Whether a swap was committed and has not come to its end."""
    return (storage or Disk()).size(root / FOLDER / _READY) is not None


def commit(root: Path, name: str, storage: Storage | None = None) -> None:
    """From here on the new contents count; the former ones go to ``backups/name``."""
    storage = storage or Disk()
    draft = root / FOLDER / f"{_READY}.draft"
    plan = {"former": name, "entries": storage.names(staging(root))}
    storage.remove(draft)
    storage.write_new(draft, json.dumps(plan).encode())
    storage.sync(draft)
    storage.rename(draft, root / FOLDER / _READY)
    storage.sync_dir(root / FOLDER)


def finish(root: Path, storage: Storage | None = None) -> None:
    """Bring a committed swap to its end; nothing happens where there is none."""
    storage = storage or Disk()
    if not pending(root, storage):
        return
    plan = json.loads(storage.read(root / FOLDER / _READY))
    new, old = staging(root), root / "backups" / plan["former"]
    storage.make_dir(old)
    for name in sorted({*storage.names(root), *plan["entries"]} - _STAYS):
        if name in plan["entries"] and not (new / name).exists():
            continue  # it is in its place already
        if (root / name).exists():
            storage.rename(root / name, old / name)
        if name in plan["entries"]:
            storage.rename(new / name, root / name)
    for folder in (root, old):
        storage.sync_dir(folder)
    storage.remove(root / FOLDER / _READY)
    storage.sync_dir(root / FOLDER)
    storage.remove(root / FOLDER)


def former(root: Path) -> Iterable[Path]:
    """Folders to which former contents went, the oldest first."""
    folder = root / "backups"
    return sorted(p for p in folder.iterdir() if p.name.startswith("before-")) if folder.is_dir() else ()
