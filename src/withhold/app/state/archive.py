"""A backup as a file: a tar archive, encrypted with age, that ``age --decrypt`` and ``tar`` read as well.

The first member, ``manifest.json``, names every other one with its size and SHA-256. What is read back is
held against it, so a member that is missing, altered or too many is found.
"""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import msgspec
import pyrage

from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import PRIVATE_FILE, private_dir

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 1 << 28
"""Bytes: some million files."""


class BackedUpFile(msgspec.Struct, frozen=True):
    path: str
    size: int
    sha256: str
    modified: int
    """Nanoseconds since 1970."""


class BackedUpLog(msgspec.Struct, frozen=True):
    """The evidence log as it stood: its newest checkpoint, how many records, and whether all verified."""

    checkpoint: str
    size: int
    sound: bool


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    tool_version: str
    made_at: datetime
    files: tuple[BackedUpFile, ...]
    log: BackedUpLog | None
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """What a backup is closed with: a passphrase, or the public keys of those who may open it."""

    passphrase: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """What a backup is opened with: a passphrase, or the text of an age identity file."""

    passphrase: str | None = None
    identities: tuple[str, ...] = ()


def describe(path: Path, name: str) -> BackedUpFile:
    """A file as the manifest names it."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    stat = path.stat()
    return BackedUpFile(name, stat.st_size, digest.hexdigest(), stat.st_mtime_ns)


def write_tar(target: Path, manifest: Manifest, sources: Iterable[Path]) -> None:
    """The archive in the clear, for its owner alone; ``sources`` are the files of the manifest in order."""
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    with (
        os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb") as out,
        tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.addfile(_member(MANIFEST, len(data), int(manifest.made_at.timestamp())), io.BytesIO(data))
        for file, source in zip(manifest.files, sources, strict=True):
            with source.open("rb") as content:
                tar.addfile(_member(file.path, file.size, file.modified // 10**9), content)


def _member(name: str, size: int, seconds: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, seconds, PRIVATE_FILE
    return member


def close(clear: Path, target: Path, lock: Lock) -> Key:
    """Encrypt ``clear`` to ``target``, and return a key that opens it, for reading it back.

    Where only others can open it, a key is made for this one reading and kept nowhere: besides them, it is
    the only one that could. Raises ``UsageProblem`` for a recipient that is none.
    """
    with target.open("wb") as out:
        if lock.passphrase is not None:
            out.write(pyrage.passphrase.encrypt(clear.read_bytes(), lock.passphrase))
            return Key(passphrase=lock.passphrase)
        own = pyrage.x25519.Identity.generate()
        keys = [*map(_recipient, lock.recipients), own.to_public()]
        with clear.open("rb") as source:
            pyrage.encrypt_io(source, out, keys)
        return Key(identities=(str(own),))


def _recipient(text: str) -> object:
    for kind in (pyrage.x25519.Recipient, pyrage.ssh.Recipient):
        try:
            return kind.from_str(text)
        except pyrage.RecipientError:
            continue
    raise UsageProblem(
        f"{text!r} is no public key of age or SSH",
        next_step="one that begins with age1, ssh-ed25519 or ssh-rsa",
    )


def open_(source: Path, clear: Path, key: Key) -> None:
    """Decrypt ``source`` to ``clear``. Raises ``UsageProblem`` where the key does not open it."""
    with os.fdopen(os.open(clear, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb") as out:
        try:
            if key.passphrase is not None:
                out.write(pyrage.passphrase.decrypt(source.read_bytes(), key.passphrase))
                return
            with source.open("rb") as sealed:
                pyrage.decrypt_io(sealed, out, list(map(_identity, key.identities)))
        except (pyrage.DecryptError, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno is not None:
                raise  # the disk's word; damage that is found on the way has no number
            raise UsageProblem(
                f"{source} cannot be opened: {problem}",
                next_step="give the passphrase or identity that it was made for; if it is the right one,"
                " the file is damaged or no age file",
            ) from problem


def _identity(text: str) -> object:
    for kind in (pyrage.x25519.Identity.from_str, lambda t: pyrage.ssh.Identity.from_buffer(t.encode())):
        try:
            return kind(text)
        except pyrage.IdentityError:
            continue
    raise UsageProblem("the identity is neither one of age nor an SSH key", next_step="age-keygen makes one")


def unpack(clear: Path, target: Path) -> Manifest:
    """Put every file of the archive below ``target`` and hold it against the manifest.

    Raises ``EnvironmentProblem`` for anything that is not as it was packed. Names cannot lead outside.
    """
    try:
        with tarfile.open(clear, mode="r:") as tar:
            members = iter(tar)
            manifest = _manifest(tar, next(members, None))
            _require_room(manifest, target)
            for file in manifest.files:
                _take(tar, next(members, None), file, target)
            if next(members, None) is not None:
                raise _broken("it holds more than its manifest names")
            return manifest
    except tarfile.TarError as problem:
        raise _broken(str(problem)) from problem


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> Manifest:
    content = tar.extractfile(member) if member is not None and member.name == MANIFEST else None
    if member is None or content is None or member.size > _LARGEST_MANIFEST:
        raise _broken("it does not begin with a manifest")
    data = content.read()
    try:
        form = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("format")
        if form is not None and int(bytes(form)) > FORMAT:
            raise EnvironmentProblem(
                f"the backup has format {int(bytes(form))}; this version reads {FORMAT}",
                next_step="update withhold",
            )
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, ValueError) as problem:
        raise _broken(f"its manifest cannot be read: {problem}") from problem


def _require_room(manifest: Manifest, target: Path) -> None:
    """Before the first file, and with it before a size that somebody made up fills the disk."""
    names = [PurePosixPath(file.path) for file in manifest.files]
    if len({str(name).casefold() for name in names}) != len(names):
        raise _broken("its manifest names a file twice")
    needed, free = sum(file.size for file in manifest.files), shutil.disk_usage(target).free
    if needed > free:
        raise EnvironmentProblem(
            f"the backup needs {needed / 1e6:,.1f} MB, and {free / 1e6:,.1f} MB are free there",
            next_step="free some space, and run the command again",
        )


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo | None, file: BackedUpFile, target: Path) -> None:
    name = PurePosixPath(file.path)
    if (
        member is None
        or member.name != file.path
        or not member.isreg()
        or member.issparse()
        or member.size != file.size
    ):
        raise _broken(f"{file.path} is not where its manifest says")
    if name.is_absolute() or ".." in name.parts or "\\" in file.path or ":" in file.path:
        raise _broken(f"{file.path!r} is no name within the state")
    path = target.joinpath(*name.parts)
    private_dir(path.parent)
    content = tar.extractfile(member)
    assert content is not None  # noqa: S101 - it is a regular file
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb") as out:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != file.sha256:
        raise _broken(f"{file.path} is not what was packed")
    os.utime(path, ns=(file.modified, file.modified))


def _broken(what: str) -> EnvironmentProblem:
    return EnvironmentProblem(f"the backup is not whole: {what}", next_step="take another copy of it")


def identities_in(text: str) -> tuple[str, ...]:
    """The identities of a key file: one a line for age, or the whole text for SSH."""
    if "PRIVATE KEY" in text:
        return (text,)
    return tuple(line.strip() for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-"))


def walk(root: Path, skip: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Regular files below ``root`` by their names within it, sorted; ``skip`` are top names left out."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if parts[0] not in skip and path.is_file() and not path.is_symlink():
            yield "/".join(parts), path
