"""Numbers of the system calls that the seal refuses, for the two machines it knows.

x86_64 has numbers of its own; aarch64 uses the kernel's generic table. Those from 424 on are the same on
both.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass

_NEWER = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_open": 434,
    "clone3": 435, "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
    "process_mrelease": 448, "fchmodat2": 452,
}  # fmt: skip
_X86_64 = {
    "socket": 41, "connect": 42, "sendto": 44, "sendmsg": 46, "socketpair": 53, "clone": 56, "ptrace": 101,
    "personality": 135, "modify_ldt": 154, "pivot_root": 155, "chroot": 161, "acct": 163, "mount": 165,
    "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169, "iopl": 172, "ioperm": 173,
    "init_module": 175, "delete_module": 176, "quotactl": 179, "kexec_load": 246, "add_key": 248,
    "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "sendmmsg": 307, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "kexec_file_load": 320, "bpf": 321,
    "userfaultfd": 323, "seccomp": 317, "capset": 126, "prlimit64": 302,
    "setpgid": 109, "setsid": 112,
    "shmget": 29, "shmat": 30, "shmctl": 31, "shmdt": 67, "semget": 64, "semop": 65, "semctl": 66,
    "semtimedop": 220, "msgget": 68, "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "mq_open": 240,
    "mq_unlink": 241, "truncate": 76, "chmod": 90, "fchmod": 91, "fchmodat": 268, "chown": 92, "fchown": 93,
    "lchown": 94, "fchownat": 260, "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280,
    "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198,
    "fremovexattr": 199,
}  # fmt: skip
_GENERIC = {
    "socket": 198, "connect": 203, "sendto": 206, "sendmsg": 211, "socketpair": 199, "clone": 220,
    "ptrace": 117, "personality": 92, "pivot_root": 41, "chroot": 51, "acct": 89, "mount": 40, "umount2": 39,
    "swapon": 224, "swapoff": 225, "reboot": 142, "init_module": 105, "delete_module": 106, "quotactl": 60,
    "kexec_load": 104, "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97,
    "perf_event_open": 241, "name_to_handle_at": 264, "open_by_handle_at": 265, "sendmmsg": 269, "setns": 268,
    "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "finit_module": 273,
    "kexec_file_load": 294, "bpf": 280, "userfaultfd": 282, "seccomp": 277, "capset": 91, "prlimit64": 261,
    "setpgid": 154, "setsid": 157,
    "shmget": 194, "shmat": 196, "shmctl": 195, "shmdt": 197, "semget": 190, "semop": 193, "semctl": 191,
    "semtimedop": 192, "msgget": 186, "msgsnd": 189, "msgrcv": 188, "msgctl": 187, "mq_open": 180,
    "mq_unlink": 181, "truncate": 45, "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54,
    "utimensat": 88, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15,
    "fremovexattr": 16,
}  # fmt: skip
LAST_KNOWN = 462
"""Calls with higher numbers are younger than this table; they are refused as not there."""
X32 = 0x40000000
"""On x86_64 numbers from here on are another way into the same kernel."""


@dataclass(frozen=True, slots=True)
class Machine:
    """``audit`` is the kernel's name of the machine, which each call carries."""

    name: str
    audit: int
    numbers: Mapping[str, int]


_MACHINES = {
    "x86_64": Machine("x86_64", 0xC000003E, _X86_64 | _NEWER),
    "aarch64": Machine("aarch64", 0xC00000B7, _GENERIC | _NEWER),
}


def this_machine() -> Machine | None:
    """The machine this process runs on; ``None`` for one whose numbers are not known here."""
    return _MACHINES.get(platform.machine())


def machine(name: str) -> Machine:
    return _MACHINES[name]
