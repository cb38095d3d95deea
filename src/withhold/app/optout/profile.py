"""A browser profile that the person asked to keep: one file, encrypted with age under their passphrase.

In the clear it exists only while the browser runs, in a temporary folder for its owner alone.
"""

import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from withhold.controls.browser import temporary_profile
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir, write_atomic
from withhold.support.temporary import IN_USE

_CACHES = frozenset(
    {"Cache", "Code Cache", "GPUCache", "DawnGraphiteCache", "DawnWebGPUCache", "GrShaderCache"}
    | {"ShaderCache", "GraphiteDawnCache", "component_crx_cache", "Crashpad", "Service Worker"}
)
"""What a browser makes again by itself."""
_LOCKS = frozenset({"SingletonLock", "SingletonCookie", "SingletonSocket", "lockfile", IN_USE})


@contextmanager
def unsealed(sealed: Path, passphrase: Callable[[bool], str]) -> Iterator[Path]:
    """The profile of ``sealed`` as a folder, or an empty one; sealed again at the end, the folder deleted.

    ``passphrase`` is asked before anything is opened, with whether it is a new one. Where the end comes by
    Ctrl-C the profile is sealed all the same: signing in was the person's work. Raises ``UsageProblem`` for a
    passphrase that does not open it, ``EnvironmentProblem`` where the folder cannot be deleted.
    """
    _age()
    new = not sealed.exists()
    words = passphrase(new)
    with temporary_profile() as folder:
        if not new:
            _unpack(_opened(sealed, words), folder)
        try:
            yield folder
        except KeyboardInterrupt:
            _seal(folder, sealed, words)
            raise
        _seal(folder, sealed, words)


def _seal(folder: Path, sealed: Path, words: str) -> None:
    """Nothing is sealed over what was kept before a browser has begun to write."""
    if any(path.name != IN_USE for path in folder.iterdir()):
        private_dir(sealed.parent)
        write_atomic(sealed, _closed(folder, words))


def _opened(sealed: Path, words: str) -> bytes:
    pyrage = _age()
    try:
        clear: bytes = pyrage.passphrase.decrypt(sealed.read_bytes(), words)
    except pyrage.DecryptError as problem:
        raise UsageProblem(
            f"the kept profile could not be opened: {problem}",
            next_step=f"try the passphrase again, or delete {sealed} and sign in anew",
        ) from problem
    return clear


def _closed(folder: Path, words: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if _CACHES.isdisjoint(inside.parts) and path.name not in _LOCKS and path.is_file():
                tar.add(path, inside.as_posix(), recursive=False)
    sealed: bytes = _age().passphrase.encrypt(packed.getvalue(), words)
    return sealed


def _unpack(clear: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(clear), mode="r:gz") as tar:
        tar.extractall(folder, filter="data")


def _age() -> Any:
    try:
        import pyrage
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "keeping a profile needs the package pyrage", next_step="pip install pyrage"
        ) from missing
    return pyrage
