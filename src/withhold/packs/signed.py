"""Bundles of packs that somebody signed.

A bundle is a zip or tar archive of packs with two files more. ``manifest.json`` is canonical JSON (RFC 8785)
and names each pack with its size and SHA-256; ``manifest.sig`` holds the 64 bytes of an Ed25519 signature
(RFC 8032) over exactly the bytes of ``manifest.json``, so that OpenSSL checks it as well. No key comes along:
who may sign is said by whoever takes the bundle. A signature says who made it, not that what it states is so.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final, Literal

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from withhold.packs.archives import MANIFEST, MOST, PACK, SIGNATURE, contents, refused
from withhold.support.errors import EnvironmentProblem, UsageProblem

SCHEMA: Final = "withhold.packs-manifest/1"
NEWEST = 2**53 - 1
"""The highest version: what every reader of JSON keeps exactly."""
_SIGNATURE_BYTES = 64


class PackFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a bundle says of itself. ``requires`` is the oldest version of withhold that can read it."""

    schema: Literal["withhold.packs-manifest/1"] = SCHEMA
    name: str
    version: int
    compiled_on: date
    requires: str
    files: tuple[PackFile, ...]

    @property
    def data(self) -> bytes:
        """Its one form as bytes."""
        return rfc8785.dumps(msgspec.to_builtins(self))


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose signature and digests are right. What the packs say has not been looked at yet."""

    manifest: Manifest
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    packs: Mapping[str, bytes] = field(repr=False)

    @property
    def sha256(self) -> str:
        """Digest of the manifest, which stands for the whole."""
        return sha256(self.signed).hexdigest()


def open_bundle(data: bytes, key: Ed25519PublicKey) -> Bundle:
    """Read a bundle. Raises ``UsageProblem`` unless ``key`` signed it and every file is as the manifest says.

    The signature is checked before anything that it covers is read.
    """
    files = dict(contents(data))
    signed, signature = files.pop(MANIFEST, None), files.pop(SIGNATURE, None)
    if signed is None or signature is None:
        raise refused(f"it holds no {MANIFEST if signed is None else SIGNATURE}")
    if not _signs(key, signature, signed):
        raise refused("the trusted key did not sign it, or it was changed after that")
    return Bundle(whole(signed, files), signed, signature, files)


def whole(signed: bytes, packs: Mapping[str, bytes]) -> Manifest:
    """The manifest in ``signed``, when ``packs`` are exactly what it names; else ``UsageProblem``."""
    manifest = _manifest(signed)
    named = {file.path: file for file in manifest.files}
    if set(named) != set(packs):
        odd = min(set(named) ^ set(packs))
        raise refused(f"{odd} stands in the {'manifest' if odd in named else 'archive'} alone")
    for path, content in packs.items():
        if len(content) != named[path].size or sha256(content).hexdigest() != named[path].sha256:
            raise refused(f"{path} is not what was signed")
    return manifest


def make_manifest(
    packs: Mapping[str, bytes], *, name: str, version: int, compiled_on: date, requires: str
) -> Manifest:
    """The manifest of these packs. Raises ``UsageProblem`` for values that no reader would take."""
    made = Manifest(
        name=name,
        version=version,
        compiled_on=compiled_on,
        requires=requires,
        files=tuple(PackFile(p, sha256(c).hexdigest(), len(c)) for p, c in sorted(packs.items())),
    )
    return _manifest(made.data)


def sign(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """The signature that goes beside the manifest."""
    return key.sign(manifest.data)


def number(version: str) -> tuple[int, ...]:
    """A version of withhold as numbers, to be compared. ``ValueError`` for what is none."""
    parts = version.split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdecimal() and len(p) < 10 for p in parts):
        raise ValueError(f"{version!r} is no version such as 0.1.0")
    return tuple(map(int, parts))


def public_key(pem: bytes, name: str) -> Ed25519PublicKey:
    """The public key in a PEM file. Raises ``UsageProblem``, also for a secret one: that stays at home."""
    if b"PRIVATE KEY" in pem:
        raise UsageProblem(
            f"{name} holds a secret key; to check a signature the public one is enough",
            next_step="openssl pkey -in KEY.pem -pubout -out KEY.pub",
        )
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise UsageProblem(f"{name} holds no public key: {problem}") from problem
    if not isinstance(key, Ed25519PublicKey):
        raise UsageProblem(f"{name} holds a key of another kind than Ed25519")
    return key


def secret_key(pem: bytes, name: str) -> Ed25519PrivateKey:
    """The secret key in a PEM file without a passphrase. Raises ``UsageProblem``."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise UsageProblem(
            f"{name} holds no secret key that can be read: {problem}",
            next_step="openssl genpkey -algorithm ed25519 -out KEY.pem",
        ) from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageProblem(f"{name} holds a key of another kind than Ed25519")
    return key


def new_key() -> tuple[bytes, bytes]:
    """A new secret key and its public key, both as PEM."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret, public_pem(key.public_key())


def public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key in DER: ``openssl pkey -pubin -in K -outform DER | sha256sum`` prints it."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _signs(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    if len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _manifest(data: bytes) -> Manifest:
    """A manifest from its signed bytes. A form that this version does not know says so."""
    try:
        fields = json.loads(data)
        if isinstance(fields, dict) and fields.get("schema") != SCHEMA:
            raise EnvironmentProblem(
                f"the bundle is of the form {fields.get('schema')!r}; this version reads {SCHEMA}",
                next_step="update withhold",
            )
        manifest = msgspec.convert(fields, Manifest)
        canonical = manifest.data == data
    except (ValueError, RecursionError, msgspec.ValidationError, rfc8785.CanonicalizationError) as problem:
        raise refused(f"its manifest cannot be read: {problem}") from problem
    for wrong in _wrong(manifest, canonical=canonical):
        raise refused(wrong)
    return manifest


def _wrong(manifest: Manifest, *, canonical: bool) -> Iterable[str]:
    paths = [file.path for file in manifest.files]
    if not canonical:
        yield "its manifest is not in the one form that is signed (RFC 8785)"
    if not 1 <= manifest.version <= NEWEST:
        yield f"{manifest.version} is no version: 1 is the first"
    if not manifest.name.isprintable() or not 1 <= len(manifest.name.strip()) <= 80:
        yield "its name is empty, too long, or not to be printed"
    if not 1 <= len(paths) < MOST or sorted(set(paths)) != paths:
        yield "its manifest names no files, too many, one twice, or not in order"
    if not all(PACK.fullmatch(path) for path in paths):
        yield "its manifest names a file that is no pack"
    try:
        number(manifest.requires)
    except ValueError as problem:
        yield f"the version that it requires: {problem}"
