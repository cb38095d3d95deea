"""One stamped log, a bundle of two of its records, and ways to change it."""

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.evidence.making import draft
from tests.evidence.tsa import simple
from withhold.app.bootstrap import Services
from withhold.app.evidence.bundles import handed, packed
from withhold.evidence import sessions
from withhold.evidence.authorities import Authorities
from withhold.evidence.bundle.bag import DATA, PAYLOAD, TAGS, TOP, manifest
from withhold.evidence.bundle.check import BundleReport, Trust, check_bundle
from withhold.evidence.bundle.packing import pack, unpack
from withhold.evidence.claims import Result
from withhold.evidence.stamping import stamp
from withhold.support.paths import StateHome


@dataclass(frozen=True)
class Made:
    """A bundle, what it was made from, and what a careful person trusts."""

    services: Services
    data: bytes
    ids: tuple[str, ...]
    trust: Trust
    roots: tuple[Path, ...]
    former: str
    """Fingerprint of the key that signed before."""

    @property
    def files(self) -> dict[str, bytes]:
        return unpack(self.data)[0]

    @property
    def fingerprint(self) -> str:
        return self.services.journal.public_key.fingerprint

    def unfold(self, folder: Path, files: Mapping[str, bytes] | None = None) -> Path:
        """The bag as files on disk."""
        top = folder / TOP
        for path, data in (self.files if files is None else files).items():
            target = top / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return top


@contextmanager
def made(folder: Path) -> Iterator[Made]:
    """A log of three records whose key was changed, stamped by two authorities and stamped again; two of the
    records are bundled, and so is the one that holds their tokens."""
    folder.mkdir(parents=True, exist_ok=True)
    with simple(folder / "first") as one, simple(folder / "second") as two:
        root = folder / "state"
        app = Services(
            home=StateHome(root), environ={"WITHHOLD_HOME": str(root)}, user_home=folder, stamps=False
        )
        assert app.store.accounts() == ()
        for name, tsa in (("one", one), ("two", two)):
            Authorities(root).add(tsa.named(name))
            (folder / f"{name}.pem").write_bytes(tsa.root.pem)
        journal = app.journal
        journal.use_session(sessions.begin(journal.authorities))
        ids = [journal.append(draft(number)).id for number in range(3)]
        journal.use_session(None)
        former = journal.public_key.fingerprint
        journal.rotate_key(lost=False)
        assert not stamp(journal, app.clock).refused
        journal.append(draft(3))
        assert not stamp(journal, app.clock).refused
        trust = Trust(frozenset({journal.public_key.fingerprint}), (one.root.pem, two.root.pem))
        data = packed(handed(app, ids[:2]))
        yield Made(app, data, tuple(ids), trust, (folder / "one.pem", folder / "two.pem"), former)
        app.close()


def resealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bag with manifests that fit whatever is in it: what somebody without the key can do."""
    payload = {path: data for path, data in files.items() if path.startswith(DATA)}
    tags = {path: data for path, data in files.items() if not path.startswith(DATA) and path != TAGS}
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}".encode()
    lines = [line for line in tags["bag-info.txt"].split(b"\n") if line and b"Payload-Oxum" not in line]
    tags["bag-info.txt"] = b"\n".join([*lines, oxum, b""])
    tags[PAYLOAD] = manifest(payload)
    return {**payload, **tags, TAGS: manifest(tags)}


def verified(report: BundleReport) -> set[tuple[str, str]]:
    """What was said to be verified, by record and claim."""
    told = [("", c) for c in report.whole] + [(r.id, c) for r in report.records for c in r.claims]
    return {(record, claim.name) for record, claim in told if claim.result is Result.VERIFIED}


def failures(report: BundleReport) -> set[str]:
    """Names of the claims that failed."""
    claims = [*report.whole, *(c for r in report.records for c in r.claims)]
    return {claim.name for claim in claims if claim.result is Result.FAILED}


def noticed(made: Made, data: bytes) -> bool:
    """Whether a changed bundle fails, or no longer has verified what it should."""
    report = check_bundle(data, made.trust)
    before = _verified_within(made.data, made.trust)
    return not report.sound or not before <= verified(report)


@lru_cache(maxsize=4)
def _verified_within(data: bytes, trust: Trust) -> frozenset[tuple[str, str]]:
    """What an unchanged bundle has verified, the ZIP around it aside: the same for every change of it."""
    return frozenset(verified(check_bundle(data, trust))) - {("", "container")}


def flipped(data: bytes, place: int, mask: int) -> bytes:
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def repacked(files: Mapping[str, bytes]) -> bytes:
    return pack(files)


LOCAL = (
    ("signature", 4),
    ("version needed", 2),
    ("flags", 2),
    ("method", 2),
    ("time", 2),
    ("date", 2),
    ("checksum", 4),
    ("size", 8),
    ("name length", 2),
    ("extra length", 2),
)
CENTRAL = (
    ("signature", 4),
    ("version made by", 2),
    ("version needed", 2),
    ("flags", 2),
    ("method", 2),
    ("time", 2),
    ("date", 2),
    ("checksum", 4),
    ("size", 8),
    ("name length", 2),
    ("extra length", 2),
    ("comment length", 2),
    ("disk", 2),
    ("internal attributes", 2),
    ("external attributes", 4),
    ("offset", 4),
)
END = (
    ("signature", 4),
    ("disks", 4),
    ("counts", 4),
    ("directory size", 4),
    ("directory offset", 4),
    ("comment length", 2),
)


def regions(data: bytes) -> list[str]:
    """What each byte of a ZIP is: ``local time``, ``content of data/...`` and so on."""
    named: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    for entry in entries:
        named += _fields("local", LOCAL) + ["local name"] * len(entry.filename.encode())
        named += [f"content of {entry.filename.removeprefix(TOP + '/')}"] * entry.file_size
    for entry in entries:
        named += _fields("central", CENTRAL) + ["central name"] * len(entry.filename.encode())
    named += _fields("end", END)
    assert len(named) == len(data)
    assert struct.unpack("<I", data[-22:-18])[0] == 0x06054B50
    return named


def _fields(head: str, fields: tuple[tuple[str, int], ...]) -> list[str]:
    return [f"{head} {name}" for name, size in fields for _ in range(size)]
