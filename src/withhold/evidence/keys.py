"""Where the secret keys of the log lie: the system's keyring where there is a real one, else private files.

Beside the keys the newest checkpoint that was signed with them is remembered, apart from the evidence folder:
a log that was shortened or exchanged is missed even if its own files agree with one another.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from withhold.evidence.layout import write_by
from withhold.evidence.notes import SecretKey
from withhold.support.errors import EnvironmentProblem
from withhold.support.storage import Disk, Storage

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "withhold evidence log"
_PREFIX = "withhold/evidence/"
_SEED = 32
_REAL = (
    "keyring.backends.macOS",
    "keyring.backends.Windows",
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
)


class KeyUnavailable(EnvironmentProblem):
    """A key could not be fetched just now, which says nothing about whether it still exists."""


def new_key(name: str | None = None) -> SecretKey:
    """A fresh key: for the log of that name, or for a new log with a name of its own."""
    return SecretKey(name or _PREFIX + secrets.token_hex(8), secrets.token_bytes(_SEED))


def system_keyring() -> "KeyringBackend | None":
    """The keyring of this desktop; ``None`` where there is none that keeps secrets from other users.

    Only back ends known to be the system's own count: never one that writes plain text or nothing.
    """
    import keyring
    from keyring.backends.chainer import ChainerBackend

    found = keyring.get_keyring()
    several = found.backends if isinstance(found, ChainerBackend) else [found]
    return next((backend for backend in several if type(backend).__module__.startswith(_REAL)), None)


class Keys:
    """Secret keys by log and key id, in the keyring that ``ring`` finds, or in files in ``folder``."""

    def __init__(
        self,
        folder: Path,
        storage: Storage | None = None,
        ring: "Callable[[], KeyringBackend | None]" = lambda: None,
    ) -> None:
        self._folder = folder
        self._storage = Disk() if storage is None else storage
        self._find_ring = ring

    @cached_property
    def _ring(self) -> "KeyringBackend | None":
        """Looked for when a key is first needed: it takes time, and most commands need none."""
        return self._find_ring()

    def keep(self, key: SecretKey) -> str:
        """Store a key for good and say where it lies."""
        public = key.public
        if self._ring is not None and self._put(key.name, public.id, key.seed):
            return self._ring.name
        path = self._file(key.name, public.id)
        self._storage.make_dir(self._folder)
        write_by(self._storage, self._folder / "tmp", path, _pem(key.seed))
        return str(path)

    def secret(self, name: str, key_id: str) -> SecretKey | None:
        """The key with that id; ``None`` if it is not there. Raises ``KeyUnavailable``."""
        seed = self._from_ring(name, key_id) or self._from_file(name, key_id)
        if seed is None:
            return None
        key = SecretKey(name, seed)
        if key.public.id != key_id:
            raise KeyUnavailable(f"what is stored as key {key_id} is another key")
        return key

    def exported(self, name: str, key_id: str) -> tuple[str, bytes] | None:
        """File name and text of a key that is not in a file, as one would hold it; ``None`` for any other."""
        seed = self._from_ring(name, key_id)
        path = self._file(name, key_id)
        if seed is None or self._storage.size(path) is not None:
            return None
        return path.name, _pem(seed)

    def forget(self, name: str, key_id: str) -> None:
        """Destroy a key that signs no more. One that cannot be destroyed just now stays; nothing uses it."""
        from keyring.errors import KeyringError

        if self._ring is not None:
            with suppress(KeyringError):
                self._ring.delete_password(SERVICE, f"{name} {key_id}")
        self._storage.remove(self._file(name, key_id))

    def where(self, name: str, key_id: str) -> str | None:
        """Where the key with that id lies, for people; ``None`` if it is not there."""
        if self._ring is not None and self._from_ring(name, key_id):
            return self._ring.name
        path = self._file(name, key_id)
        return str(path) if self._storage.size(path) is not None else None

    def remember(self, name: str, checkpoint: bytes) -> None:
        """Note what was signed last. Not waited for: after a loss of power an older one may stand here."""
        target = self._checkpoint(name)
        temporary = target.with_suffix(".new")
        self._storage.make_dir(self._folder)
        self._storage.remove(temporary)
        self._storage.write_new(temporary, checkpoint)
        self._storage.rename(temporary, target)

    def remembered(self, name: str) -> bytes | None:
        """The checkpoint that was signed last for the log of that name, if it is known."""
        path = self._checkpoint(name)
        return self._storage.read(path) if self._storage.size(path) else None

    def logs(self) -> tuple[str, ...]:
        """Names of all logs for which a checkpoint is remembered."""
        names = self._storage.names(self._folder)
        return tuple(_PREFIX + Path(name).stem for name in names if name.endswith(".checkpoint"))

    def _from_ring(self, name: str, key_id: str) -> bytes | None:
        if self._ring is None:
            return None
        from keyring.errors import KeyringError

        try:
            found = self._ring.get_password(SERVICE, f"{name} {key_id}")
        except KeyringError as problem:
            raise KeyUnavailable(
                f"the keyring did not give out the key of the evidence log: {problem}",
                next_step="unlock the keyring and run the command again",
            ) from problem
        return bytes.fromhex(found) if found else None

    def _put(self, name: str, key_id: str, seed: bytes) -> bool:
        """Whether the keyring holds the key now: it is read back."""
        from keyring.errors import KeyringError

        if self._ring is None:
            return False
        try:
            self._ring.set_password(SERVICE, f"{name} {key_id}", seed.hex())
            return self._ring.get_password(SERVICE, f"{name} {key_id}") == seed.hex()
        except KeyringError:
            return False  # a file takes it instead, and `where` says so

    def _from_file(self, name: str, key_id: str) -> bytes | None:
        path = self._file(name, key_id)
        if self._storage.size(path) is None:
            return None
        try:
            key = serialization.load_pem_private_key(self._storage.read(path), None)
        except (ValueError, TypeError, OSError) as problem:
            raise KeyUnavailable(
                f"the key of the evidence log cannot be read: {path}: {problem}"
            ) from problem
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyUnavailable(f"{path} holds a key of another kind")
        return key.private_bytes_raw()

    def _file(self, name: str, key_id: str) -> Path:
        return self._folder / f"{_short(name)}-{key_id}.pem"

    def _checkpoint(self, name: str) -> Path:
        return self._folder / f"{_short(name)}.checkpoint"


def _pem(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _short(name: str) -> str:
    """The log's own part of its name, as a file name."""
    short = name.removeprefix(_PREFIX)
    if not short.isalnum():
        raise KeyUnavailable(f"the log calls itself {name!r}, which no log of ours does")
    return short
