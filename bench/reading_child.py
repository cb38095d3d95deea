"""One measurement in a process of its own: ``reading_child.py WHAT KIND PATH``; prints one JSON object.

Seconds are of the work alone, without the start of Python; memory is the peak of this process, and of the
largest of those it started, in bytes.
"""

import json
import mmap
import resource
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

WINDOW = 8 << 20
PIECE = 256 << 10
"""Larger ones make inflating slower."""
MACOS = sys.platform == "darwin"


class Role(msgspec.Struct):
    role: str


class Content(msgspec.Struct):
    content_type: str
    parts: list[Any] | None = None


class ChatGptMessage(msgspec.Struct):
    id: str
    author: Role
    create_time: float | None = None
    content: Content | None = None


class Node(msgspec.Struct):
    message: ChatGptMessage | None = None
    parent: str | None = None
    children: list[str] = []


class ChatGptChat(msgspec.Struct):
    conversation_id: str
    mapping: dict[str, Node]
    create_time: float | None = None
    update_time: float | None = None


class Block(msgspec.Struct):
    type: str
    text: str | None = None


class Attachment(msgspec.Struct):
    extracted_content: str | None = None


class ClaudeMessage(msgspec.Struct):
    uuid: str
    sender: str
    text: str
    created_at: str
    content: list[Block]
    attachments: list[Attachment]


class ClaudeChat(msgspec.Struct):
    uuid: str
    chat_messages: list[ClaudeMessage]
    created_at: str
    updated_at: str


TYPES: dict[str, Any] = {"chatgpt": ChatGptChat, "claude": ClaudeChat}
ENDS = {"chatgpt": (b'}, {"title": ', 1), "claude": (b'}]},{"uuid":', 3)}
"""What stands between two conversations of the maker, and how much of it belongs to the first."""


def windows(kind: str, path: Path) -> Iterator[bytes]:
    """The export in lists of whole conversations of about 8 MiB: the peer is told where they end."""
    between, mine = ENDS[kind]
    held = b""
    with path.open("rb", buffering=0) as file:
        file.read(1)
        while chunk := file.read(WINDOW):
            held += chunk
            end = held.rfind(between) + mine
            if len(chunk) == WINDOW and end > mine:
                yield b"[" + held[:end] + b"]"
                held = held[held.index(b"{", end) :]
    yield b"[" + held


def decode(kind: str, path: Path) -> dict[str, int]:
    """Typed decoding in windows, and nothing else."""
    decoder = msgspec.json.Decoder(list[TYPES[kind]])
    return {"conversations": sum(len(decoder.decode(window)) for window in windows(kind, path))}


def whole(kind: str, path: Path) -> dict[str, int]:
    """Typed decoding of the whole file at once; memory is no matter."""
    decoder = msgspec.json.Decoder(list[TYPES[kind]])
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return {"conversations": len(decoder.decode(memoryview(held)))}


def read(_: str, path: Path) -> dict[str, Any]:
    """Our reading, with all of its counts, up to where an index would take the columns."""
    from withhold.sources.registry import read_paths

    counts: dict[str, Any] = {}
    for reading in read_paths([path]):
        for _item in reading:
            pass
        row = reading.summary()
        counts = {
            "conversations": row.conversations,
            "human": row.human,
            "model": row.model,
            "feedback": row.feedback,
            "unrecognised": row.unrecognised_count,
            "first": row.first and row.first.isoformat(),
            "last": row.last and row.last.isoformat(),
        }
    return counts


def inflate(library: Any, path: Path) -> dict[str, int]:
    """The largest member of an archive, inflated and checked, and nothing else."""
    with zipfile.ZipFile(path) as archive:
        info = max(archive.infolist(), key=lambda one: one.file_size)
    with path.open("rb") as file:
        file.seek(info.header_offset)
        head = file.read(30)
        file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
        inflater, size, crc, left = library.decompressobj(-15), 0, 0, info.compress_size
        while not inflater.eof:
            packed = inflater.unconsumed_tail or file.read(min(PIECE // 4, left))
            left -= 0 if inflater.unconsumed_tail else len(packed)
            found = inflater.decompress(packed, PIECE)
            crc, size = library.crc32(found, crc), size + len(found)
    if crc != info.CRC or size != info.file_size:
        raise ValueError("the archive is damaged")
    return {"bytes": size}


def _isal(_: str, path: Path) -> dict[str, int]:
    from isal import isal_zlib

    return inflate(isal_zlib, path)


WORK: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "decode": decode,
    "whole": whole,
    "read": read,
    "zlib": lambda _, path: inflate(zlib, path),
    "isal": _isal,
}


def peak(who: int) -> int:
    """Peak memory in bytes; the system gives it in kilobytes, macOS in bytes."""
    return resource.getrusage(who).ru_maxrss * (1 if MACOS else 1024)


def main(what: str, kind: str, path: str) -> None:
    """Measures once."""
    begun, worked = time.perf_counter(), time.process_time()
    counts = WORK[what](kind, Path(path))
    taken, worked = time.perf_counter() - begun, time.process_time() - worked
    memory = {"own": peak(resource.RUSAGE_SELF), "child": peak(resource.RUSAGE_CHILDREN)}
    print(json.dumps({"seconds": taken, "cpu": worked, **memory, "counts": counts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
