"""Every way out that is known, tried one by one. Run inside the seal, and without it as the control.

Standard library alone: this runs where nothing else may be found. An attempt counts as *open* as soon as the
first step succeeds that the seal is there to refuse; what it sends carries its name, so that the canary
outside can tell which one arrived.
"""

import ctypes
import errno
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_SEIZE, _DETACH = 0x4206, 17
_PTRACE = {"x86_64": 101, "aarch64": 117}
_IO_URING_SETUP = 425
_ANY_LOCAL, _HOST = 1, 2
_PATIENCE, _SHORT = 2.0, 0.2
_CHILD = (
    "import socket,sys\n"
    "try:\n s=socket.create_connection((sys.argv[1],int(sys.argv[2])),2)\n s.sendall(sys.argv[3].encode())\n"
    "except OSError as e:\n sys.exit(e.errno or 1)\n"
)

Targets = Mapping[str, Any]
Attempt = Callable[[Targets], None]


def run(targets: Targets) -> list[dict[str, Any]]:
    """All attempts in order: ``channel``, ``open`` and, where it failed, ``error`` (a name such as EPERM)."""
    return [_tried(name, attempt, targets) for name, attempt in ATTEMPTS.items()]


def _tried(name: str, attempt: Attempt, targets: Targets) -> dict[str, Any]:
    try:
        attempt(targets)
    except OSError as problem:
        code = problem.errno or 0
        return {"channel": name, "open": False, "error": errno.errorcode.get(code, type(problem).__name__)}
    return {"channel": name, "open": True, "error": None}


def _word(targets: Targets, channel: str) -> bytes:
    return f"{targets['token']} {channel}".encode()


def _tcp(family: int, host: str) -> Attempt:
    def attempt(targets: Targets) -> None:
        name = "tcp4" if family == socket.AF_INET else "tcp6"
        with socket.socket(family, socket.SOCK_STREAM) as made:
            made.settimeout(_PATIENCE)
            made.connect((host, targets[name]))
            made.sendall(_word(targets, name))

    return attempt


def _udp(family: int, host: str) -> Attempt:
    def attempt(targets: Targets) -> None:
        name = "udp4" if family == socket.AF_INET else "udp6"
        with socket.socket(family, socket.SOCK_DGRAM) as made:
            made.sendto(_word(targets, name), (host, targets[name]))

    return attempt


def question(token: str) -> bytes:
    """A DNS question (RFC 1035) for the address of a name that carries ``token``."""
    labels = (f"dns-{token}", "withhold", "invalid")
    name = b"".join(bytes((len(label),)) + label.encode() for label in labels) + b"\0"
    return struct.pack(">HHHHHH", 0x5748, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1)


def _dns(targets: Targets) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(question(targets["token"]), ("127.0.0.1", targets["udp4"]))


def _made(family: int, kind: int, protocol: int = 0) -> Attempt:
    """An attempt that is open once the socket is there."""

    def attempt(_: Targets) -> None:
        socket.socket(family, kind, protocol).close()

    return attempt


def _vsock(targets: Targets) -> None:
    with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as made:
        made.settimeout(_SHORT)
        for where in (_ANY_LOCAL, _HOST):
            try:
                made.connect((where, 9))
                made.sendall(_word(targets, "vsock"))
            except OSError:
                continue


def _unix(name: str) -> Attempt:
    def attempt(targets: Targets) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
            made.settimeout(_PATIENCE)
            made.connect(targets[name] if name == "unix-path" else "\0" + targets[name])
            made.sendall(_word(targets, name))

    return attempt


def _unix_datagram(targets: Targets) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.sendto(_word(targets, "unix-datagram"), targets["unix-datagram"])


def _io_uring(_: Targets) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    ring = _answered(libc.syscall(_IO_URING_SETUP, 8, ctypes.create_string_buffer(256)))
    os.close(ring)


