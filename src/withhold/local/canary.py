"""The canary: sockets outside that nobody has a reason to reach, and that count who did."""

import os
import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from selectors import EVENT_READ, DefaultSelector
from typing import Any

_LARGEST = 4096


@dataclass
class Canary:
    """What arrived, by channel where it carries the token. ``strangers`` counts everything else."""

    token: str
    targets: dict[str, Any]
    handles: tuple[int, int]
    """A listening TCP socket and a UDP socket, to be passed in and misused."""
    channels: Counter[str] = field(default_factory=Counter)
    strangers: int = 0

    @property
    def arrived(self) -> int:
        return self.channels.total() + self.strangers

    def note(self, data: bytes) -> None:
        """Count what one datagram or connection brought."""
        token, _, channel = data.decode("utf-8", "replace").partition(" ")
        if token == self.token:
            self.channels[channel] += 1
        elif f"dns-{self.token}".encode() in data:
            self.channels["dns"] += 1
        else:
            self.strangers += 1


@contextmanager
def canary(*, tokens: str | None = None) -> Iterator[Canary]:
    """A canary on loopback, TCP, UDP and Unix sockets, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="withhold-") as name:
        made = _Sockets(Path(name))
        found = Canary(tokens or token_hex(8), made.targets(), made.handles())
        found.targets["token"] = found.token
        watching = threading.Thread(target=made.watch, args=(found,), daemon=True)
        watching.start()
        try:
            yield found
        finally:
            made.stop()
            watching.join(5)
            made.close()


class _Sockets:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._abstract = f"withhold-{token_hex(8)}"
        self._stop, self._stopped = socket.socketpair()
        self._streams = {
            "tcp4": _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "tcp6": _bound(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            "unix-path": _bound(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "c.sock")),
            "unix-abstract": _bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self._abstract}"),
        }
        self._datagrams = {
            "udp4": _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "udp6": _bound(socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
            "unix-datagram": _bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "d.sock")),
        }
        self._bait = (
            _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        )

    def targets(self) -> dict[str, Any]:
        """Where each channel leads, as :mod:`withhold.local.seal.attempts` wants to know it."""
        (self._folder / "outside").write_text("nobody inside may read this\n", encoding="utf-8")
        ports = {
            name: None if made is None else made.getsockname()[1]
            for name, made in (self._streams | self._datagrams).items()
            if not name.startswith("unix")
        }
        return {
            **{name: port or 9 for name, port in ports.items()},
            "unix-path": str(self._folder / "c.sock"),
            "unix-datagram": str(self._folder / "d.sock"),
            "unix-abstract": self._abstract,
            "outside_pid": os.getpid(),
            "outside_began": Path("/proc/self/stat")
            .read_text(encoding="utf-8")
            .rpartition(")")[2]
            .split()[19],
            "outside_file": str(self._folder / "outside"),
        }

    def handles(self) -> tuple[int, int]:
        listener, datagram = self._bait
        assert listener is not None  # noqa: S101 - IPv4 loopback was bound above
        assert datagram is not None  # noqa: S101
        return listener.fileno(), datagram.fileno()

    def watch(self, found: Canary) -> None:
        with DefaultSelector() as selector:
            selector.register(self._stopped, EVENT_READ)
            for made in (*self._streams.values(), *self._datagrams.values()):
                if made is not None:
                    selector.register(made, EVENT_READ)
            while not any(self._take(key.fileobj, found) for key, _ in selector.select()):
                pass

    def _take(self, ready: Any, found: Canary) -> bool:
        """Count what is ready; whether it was the word to stop."""
        if ready is self._stopped:
            return True
        with suppress(OSError):
            if ready in self._datagrams.values():
                found.note(ready.recv(_LARGEST))
            else:
                accepted, _ = ready.accept()
                with accepted:
                    accepted.settimeout(1)
                    found.note(_first_words(accepted))
        return False

    def stop(self) -> None:
        """Have :meth:`watch` return."""
        self._stop.send(b"x")

    def close(self) -> None:
        for made in (*self._streams.values(), *self._datagrams.values(), *self._bait):
            if made is not None:
                made.close()
        self._stop.close()
        self._stopped.close()


def _first_words(accepted: socket.socket) -> bytes:
    """A connection counts even where nothing is said on it."""
    try:
        return accepted.recv(_LARGEST)
    except OSError:
        return b""


def _bound(family: int, kind: int, address: Any) -> socket.socket | None:
    """A bound (and listening) socket; ``None`` where this machine has no such family (no IPv6)."""
    made = socket.socket(family, kind)
    try:
        made.bind(address)
    except OSError:
        made.close()
        if family == socket.AF_INET6:
            return None
        raise
    if kind == socket.SOCK_STREAM:
        made.listen()
    return made
