"""Engines that mean harm, loaded inside the seal by name: they write what they managed beside their socket.

``alias`` of the order names the file outside that they try to change.
"""

import ctypes
import errno
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engines import talkative  # type: ignore[import-not-found]

_X86_64 = {
    "shmget": 29,
    "msgget": 68,
    "semget": 64,
    "mq_open": 240,
    "prlimit64": 302,
    "pidfd_send_signal": 424,
}
_GENERIC = {
    "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180, "prlimit64": 261, "pidfd_send_signal": 424,
}  # fmt: skip
_KEY, _MODE = 0x7711, 0o1666


def reaching(spec: dict[str, Any]) -> None:
    """Try what is no network and reaches others all the same, then answer as usual."""
    outside, parent = spec["alias"], os.getppid()
    ways: dict[str, Callable[[], Any]] = {
        "shared memory": lambda: _call("shmget", _KEY, 4096, _MODE),
        "message queue": lambda: _call("msgget", _KEY, _MODE),
        "semaphore": lambda: _call("semget", _KEY, 1, _MODE),
        "named queue": lambda: _call("mq_open", b"withhold-test", os.O_CREAT | os.O_RDWR, 0o666, None),
        "limits of others": lambda: _call("prlimit64", parent, 7, None, ctypes.create_string_buffer(16)),
        "mode": lambda: Path(outside).chmod(0o666),
        "times": lambda: os.utime(outside, (1, 1)),
        "attribute": lambda: os.setxattr(outside, "user.said", b"x"),
        "length": lambda: os.truncate(outside, 0),
        "removal": lambda: Path(outside).unlink(),
        "new name": lambda: Path(outside).rename(f"{outside}.taken"),
        "link": lambda: Path(f"{outside}.link").symlink_to(outside),
        "terminal": lambda: os.open("/dev/tty", os.O_RDWR),
        "descriptor through a pair": _descriptor,
        "socket of the orders": _orders,
        "memory of the sealed process": lambda: os.open(f"/proc/{parent}/mem", os.O_RDWR),
    }
    found = {name: _tried(way) for name, way in ways.items()}
    Path(spec["socket"]).with_name("found.json").write_text(json.dumps(found))
    talkative(spec)


def linking(spec: dict[str, Any]) -> None:
    """Answer once, then put a link to another socket, named by ``alias``, in the place of one's own."""
    socket_ = Path(spec["socket"])
    if os.fork() == 0:
        talkative(spec)
    while not socket_.exists():
        time.sleep(0.01)
    socket_.with_name("go").touch()
    while socket_.with_name("go").exists():
        time.sleep(0.01)
    socket_.unlink()
    socket_.symlink_to(spec["alias"])
    socket_.with_name("done").touch()
    time.sleep(60)


def _call(name: str, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    numbers = _X86_64 if os.uname().machine == "x86_64" else _GENERIC
    if libc.syscall(numbers[name], *arguments) < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))


def _descriptor() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        socket.send_fds(ours, [b"x"], [0])


def _orders() -> None:
    """Speak on the socket over which the sealed process is asked how it fared."""
    for handle in range(3, 64):
        try:
            with socket.socket(fileno=os.dup(handle)) as held:
                held.send(b'{"attempts": [], "state": {}}')
                return
        except OSError:
            continue
    raise OSError(errno.EBADF, "no socket was inherited")


def _tried(way: Callable[[], Any]) -> str:
    try:
        way()
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, "?")
    return "open"
