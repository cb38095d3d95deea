"""Landlock: which files may be touched, no TCP, no abstract sockets or signals to others. Linux 5.13 and
later.

It knows nothing of UDP, vsock and (before its ABI 9) of Unix sockets with a path: the filter of system calls
stands beside it, always.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVS = 38
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_SINCE = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From which ABI on how many kinds of access to files there are."""
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_ALL_TCP, _ALL_SCOPES = 3, 3


def abi() -> int:
    """The version of Landlock here; 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    found: int = libc.syscall(_CREATE, None, 0, _VERSION)
    return max(found, 0)


def restrict(*, readable: Iterable[Path], writable: Iterable[Path]) -> int:
    """Confine this process and its children: ``readable`` (also to run), ``writable``, nothing else.

    TCP is refused from ABI 4 on, abstract sockets and signals to others from ABI 6 on. Paths that do not
    exist are left out. Returns the ABI used. Raises ``OSError`` where it cannot be done.
    """
    version = abi()
    if version < 1:
        raise OSError("this kernel has no Landlock")
    handled = (1 << max(count for since, count in _SINCE if since <= version)) - 1
    libc = ctypes.CDLL(None, use_errno=True)
    ruleset = _checked(libc.syscall(_CREATE, *_attributes(version, handled), 0))
    try:
        for paths, wanted in ((readable, _EXECUTE | _READ | _LIST), (writable, handled)):
            for path in paths:
                _allow(libc, ruleset, path, wanted & handled)
        _checked(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(libc.syscall(_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)
    return version


def _attributes(version: int, handled: int) -> tuple[ctypes.Array[ctypes.c_char], int]:
    packed = struct.pack("=Q", handled)
    if version >= _TCP_SINCE:
        packed += struct.pack("=Q", _ALL_TCP)
    if version >= _SCOPES_SINCE:
        packed += struct.pack("=Q", _ALL_SCOPES)
    return ctypes.create_string_buffer(packed, len(packed)), len(packed)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        access &= _EXECUTE | _WRITE | _READ
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, handle)
        _checked(libc.syscall(_ADD, ruleset, _PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0))
    finally:
        os.close(handle)


def _checked(answer: int) -> int:
    if answer < 0:
        failed = ctypes.get_errno()
        raise OSError(failed, f"Landlock: {os.strerror(failed)}")
    return answer
