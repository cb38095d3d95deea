"""Names in the evidence folder, and writing a whole file there.

::

    log.jsonl          one record a line, each a leaf of the log; only ever appended to
    checkpoint         the signed tree head: how many records there are, and the root over them
    log.hashes         the hashes of the tree (see merkle.py); made anew from log.jsonl if need be
    log.index          where each record lies; made anew from log.jsonl if need be
    log.torn-1         the start of a record whose writing was cut off
    blobs/ab/abc...    artifacts, named by their SHA-256
    journal.jsonl      the journal of format 1 with its head.json, if an earlier version wrote one here;
    head.json            anchored in the log's first record, and never written again
    stamp-failed       when stamping was last tried in vain; of no meaning for any record
    tmp/               files that are being written; of no meaning
    lock               held by whoever writes
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from withhold.support.storage import Storage

TORN = ("journal.torn-", "log.torn-")


@dataclass(frozen=True, slots=True)
class Layout:
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint"

    @property
    def hashes(self) -> Path:
        return self.folder / "log.hashes"

    @property
    def index(self) -> Path:
        return self.folder / "log.index"

    @property
    def journal(self) -> Path:
        return self.folder / "journal.jsonl"

    @property
    def head(self) -> Path:
        return self.folder / "head.json"

    @property
    def stamp_failed(self) -> Path:
        return self.folder / "stamp-failed"

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


def write_whole(storage: Storage, layout: Layout, target: Path, data: bytes) -> None:
    """Put ``data`` at ``target`` so that it is there whole or not at all, and durable on return."""
    write_by(storage, layout.temporary, target, data)


def write_by(storage: Storage, temporary: Path, target: Path, data: bytes) -> None:
    """As :func:`write_whole`, by way of the folder ``temporary`` on the same disk."""
    written = temporary / secrets.token_hex(8)
    storage.make_dir(temporary)
    storage.write_new(written, data)
    storage.sync(written)
    storage.rename(written, target)
    storage.sync_dir(target.parent)


def set_aside(storage: Storage, layout: Layout, prefix: str, torn: bytes) -> str:
    """Keep the start of a record that was cut off in a file of its own; returns the file's name."""
    names = [name for name in storage.names(layout.folder) if name.startswith(prefix)]
    for name in names:
        if storage.read(layout.folder / name) == torn:
            return name
    numbers = [int(name.removeprefix(prefix)) for name in names if name.removeprefix(prefix).isdigit()]
    target = layout.folder / f"{prefix}{max(numbers, default=0) + 1}"
    write_whole(storage, layout, target, torn)
    return target.name
