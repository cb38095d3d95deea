"""What a failure is called outside: code word, exit code, message, next step."""

import errno

from withhold.support.errors import EnvironmentProblem, WithholdError

OF_THIS_MACHINE = frozenset(
    {
        errno.EACCES,
        errno.EIO,
        errno.ELOOP,
        errno.EMFILE,
        errno.ENOSPC,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    }
)
"""What a file system refuses for reasons that the person can mend."""
OF_THE_DISK = frozenset({errno.EIO, errno.ENOSPC, errno.EROFS})
"""Of these, those that come up while an open file is written, when no name is known any more."""


def describe(error: Exception) -> tuple[str, int, str, str | None]:
    """Code word, exit code, message and next step of ``error``. What we did not foresee is internal (70)."""
    if isinstance(error, WithholdError):
        return error.code, error.exit_code, error.message, error.next_step
    if isinstance(error, OSError) and error.filename is None and error.errno in OF_THE_DISK:
        return (
            EnvironmentProblem.code,
            EnvironmentProblem.exit_code,
            f"a file could not be written: {error.strerror}",
            "make room on the disk, and run the command again",
        )
    if isinstance(error, OSError) and error.errno in OF_THIS_MACHINE and error.filename is not None:
        return (
            EnvironmentProblem.code,
            EnvironmentProblem.exit_code,
            f"{error.filename} could not be used: {error.strerror}",
            "mend its permissions, links or disk, and run the command again",
        )
    return (
        "internal",
        70,
        f"something unforeseen happened ({type(error).__name__}: {error})",
        "run it again with WITHHOLD_DEBUG=1 to see where; nothing was claimed",
    )
