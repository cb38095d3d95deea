"""How strong a seal is. Only the kernel's two levels may carry the word *proof*."""

from enum import StrEnum


class Level(StrEnum):
    """What keeps the engine from reaching anybody."""

    NETNS = "kernel-netns"
    """Bubblewrap: namespaces of its own (no network but an empty loopback, no files but the model and the
    programs), with the filter of system calls and Landlock over it."""
    LSM = "kernel-lsm+seccomp"
    """Landlock for files, the filter of system calls for everything else; the network namespace is shared."""
    PLATFORM = "platform-sandbox"
    """The sandbox of macOS or Windows. Written, and not yet tried on such a machine."""
    NONE = "none"

    @property
    def provable(self) -> bool:
        """Whether an egress proof may be attempted with it."""
        return self in (Level.NETNS, Level.LSM)


SAID = {
    Level.NETNS: "sealed by namespaces, Landlock and a filter of system calls",
    Level.LSM: "sealed by Landlock and a filter of system calls",
    Level.PLATFORM: "in the platform's sandbox, not proven",
    Level.NONE: "NOT sealed",
}
