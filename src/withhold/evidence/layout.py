"""Names in the evidence folder, and writing a whole file there.

::

    journal.jsonl      one record a line; only ever appended to
    head.json          how many records there are and which is the last
    journal.torn-1     the start of a record whose writing was cut off
    blobs/ab/abc...    artifacts, named by their SHA-256
    tmp/               files that are being written; of no meaning
    lock               held by whoever writes
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from withhold.evidence.storage import Storage

TORN = "journal.torn-"


@dataclass(frozen=True, slots=True)
class Layout:
    folder: Path

    @property
    def journal(self) -> Path:
        return self.folder / "journal.jsonl"

    @property
    def head(self) -> Path:
        return self.folder / "head.json"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"

    def blob(self, sha256: str) -> Path:
        return self.blobs / sha256[:2] / sha256

    def torn(self, number: int) -> Path:
        return self.folder / f"{TORN}{number}"


def write_whole(storage: Storage, layout: Layout, target: Path, data: bytes) -> None:
    """Put ``data`` at ``target`` so that it is there whole or not at all, and durable on return."""
    temporary = layout.temporary / secrets.token_hex(8)
    storage.make_dir(layout.temporary)
    storage.write_new(temporary, data)
    storage.sync(temporary)
    storage.rename(temporary, target)
    storage.sync_dir(target.parent)
