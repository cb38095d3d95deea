"""Reading the head of a GGUF file: its metadata and the table of its tensors, never the weights.

The format is that of versions 2 and 3, little-endian. Everything comes from a stranger's file: lengths are
checked against the file before anything is read or made.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from withhold.support.errors import NothingRead

MAGIC = b"GGUF"
VERSIONS = (2, 3)
KEPT = 1 << 12
"""Longest list that is kept; of a longer one (a vocabulary) only the length."""
_SCALARS = {0: "B", 1: "b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_DIMENSIONS = 8


@dataclass(frozen=True, slots=True)
class Tensor:
    """One row of the table. ``type`` is ggml's number of its element type."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int

    @property
    def elements(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Listed:
    """The length of a list that was too long to keep."""

    length: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the weights. ``size`` is that of the whole file in bytes."""

    version: int
    metadata: Mapping[str, Any]
    tensors: tuple[Tensor, ...]
    size: int

    @property
    def architecture(self) -> str | None:
        return self.text("general.architecture")

    def text(self, key: str) -> str | None:
        found = self.metadata.get(key)
        return found if isinstance(found, str) else None

    def of_model(self, key: str) -> Any:
        """A value under the architecture's own prefix; ``None`` if the file does not state it."""
        return self.metadata.get(f"{self.architecture}.{key}")

    def whole(self, key: str) -> int | None:
        """:meth:`of_model` where it is a whole number that is not negative."""
        found = self.of_model(key)
        return found if type(found) is int and found >= 0 else None


def read_header(path: Path) -> Header:
    """The head of a GGUF file. Raises ``NothingRead`` for a file that is absent, cut or something else."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data, path.name).header()
    except (OSError, ValueError) as problem:
        raise NothingRead(
            f"{path} is no GGUF file that can be read: {problem}",
            next_step="give a whole file that ends in .gguf",
        ) from problem


class _Reader:
    def __init__(self, data: mmap.mmap, name: str) -> None:
        self._data = data
        self._at = 0
        self._name = name

    def header(self) -> Header:
        if self._take(4) != MAGIC:
            raise ValueError("it does not begin with GGUF")
        version = self._number("<I")
        if version not in VERSIONS:
            raise ValueError(f"version {version} of the format is not known here")
        tensors, pairs = self._count(24), self._count(12)
        metadata = dict(self._pair() for _ in range(pairs))
        table = tuple(self._tensor() for _ in range(tensors))
        return Header(version, metadata, table, len(self._data))

    def _take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._data):
            raise ValueError("it ends within its head")
        found = self._data[self._at : end]
        self._at = end
        return found

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _count(self, smallest: int) -> int:
        """A number of entries that each take ``smallest`` bytes: more than the file can hold is a lie."""
        count: int = self._number("<Q")
        if count * smallest > len(self._data) - self._at:
            raise ValueError("it states more entries than it has bytes for")
        return count

    def _string(self) -> str:
        return self._take(self._count(1)).decode("utf-8", "replace")

    def _pair(self) -> tuple[str, Any]:
        return self._string(), self._value(self._number("<I"))

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise ValueError(f"it holds a value of the unknown kind {kind}")
        return self._number(_SCALARS[kind])

    def _array(self) -> Any:
        kind = self._number("<I")
        if kind == _STRING:
            return self._strings(self._count(8))
        if kind not in _SCALARS:
            raise ValueError(f"it holds a list of the unknown kind {kind}")
        form = _SCALARS[kind]
        count = self._count(struct.calcsize(form))
        if count > KEPT:
            self._take(count * struct.calcsize(form))
            return Listed(count)
        return tuple(self._number(form) for _ in range(count))

    def _strings(self, count: int) -> Any:
        if count <= KEPT:
            return tuple(self._string() for _ in range(count))
        for _ in range(count):
            self._take(self._count(1))
        return Listed(count)

    def _tensor(self) -> Tensor:
        name, dimensions = self._string(), self._number("<I")
        if dimensions > _DIMENSIONS:
            raise ValueError(f"the tensor {name!r} states {dimensions} dimensions")
        shape = tuple(self._number("<Q") for _ in range(dimensions))
        return Tensor(name, shape, self._number("<I"), self._number("<Q"))
