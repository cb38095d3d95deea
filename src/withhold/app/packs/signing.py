"""Making a signed bundle of packs, for an organisation that keeps packs of its own."""

import io
import os
import zipfile
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

from withhold import __version__
from withhold.app.bootstrap import Services
from withhold.app.packs.changes import check_packs
from withhold.packs.archives import MANIFEST, SIGNATURE, contents
from withhold.packs.signed import fingerprint, make_manifest, new_key, open_bundle, secret_key, sign
from withhold.report import documents as d
from withhold.support.errors import UsageProblem
from withhold.support.files import PRIVATE_FILE, write_atomic

_WHEN = (1980, 1, 1, 0, 0, 0)
"""The same packs make the same bytes: no member carries a time of its own."""


def sign_packs(
    services: Services,
    folder: Path,
    target: Path,
    key_file: Path,
    *,
    version: int,
    name: str | None = None,
    compiled_on: date | None = None,
    requires: str | None = None,
) -> d.PacksSignDocument:
    """Write the packs in ``folder`` (and in its ``tools``) as a signed zip to ``target``.

    They are linted first, and the bundle is read back as an update would read it. Raises ``UsageProblem``
    where ``target`` is there already, ``PackInvalid`` for packs with errors.
    """
    if target.exists():
        raise UsageProblem(f"{target} is there already", next_step="name a file that is not there yet")
    requires = requires or __version__
    key = secret_key(_read(key_file), str(key_file))
    day = compiled_on or services.clock().date()
    files = _files(folder)
    check_packs(files, day)
    packs = {path: file.read_bytes() for path, file in files.items()}
    manifest = make_manifest(
        packs, name=name or folder.absolute().name, version=version, compiled_on=day, requires=requires
    )
    data = _zipped({MANIFEST: manifest.data, SIGNATURE: sign(manifest, key), **packs})
    open_bundle(data, key.public_key())
    contents(data)
    write_atomic(target, data, mode=0o644)
    stamp = services.stamp()
    return d.PacksSignDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        file=str(target),
        sha256=sha256(data).hexdigest(),
        name=manifest.name,
        version=version,
        compiled_on=day.isoformat(),
        requires=requires,
        files=tuple(sorted(packs)),
        key=fingerprint(key.public_key()),
    )


def make_key(path: Path) -> Path:
    """Write a new secret key to ``path``, for its owner alone, and the public key beside it; returns that."""
    public = path.with_name(f"{path.name}.pub")
    if path.exists() or public.exists():
        raise UsageProblem(f"{path} or {public.name} is there already: a key is never written over")
    secret, pem = new_key()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "wb") as out:
        out.write(secret)
    write_atomic(public, pem, mode=0o644)
    return public


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageProblem(
            f"{path} cannot be read: {problem.strerror}",
            next_step="--make-key makes a new pair of keys there",
        ) from problem


def _files(folder: Path) -> dict[str, Path]:
    found = {
        p.relative_to(folder).as_posix(): p for p in (*folder.glob("*.yaml"), *folder.glob("tools/*.yaml"))
    }
    if not found:
        raise UsageProblem(f"there are no packs (*.yaml, tools/*.yaml) in {folder}")
    return dict(sorted(found.items()))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, _WHEN)
            member.external_attr = 0o100644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return out.getvalue()
