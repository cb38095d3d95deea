"""The filter of system calls, assembled by hand: no library has to be found inside the seal.

Refused are: every socket that is not a Unix socket, every ``connect``, every datagram with an address,
message calls that can carry one, io_uring (it goes round such filters), other processes' memory and limits,
memory and queues that other processes can name (System V, POSIX), new namespaces, mounts, keys, kernel
programs and modules, and calls younger than the table. A descriptor that somebody passes in can therefore be
neither connected again nor sent through to somewhere else. Landlock does not know of a file's mode, owner,
times and attributes, and only late of its length: changing them by name is refused here. Whoever is inside
stays in its group of processes, which is ended as a whole.
"""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator

from withhold.local.seal.syscalls import LAST_KNOWN, X32, Machine

_LOAD, _EQUAL, _ABOVE, _SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE = 0, 4
ALLOW, KILL = 0x7FFF0000, 0x80000000
_NEW_NAMESPACE = 0x7E020080
"""CLONE_NEW{TIME,CGROUP,UTS,IPC,USER,PID,NET,NS}: the bits of ``clone`` that ask for another world."""
_BY_ARGUMENT = frozenset({"socket", "socketpair", "sendto", "clone", "clone3", "prlimit64"})
_SECCOMP_SET_FILTER, _TSYNC = 1, 1
_NO_NEW_PRIVS = 38


def refuse(number: int) -> int:
    """The answer that makes a call fail with that error."""
    return 0x00050000 | number


def program(machine: Machine) -> bytes:
    """The filter for a machine, as the kernel takes it."""
    return b"".join(_instructions(machine))


def install(machine: Machine) -> None:
    """Put the filter on all threads of this process, for good. Raises ``OSError`` if the kernel declines."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "new privileges could not be given up")
    code = program(machine)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer)))
    if libc.syscall(machine.numbers["seccomp"], _SECCOMP_SET_FILTER, _TSYNC, head):
        failed = ctypes.get_errno()
        raise OSError(failed, f"the filter was not taken: {os.strerror(failed)}")


def look_that_it_holds() -> None:
    """A filter that was taken without an error is still tried once before anything is loaded behind it.

    Raises ``OSError`` where a socket of the network can be made.
    """
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_VSOCK):
        try:
            socket.socket(family, socket.SOCK_DGRAM).close()
        except PermissionError:
            continue
        except OSError as problem:
            raise OSError(f"a socket of {family.name} failed for another reason: {problem}") from problem
        raise OSError(f"a socket of {family.name} could be made behind the seal")


def _instructions(machine: Machine) -> Iterator[bytes]:
    yield _op(_LOAD, _MACHINE)
    yield from _unless_equal(machine.audit, KILL)
    yield _op(_LOAD, _NUMBER)
    if machine.name == "x86_64":
        yield _op(_ABOVE, X32, 0, 1)
        yield _op(_RETURN, KILL)
    for name, number in machine.numbers.items():
        if name not in _BY_ARGUMENT:
            yield _op(_EQUAL, number, 0, 1)
            yield _op(_RETURN, refuse(errno.EPERM))
    yield from _for_call(machine, "socket", _only_unix())
    yield from _for_call(machine, "socketpair", _only_unix())
    yield from _for_call(machine, "sendto", _only_without_address())
    yield from _for_call(machine, "prlimit64", _only_oneself())
    yield from _for_call(machine, "clone", _only_this_world())
    yield from _for_call(machine, "clone3", (_op(_RETURN, refuse(errno.ENOSYS)),))
    yield _op(_ABOVE, LAST_KNOWN + 1, 0, 1)
    yield _op(_RETURN, refuse(errno.ENOSYS))
    yield _op(_RETURN, ALLOW)


def _for_call(machine: Machine, name: str, body: tuple[bytes, ...]) -> Iterator[bytes]:
    """``body`` for one call. It must end in an answer on every way: it may load something else."""
    yield _op(_EQUAL, machine.numbers[name], 0, len(body))
    yield from body


def _only_unix() -> tuple[bytes, ...]:
    return (
        _argument(0),
        _op(_EQUAL, socket.AF_UNIX, 0, 1),
        _op(_RETURN, ALLOW),
        _op(_RETURN, refuse(errno.EPERM)),
    )


def _only_without_address() -> tuple[bytes, ...]:
    """``send`` is ``sendto`` without an address: both halves of the pointer must be zero."""
    return (
        _argument(4),
        _op(_EQUAL, 0, 0, 3),
        _argument(4, high=True),
        _op(_EQUAL, 0, 0, 1),
        _op(_RETURN, ALLOW),
        _op(_RETURN, refuse(errno.EPERM)),
    )


def _only_oneself() -> tuple[bytes, ...]:
    """Limits of this very process, which is number 0 here."""
    return (
        _argument(0),
        _op(_EQUAL, 0, 0, 1),
        _op(_RETURN, ALLOW),
        _op(_RETURN, refuse(errno.EPERM)),
    )


def _only_this_world() -> tuple[bytes, ...]:
    return (
        _argument(0),
        _op(_SET, _NEW_NAMESPACE, 0, 1),
        _op(_RETURN, refuse(errno.EPERM)),
        _op(_RETURN, ALLOW),
    )


def _unless_equal(value: int, answer: int) -> Iterator[bytes]:
    yield _op(_EQUAL, value, 1, 0)
    yield _op(_RETURN, answer)


def _argument(index: int, *, high: bool = False) -> bytes:
    """Load one half of an argument; both machines are little-endian."""
    return _op(_LOAD, 16 + 8 * index + (4 if high else 0))


def _op(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_so, if_not, value)
