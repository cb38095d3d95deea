"""The process that answers, looked at from outside through ``/proc``: Linux alone."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TABLES = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet", "netlink", "vsock", "icmp", "icmp6")
_INODE_AT = {"packet": 8, "netlink": 9}
_INODE = 9


@dataclass(frozen=True, slots=True)
class Seen:
    """What the kernel says of a process. ``foreign`` are sockets it holds that are not Unix sockets."""

    pid: int
    descends: bool
    """Whether it comes from the process that was sealed."""
    seccomp: bool
    """Whether a filter is on every one of its threads."""
    no_new_privs: bool
    capabilities: str
    netns: str
    netns_shared: bool
    sockets: int
    foreign: tuple[str, ...]
    threads: int

    @property
    def sealed(self) -> bool:
        return self.descends and self.seccomp and self.no_new_privs and not self.foreign


def look(pid: int, sealed_pid: int) -> Seen:
    """What is to be seen of ``pid``. Raises ``OSError`` where the kernel shows it to nobody."""
    base = Path("/proc") / str(pid)
    tasks = [_status(task / "status") for task in (base / "task").iterdir()]
    mine = (Path("/proc/self") / "ns" / "net").readlink()
    theirs = (base / "ns" / "net").readlink()
    inodes = tuple(_sockets(base))
    return Seen(
        pid=pid,
        descends=descends(pid, sealed_pid),
        seccomp=all(task.get("Seccomp") == "2" for task in tasks),
        no_new_privs=all(task.get("NoNewPrivs") == "1" for task in tasks),
        capabilities=max(task.get("CapEff", "?") for task in tasks),
        netns=str(theirs),
        netns_shared=mine == theirs,
        sockets=len(inodes),
        foreign=tuple(_foreign(base, frozenset(inodes))),
        threads=len(tasks),
    )


def _status(path: Path) -> dict[str, str]:
    rows = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines())
    return {name: value.strip() for name, _, value in rows}


def descends(pid: int, ancestor: int) -> bool:
    """Whether ``pid`` is ``ancestor`` or comes from it. Raises ``OSError`` where that cannot be seen."""
    while pid > 1 and pid != ancestor:
        pid = int(_status(Path("/proc") / str(pid) / "status").get("PPid", "0"))
    return pid == ancestor


def comes_from(pid: int, sealed_pid: int) -> bool:
    """Whether the process that listens is the sealed one or its child; on Linux alone it can be seen."""
    if sys.platform != "linux":
        return True
    try:
        return descends(pid, sealed_pid)
    except OSError:
        return False


def _sockets(base: Path) -> Iterator[str]:
    for entry in (base / "fd").iterdir():
        try:
            target = os.readlink(entry)  # noqa: PTH115 - pathlib would take "socket:[7]" for a path
        except FileNotFoundError:
            continue  # closed while we looked
        if target.startswith("socket:["):
            yield target[8:-1]


def _foreign(base: Path, held: frozenset[str]) -> Iterator[str]:
    """Held sockets that no table of Unix sockets lists: of the process's own namespace, or of ours."""
    unix = set()
    for table in {base / "net" / "unix", Path("/proc/self/net/unix")}:
        unix |= {row.split()[6] for row in table.read_text(encoding="utf-8").splitlines()[1:]}
    kinds = {inode: kind for kind, inode in _listed(base)}
    yield from sorted(kinds.get(inode, "unknown") for inode in held - unix)


def _listed(base: Path) -> Iterator[tuple[str, str]]:
    for kind in _TABLES:
        table = base / "net" / kind
        if table.exists():
            for row in table.read_text(encoding="utf-8").splitlines()[1:]:
                fields = row.split()
                at = _INODE_AT.get(kind, _INODE)
                if len(fields) > at:
                    yield kind, fields[at]
