"""A provider that sends exactly the bytes it is told, one answer after the other, over kept connections."""

import socket
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Self


class Scripted:
    """``answers`` in turn, each for one whole request; an empty one closes, and every one with ``closes``.

    ``early``: answers when the request's head is there. Use it as a context manager.
    """

    def __init__(self, answers: Iterable[bytes], *, early: bool = False, closes: bool = False) -> None:
        self._answers = deque(answers)
        self._early = early
        self._closes = closes
        self.seen: list[bytes] = []
        self.connections = 0

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                made, _ = self._listening.accept()
                self.connections += 1
                self._open.append(made)
                threading.Thread(target=self._serve, args=(made,), daemon=True).start()

    def _serve(self, made: socket.socket) -> None:
        with suppress(OSError):
            while (request := self._request(made)) is not None:
                self.seen.append(request)
                answer = self._answers.popleft() if self._answers else b""
                if not answer:
                    break
                made.sendall(answer)
                if self._closes:
                    break
            made.shutdown(socket.SHUT_RDWR)

    def _request(self, made: socket.socket) -> bytes | None:
        """One request by its length; its head alone where answers come early."""
        got = b""
        while True:
            head, end, body = got.partition(b"\r\n\r\n")
            if end and (self._early or len(body) >= _length(head)):
                return got
            part = made.recv(65536)
            if not part:
                return None
            got += part


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
