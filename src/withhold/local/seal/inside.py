"""The program that is started to be sealed; its first argument is the descriptor of a Unix socket pair.

It takes its orders over that pair. First it closes all else, gives up every right, seals itself
and only then starts the engine as its child; attempts to get out are made by another child of it, so they
run under the very same filter and namespaces as the engine.
"""

import ctypes
import hashlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LARGEST = 1 << 20
_PARENT_DEATH, _DUMPABLE, _BOUNDING_DROP = 1, 4, 24
_CAPABILITIES_V3, _LAST_CAPABILITY = 0x20080522, 40


def main() -> int:
    """Seal this process, then do as told until the socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    _close_all_but(control.fileno())
    spec = json.loads(control.recv(_LARGEST))
    try:
        state = seal(spec)
    except OSError as problem:
        _say(control, {"sealed": False, "why": str(problem)})
        return 5
    engine = _started(spec, control) if spec["engine"] else None
    _hide_from_the_engine()
    if engine is not None:
        signal.signal(signal.SIGCHLD, lambda *_: _follow(engine))
    _say(control, {"sealed": True, **state, "engine": engine})
    try:
        _obey(control, spec)
    finally:
        if engine is not None:
            os.kill(engine, signal.SIGKILL)
    return 0


def seal(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the order asks for. Raises ``OSError`` where the kernel declines any of it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    state: dict[str, Any] = {"landlock": 0, "seccomp": False}
    if not hasattr(os, "sched_getaffinity"):  # not Linux: the platform's sandbox is around us already
        return state
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    if not spec["seal"]:
        return state
    from withhold.local.seal import bpf, landlock, syscalls

    _give_up_rights(libc)
    if landlock.abi() >= 1 or spec["seal"] == "landlock":
        readable = [Path(p) for p in spec["readable"]]
        state["landlock"] = landlock.restrict(readable=readable, writable=[Path(p) for p in spec["writable"]])
    machine = syscalls.this_machine()
    if machine is None:
        raise OSError("the system calls of this machine are not known here")
    bpf.install(machine)
    bpf.look_that_it_holds()
    return {**state, "seccomp": True}


def _close_all_but(kept: int) -> None:
    """What was passed in by mistake is not kept: a descriptor from outside stays outside."""
    os.closerange(3, kept)
    os.closerange(kept + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _give_up_rights(libc: ctypes.CDLL) -> None:
    """No capability is kept, whoever started this."""
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_BOUNDING_DROP, capability, 0, 0, 0)
    head = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_V3, 0), 8)
    if libc.capset(head, ctypes.create_string_buffer(24)):
        raise OSError(ctypes.get_errno(), "capabilities could not be given up")


def _hide_from_the_engine() -> None:
    """The engine may neither read nor write the memory of the process that answers for the seal."""
    if hasattr(os, "sched_getaffinity"):
        ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)


def _started(spec: Mapping[str, Any], control: socket.socket) -> int:
    """The engine, as a child that cannot answer in our name: the socket of our orders is not its."""
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        control.close()
        from importlib import import_module

        if hasattr(os, "sched_getaffinity"):
            ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
        module, _, function = spec["engine"].partition(":")
        getattr(import_module(module), function)(spec)
        status = 0
    except Exception as problem:  # noqa: BLE001 - the edge of a process: the reason goes to its log
        sys.stderr.write(f"the engine could not be started: {problem}\n")
        sys.stderr.flush()
    finally:
        os._exit(status)


def _follow(engine: int) -> None:
    """Nothing is left to seal when the engine is gone."""
    if os.waitpid(engine, os.WNOHANG)[0] == engine:
        os._exit(71)


def _obey(control: socket.socket, spec: Mapping[str, Any]) -> None:
    while True:
        message, handles, _, _ = socket.recv_fds(control, _LARGEST, 4)
        if not message:
            return
        order = json.loads(message)
        order["targets"]["model"] = spec["model"] or sys.executable
        _say(control, {"attempts": _in_a_child(order["targets"], handles), "state": _state()})
        for handle in handles:
            os.close(handle)


def _in_a_child(targets: dict[str, Any], handles: list[int]) -> list[dict[str, Any]]:
    from withhold.local.seal.attempts import run

    if len(handles) == 2:
        targets["passed_listener"], targets["passed_udp"] = handles
    read, write = os.pipe()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            os.write(write, json.dumps(run(targets)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        found: list[dict[str, Any]] = json.loads(pipe.read() or b"[]")
    os.waitpid(child, 0)
    return found


def _state() -> dict[str, Any]:
    """What can only be read from within: the interfaces here, the mounts, the home."""
    home = Path.home()
    return {
        "interfaces": _interfaces(),
        "mounts": _digest("/proc/self/mountinfo"),
        "home": _entries(home),
        "at": time.time_ns() // 1_000_000_000,
    }


def _interfaces() -> list[str] | None:
    """Without a socket: the names of network interfaces that this process can see; ``None``: not readable."""
    text = _text("/proc/self/net/dev")
    return None if text is None else [row.partition(":")[0].strip() for row in text.splitlines()[2:]]


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _digest(path: str) -> str | None:
    text = _text(path)
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _entries(folder: Path) -> int | None:
    """How many names a folder shows here; ``None``: it cannot be looked into."""
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return None


def _say(control: socket.socket, message: Mapping[str, Any]) -> None:
    control.send(json.dumps(message).encode())
