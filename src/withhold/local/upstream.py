"""One HTTP exchange with the engine on its Unix socket, streamed as it comes and given up at once."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from withhold.local.peer import comes_from
from withhold.support.errors import EnvironmentProblem

_HEAD_LIMIT = 64 << 10
_PIECE = 64 << 10


@dataclass
class Exchange:
    """An answer whose body is still coming. :meth:`close` ends it; the engine then stops working on it."""

    status: int
    headers: Mapping[str, str]
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    async def body(self) -> AsyncIterator[bytes]:
        """The body in the pieces in which it comes. Raises ``EOFError`` where it ends before its end."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            async for piece in self._chunks():
                yield piece
            return
        left = int(self.headers.get("content-length", "-1"))
        while left != 0:
            piece = await self._reader.read(_PIECE if left < 0 else min(left, _PIECE))
            if not piece and left > 0:
                raise EOFError("the engine ended before its answer did")
            if not piece:
                return
            left -= len(piece) if left > 0 else 0
            yield piece

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int((await self._reader.readuntil(b"\n")).split(b";")[0], 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)

    def close(self) -> None:
        self._writer.close()


async def exchange(
    path: Path,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    *,
    sealed_pid: int | None = None,
) -> Exchange:
    """Send one request. Raises ``EnvironmentProblem`` where nobody of this user answers on the socket.

    With ``sealed_pid`` the one who answers must come from that process: the engine may write to the folder
    of its socket, and could lay a link to somebody else's there.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=_HEAD_LIMIT)
    except OSError as problem:
        raise EnvironmentProblem(f"the engine does not answer: {problem.strerror}") from problem
    _refuse_strangers(writer, sealed_pid)
    head = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    head += [f"{name}: {value}" for name, value in headers]
    head.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)
    try:
        await writer.drain()
        status, answered = await _head(reader)
    except (OSError, ValueError, EOFError) as problem:
        writer.close()
        raise EnvironmentProblem("the engine ended while it was asked") from problem
    except BaseException:
        writer.close()
        raise
    return Exchange(status, answered, reader, writer)


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rows = text.split("\r\n")
    fields = (row.partition(":") for row in rows if row)
    return int(first.split(" ")[1]), {name.strip().lower(): value.strip() for name, _, value in fields}


def _refuse_strangers(writer: asyncio.StreamWriter, sealed_pid: int | None) -> None:
    if not hasattr(socket, "SO_PEERCRED"):
        return
    connected = writer.get_extra_info("socket")
    pid, user, _ = struct.unpack("=iII", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if user != os.getuid():
        writer.close()
        raise EnvironmentProblem(f"the engine's socket is held by another user (number {user})")
    if sealed_pid is not None and not comes_from(pid, sealed_pid):
        writer.close()
        raise EnvironmentProblem(f"process {pid} answers in the engine's place; nothing was sent to it")
