"""Artifacts as files named by their SHA-256."""

from collections.abc import Iterator

from withhold.evidence.layout import Layout, write_whole
from withhold.evidence.records import digest
from withhold.model.evidence import Artifact, StoredArtifact
from withhold.support.storage import Storage


def describe(artifact: Artifact) -> StoredArtifact:
    """What a record says of an artifact."""
    return StoredArtifact(artifact.name, artifact.media_type, digest(artifact.data), len(artifact.data))


class Blobs:
    def __init__(self, layout: Layout, storage: Storage) -> None:
        self._layout = layout
        self._storage = storage

    def put(self, stored: StoredArtifact, data: bytes) -> None:
        """Make the bytes durable; bytes that are there already are not written again."""
        target = self._layout.blob(stored.sha256)
        if self.problem(stored) is None:
            self._storage.sync_dir(target.parent)  # whoever wrote it may have died before doing so
            return
        self._storage.make_dir(target.parent)
        self._storage.sync_dir(self._layout.blobs)
        write_whole(self._storage, self._layout, target, data)

    def read(self, stored: StoredArtifact) -> bytes:
        """The bytes as they lie there, unchecked; ``FileNotFoundError`` if they are gone."""
        return self._storage.read(self._layout.blob(stored.sha256))

    def problem(self, stored: StoredArtifact) -> str | None:
        """What is wrong with the bytes of an artifact; ``None`` if they are those that were recorded."""
        path = self._layout.blob(stored.sha256)
        size = self._storage.size(path)
        if size is None:
            return "its bytes are missing"
        if size != stored.size:
            return f"it has {size} bytes, and {stored.size} were recorded"
        if digest(self._storage.read(path)) != stored.sha256:
            return "its bytes are not those that were recorded: the SHA-256 differs"
        return None

    def strangers(self, listed: set[str]) -> Iterator[str]:
        """Paths below ``blobs/`` that no record names."""
        for folder in self._storage.names(self._layout.blobs):
            if len(folder) != len("ab"):
                yield f"blobs/{folder}"
            for name in self._storage.names(self._layout.blobs / folder):
                if name not in listed or folder != name[:2]:
                    yield f"blobs/{folder}/{name}"
