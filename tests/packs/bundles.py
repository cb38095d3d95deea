"""Bundles of packs, good ones and such that are not."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.packs.small import SMALL
from withhold.packs.archives import MANIFEST, SIGNATURE
from withhold.packs.signed import make_manifest, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
DAY = date(2026, 2, 1)
PACKS: Mapping[str, bytes] = {"example.yaml": SMALL.encode()}


def parts(
    version: int = 1,
    packs: Mapping[str, bytes] = PACKS,
    *,
    key: Ed25519PrivateKey = KEY,
    day: date = DAY,
    requires: str = "0.1.0",
) -> dict[str, bytes]:
    """The files of a signed bundle."""
    manifest = make_manifest(packs, name="Example Org", version=version, compiled_on=day, requires=requires)
    return {MANIFEST: manifest.data, SIGNATURE: sign(manifest, key), **packs}


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def bundle(
    version: int = 1,
    packs: Mapping[str, bytes] = PACKS,
    *,
    key: Ed25519PrivateKey = KEY,
    day: date = DAY,
    requires: str = "0.1.0",
) -> bytes:
    """A signed bundle as a zip."""
    return zipped(parts(version, packs, key=key, day=day, requires=requires))


def changed(text: str = "Example, renamed", compiled_on: str = "2026-01-31") -> dict[str, bytes]:
    """The small pack with another name or day."""
    new = SMALL.replace("name: Example\n", f"name: {text}\n")
    return {"example.yaml": new.replace("compiled_on: 2026-01-31", f"compiled_on: {compiled_on}").encode()}
