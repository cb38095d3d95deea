"""Which timestamp authorities the person has named: their addresses, and the roots that are trusted for them.

They stand in ``authorities.toml`` of the state, with each root certificate in a file beside it. Nobody is
asked for a time-stamp who does not stand there.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir, write_atomic

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_POLICY = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_FILE = "authorities.toml"
_ROOTS = "authorities"


@dataclass(frozen=True, slots=True)
class Authority:
    """A timestamp authority (RFC 3161). ``root`` holds one or more PEM certificates that are trusted for it,
    ``policy`` the object identifier that its tokens must name, ``crl`` PEM lists of what was revoked.
    """

    name: str
    url: str
    root: bytes
    policy: str | None = None
    crl: bytes | None = None


def authority(
    name: str, url: str, root: bytes, policy: str | None = None, crl: bytes | None = None
) -> Authority:
    """An authority with its certificates in canonical PEM; raises ``UsageProblem`` for what cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageProblem(f"'{name}' cannot be a name here", next_step="use small letters, digits and '-'")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url):
        raise UsageProblem(f"'{url}' is not an http or https address")
    if policy is not None and not _POLICY.fullmatch(policy):
        raise UsageProblem(f"'{policy}' is not an object identifier such as 1.3.6.1.4.1.4146.2.2")
    return Authority(name, url, _certificates(root), policy, None if crl is None else _lists(crl))


def name_of(url: str) -> str:
    """A name for an authority that was given none: its host and port."""
    netloc = urlsplit(url).netloc.rpartition("@")[2]
    return re.sub(r"[^a-z0-9]+", "-", netloc.lower()).strip("-")[:40] or "authority"


class Authorities:
    """The list in the state folder ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def all(self) -> tuple[Authority, ...]:
        """All authorities in the order in which they were added. Raises ``EnvironmentProblem``."""
        path = self._root / _FILE
        if not path.exists():
            return ()
        try:
            fields = tomllib.loads(path.read_text(encoding="utf-8"))
            return tuple(self._read(fields))
        except (OSError, ValueError, KeyError, UsageProblem) as problem:
            raise EnvironmentProblem(
                f"{path} cannot be read: {problem}", next_step="mend it, or move it away and add them anew"
            ) from problem

    def add(self, added: Authority) -> None:
        """Add an authority, or change the one of that name."""
        self._write([*(a for a in self.all() if a.name != added.name), added])

    def remove(self, name: str) -> None:
        """Take an authority off the list; what it has stamped stays. Raises ``UsageProblem``."""
        known = self.all()
        if name not in {a.name for a in known}:
            raise UsageProblem(
                f"no authority is named '{name}'", next_step="see 'withhold evidence authorities list'"
            )
        self._write([a for a in known if a.name != name])

    def _read(self, fields: dict[str, Any]) -> Iterator[Authority]:
        for name, row in fields.items():
            crl = (self._root / row["crl"]).read_bytes() if "crl" in row else None
            root = (self._root / row["root"]).read_bytes()
            yield authority(name, row["url"], root, row.get("policy"), crl)

    def _write(self, authorities: Sequence[Authority]) -> None:
        folder = private_dir(self._root / _ROOTS)
        for a in authorities:
            write_atomic(folder / f"{a.name}.pem", a.root)
            if a.crl is not None:
                write_atomic(folder / f"{a.name}.crl", a.crl)
        text = "\n".join(_row(a) for a in authorities)
        write_atomic(self._root / _FILE, text.encode())


def _row(authority: Authority) -> str:
    """TOML: a JSON text without control characters is one of its basic strings as well."""
    lines = [
        f"[{authority.name}]",
        f"url = {json.dumps(authority.url)}",
        f'root = "{_ROOTS}/{authority.name}.pem"',
    ]
    if authority.policy is not None:
        lines.append(f'policy = "{authority.policy}"')
    if authority.crl is not None:
        lines.append(f'crl = "{_ROOTS}/{authority.name}.crl"')
    return "\n".join(lines) + "\n"


def _certificates(data: bytes) -> bytes:
    """One or more certificates, PEM or one DER, as PEM without anything around them."""
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError as problem:
        raise UsageProblem(f"the root is not a certificate: {problem}") from problem
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in found)


def _lists(data: bytes) -> bytes:
    try:
        load = x509.load_pem_x509_crl if b"-----BEGIN" in data else x509.load_der_x509_crl
        return load(data).public_bytes(Encoding.PEM)
    except ValueError as problem:
        raise UsageProblem(f"the list of what was revoked cannot be read: {problem}") from problem
