"""The canary: sockets outside that nobody has a reason to reach, and that count who did."""

import os
import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from typing import Any

from withhold.support.errors import Undetermined

_LARGEST = 4096
_END, _SETTLE, _PATIENCE = b"x", b"?", 30.0


@dataclass
class Canary:
    """What arrived, by channel where it carries the token. ``strangers`` counts everything else."""

    token: str
    targets: dict[str, Any]
    handles: tuple[int, int]
    """A listening TCP socket and a UDP socket, to be passed in and misused."""
    channels: Counter[str] = field(default_factory=Counter)
    strangers: int = 0
    settle: Callable[[], None] = lambda: None
    """Return when everything that had arrived before is counted. Raises ``Undetermined`` if it is not."""

    @property
    def arrived(self) -> int:
        return self.channels.total() + self.strangers

    def spoke(self, data: bytes) -> None:
        """What a connection said that was counted as a stranger's when it came."""
        self.strangers -= 1
        self.note(data)

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
    """A canary on loopback, TCP, UDP and Unix sockets, for as long as the block lasts.

    Raises ``Undetermined`` where it cannot be set up: without it nothing can be shown.
    """
    with tempfile.TemporaryDirectory(prefix="withhold-") as name:
        try:
            made = _Sockets(Path(name))
        except OSError as problem:
            raise Undetermined(f"the canary could not be set up: {problem}") from problem
        found = Canary(tokens or token_hex(8), made.targets(), made.handles())
        found.targets["token"] = found.token
        found.settle = made.settle
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
        self._all = ExitStack()
        try:
            self._bind(folder)
        except OSError:
            self._all.close()
            raise

    def _bind(self, folder: Path) -> None:
        self._abstract = f"withhold-{token_hex(8)}"
        self._stop, self._stopped = map(self._all.enter_context, socket.socketpair())
        self._settled = threading.Event()
        self._silent: set[socket.socket] = set()
        self._streams = {
            "tcp4": self._made(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "tcp6": self._made(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            "unix-path": self._made(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "c.sock")),
            "unix-abstract": self._made(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self._abstract}"),
        }
        self._datagrams = {
            "udp4": self._made(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "udp6": self._made(socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 0)),
            "unix-datagram": self._made(socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "d.sock")),
        }
        self._bait = (
            self._made(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            self._made(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        )

    def _made(self, family: int, kind: int, address: Any) -> socket.socket | None:
        made = _bound(family, kind, address)
        return made if made is None else self._all.enter_context(made)

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
        """Count until :meth:`stop`. Nothing that says nothing keeps it from counting the rest."""
        with DefaultSelector() as selector:
            selector.register(self._stopped, EVENT_READ)
            for made in (*self._streams.values(), *self._datagrams.values()):
                if made is not None:
                    selector.register(made, EVENT_READ)
            while self._round(selector, found, None):
                pass

    def _round(self, selector: BaseSelector, found: Canary, patience: float | None) -> bool:
        """Count what is ready; ``False`` after the word to stop."""
        ready = [key.fileobj for key, _ in selector.select(patience)]
        for one in ready:
            if one is not self._stopped:
                with suppress(OSError):
                    self._take(one, selector, found)
        if self._stopped not in ready:
            return True
        if self._stopped.recv(1) == _END:
            return False
        while any(key.fileobj is not self._stopped for key, _ in selector.select(0)):
            self._round(selector, found, 0)
        self._settled.set()
        return True

    def _take(self, ready: Any, selector: BaseSelector, found: Canary) -> None:
        if ready in self._silent:
            selector.unregister(ready)
            self._silent.discard(ready)
            with ready:
                found.spoke(_first_words(ready))
        elif ready in self._datagrams.values():
            found.note(ready.recv(_LARGEST))
        else:
            accepted, _ = ready.accept()
            found.strangers += 1
            self._silent.add(accepted)
            selector.register(accepted, EVENT_READ)

    def settle(self) -> None:
        """Wait until all that had arrived is counted. Raises ``Undetermined`` if that takes too long."""
        self._settled.clear()
        self._stop.send(_SETTLE)
        if not self._settled.wait(_PATIENCE):
            raise Undetermined("the canary did not come to count what arrived")

    def stop(self) -> None:
        """Have :meth:`watch` return."""
        self._stop.send(_END)

    def close(self) -> None:
        for accepted in self._silent:
            accepted.close()
        self._all.close()


def _first_words(accepted: socket.socket) -> bytes:
    """A connection counts even where nothing is said on it."""
    try:
        return accepted.recv(_LARGEST)
    except OSError:
        return b""


def _bound(family: int, kind: int, address: Any) -> socket.socket | None:
    """A bound (and listening) socket; ``None`` where this machine has no such family (no IPv6)."""
    try:
        made = socket.socket(family, kind)
    except OSError:
        if family == socket.AF_INET6:
            return None
        raise
    try:
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen()
    except OSError:
        made.close()
        if family == socket.AF_INET6:
            return None
        raise
    return made
