"""Signed notes (C2SP ``signed-note``) with Ed25519, and the public keys that sign them.

A note is a text, an empty line, and signature lines ``— NAME BASE64``; the Base64 holds the four bytes of the
key's id and the signature over the text with its last line end.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\1"
RAW = 32
"""Bytes of a public key (RFC 8032)."""

_ID = 4
_DASH = "\u2014 "
_LIMIT = 64 * 1024


class BadNote(ValueError):
    """These bytes are not a note, or not one that a known key signed. The text says why, for people."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who signs: ``name`` is the log's name in its checkpoints, ``raw`` the 32 bytes of RFC 8032."""

    name: str
    raw: bytes

    @property
    def id(self) -> str:
        """The key id of the note specification, eight hexadecimal digits. Short: it identifies, no more."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:_ID].hex()

    @property
    def vkey(self) -> str:
        """The verifier key in the form that Go's ``note.NewVerifier`` takes."""
        return f"{self.name}+{self.id}+{base64.b64encode(ED25519 + self.raw).decode()}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key's DER form: ``openssl pkey -pubin -outform DER | sha256sum`` prints it."""
        der = self._key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()

    @property
    def pem(self) -> bytes:
        """The key as OpenSSL reads it."""
        return self._key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def signed(self, text: bytes, signature: bytes) -> bool:
        try:
            self._key().verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key that can sign. ``seed`` are its 32 secret bytes; it is never shown."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"SecretKey({self.name!r})"

    @property
    def public(self) -> PublicKey:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return PublicKey(self.name, private.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """``text`` as a note with this key's signature."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        public = self.public
        tail = base64.b64encode(bytes.fromhex(public.id) + signature).decode()
        return f"{text}\n{_DASH}{self.name} {tail}\n".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    id: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read. Nothing of it may be believed before :meth:`signer` has found a key."""

    text: str
    signatures: tuple[Signature, ...]

    def signer(self, known: Iterable[PublicKey]) -> PublicKey:
        """The known key that signed this note. Raises :class:`BadNote` if none did, or one did wrongly."""
        by_id = {(key.name, key.id): key for key in known}
        found = [(by_id[s.name, s.id], s) for s in self.signatures if (s.name, s.id) in by_id]
        for key, signature in found:
            if not key.signed(self.text.encode(), signature.signature):
                raise BadNote(f"the signature of key {key.id} does not fit the text")
        if not found:
            raise BadNote(f"no known key signed it (it names {_names(self.signatures)})")
        return found[0][0]


def read_note(data: bytes) -> Note:
    """Take a note apart; raises :class:`BadNote`."""
    if len(data) > _LIMIT:
        raise BadNote(f"it is longer than {_LIMIT} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise BadNote("it is not UTF-8") from problem
    if any(c < " " and c != "\n" for c in whole):
        raise BadNote("it holds control characters")
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise BadNote("it is not a text, an empty line and signatures")
    return Note(text + "\n", tuple(_signature(line) for line in tail[:-1].split("\n")))


def decode64(text: str) -> bytes:
    """Base64 of RFC 4648 section 4, in the one form that encoding gives; raises ``ValueError``."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("it is not in the canonical form of Base64")
    return data


def encode64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name or "+" in name or any(c.isspace() for c in name):
        raise BadNote("a line after the text is not a signature")
    try:
        data = decode64(encoded)
    except ValueError as problem:
        raise BadNote("a signature is not Base64") from problem
    if len(data) <= _ID:
        raise BadNote("a signature is too short")
    return Signature(name, data[:_ID].hex(), data[_ID:])


def _names(signatures: Iterable[Signature]) -> str:
    return ", ".join(f"{s.name} {s.id}" for s in signatures)