def _listener_again(targets: Targets) -> None:
    """A listening TCP socket from outside, taken apart and connected to somewhere else."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = int(targets["passed_listener"])
    libc.connect(handle, struct.pack("=H14x", socket.AF_UNSPEC), 16)
    with socket.socket(fileno=os.dup(handle)) as passed:
        passed.settimeout(_PATIENCE)
        passed.connect(("127.0.0.1", targets["tcp4"]))
        passed.sendall(_word(targets, "passed-listener"))


def _datagram_through(targets: Targets) -> None:
    """A UDP socket from outside, used to send."""
    with socket.socket(fileno=os.dup(int(targets["passed_udp"]))) as passed:
        passed.sendto(_word(targets, "passed-udp"), ("127.0.0.1", targets["udp4"]))


def _message_through(targets: Targets) -> None:
    with socket.socket(fileno=os.dup(int(targets["passed_udp"]))) as passed:
        passed.sendmsg([_word(targets, "passed-udp-message")], (), 0, ("127.0.0.1", targets["udp4"]))


def _child(targets: Targets) -> None:
    """A program started from here."""
    word = _word(targets, "child").decode()
    ran = subprocess.run(  # noqa: S603 - this interpreter with a text of ours
        [sys.executable, "-I", "-S", "-c", _CHILD, "127.0.0.1", str(targets["tcp4"]), word],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=10,
    )
    if ran.returncode:
        raise OSError(ran.returncode, "the child could not")


def _ptrace(targets: Targets) -> None:
    """Take hold of a process outside, without stopping it."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = _PTRACE[os.uname().machine]
    _answered(libc.syscall(number, _SEIZE, targets["outside_pid"], None, None))
    libc.syscall(number, _DETACH, targets["outside_pid"], None, None)


def _memory(targets: Targets) -> None:
    """The memory of the process outside. Another process that has its number in here is none."""
    base = Path("/proc") / str(targets["outside_pid"])
    if (base / "stat").read_text().rpartition(")")[2].split()[19] != targets["outside_began"]:
        raise FileNotFoundError(errno.ENOENT, "it cannot be seen from here")
    os.close(os.open(base / "mem", os.O_RDONLY))


def _opened(name: str, flags: int, ending: str = "") -> Attempt:
    def attempt(targets: Targets) -> None:
        os.close(os.open(targets[name] + ending, flags, 0o600))

    return attempt


def _unshare(_: Targets) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    _answered(libc.unshare(0x10000000 | 0x40000000))


def _answered(answer: int) -> int:
    if answer < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))
    return answer


_LINUX = sys.platform == "linux"
ATTEMPTS: Mapping[str, Attempt] = {
    "tcp4": _tcp(socket.AF_INET, "127.0.0.1"),
    "tcp6": _tcp(socket.AF_INET6, "::1"),
    "udp4": _udp(socket.AF_INET, "127.0.0.1"),
    "udp6": _udp(socket.AF_INET6, "::1"),
    "dns": _dns,
    "raw": _made(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "packet": _made(getattr(socket, "AF_PACKET", 17), socket.SOCK_RAW),
    "netlink": _made(getattr(socket, "AF_NETLINK", 16), socket.SOCK_RAW),
    "vsock": _vsock,
    "unix-path": _unix("unix-path"),
    "unix-datagram": _unix_datagram,
    "unix-abstract": _unix("unix-abstract"),
    "io_uring": _io_uring,
    "passed-listener": _listener_again,
    "passed-udp": _datagram_through,
    "passed-udp-message": _message_through,
    "child": _child,
    "ptrace": _ptrace,
    "proc-mem": _memory,
    "new-namespace": _unshare,
    "file-read": _opened("outside_file", os.O_RDONLY),
    "file-write": _opened("outside_file", os.O_WRONLY | os.O_CREAT, ".made"),
    "model-write": _opened("model", os.O_RDWR),
}
"""Channels by name, for people and for the record."""

ARRIVE = frozenset(
    {"tcp4", "udp4", "dns", "unix-path", "unix-datagram", "unix-abstract", "passed-listener", "passed-udp"}
    | {"passed-udp-message", "child"}
)
"""Channels whose control must arrive at the canary: otherwise the test could not have failed."""
