"""Messages over pipes between a program and a worker of it: a length, then so many bytes."""

from typing import IO

PREFIX = 8
"""Bytes of a message's length."""


def send(pipe: IO[bytes], data: bytes) -> None:
    """One message. Raises ``OSError`` where nobody listens."""
    pipe.write(len(data).to_bytes(PREFIX, "big"))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes], *, longest: int | None = None) -> bytes | None:
    """One message; ``None`` where there is no further one, or not all of it, or one over ``longest``."""
    head = pipe.read(PREFIX)
    if len(head) < PREFIX:
        return None
    length = int.from_bytes(head, "big")
    if longest is not None and length > longest:
        return None
    data = pipe.read(length) if length else b""
    return data if len(data) == length else None


def close(pipe: IO[bytes] | None) -> None:
    """Close this end; what was not sent is sent to nobody."""
    if pipe is None:
        return
    try:
        pipe.close()
    except OSError:
        return
