"""What a failure is called outside."""

import errno
import os

import pytest

from withhold.app.failures import describe
from withhold.support.errors import UsageProblem


@pytest.mark.parametrize("number", [errno.EACCES, errno.ELOOP, errno.ENOSPC])
def test_a_file_that_cannot_be_used_is_the_machines_fault(number: int) -> None:
    """Exit code 5 with the file's name: the person can mend it, and nothing inside went wrong."""
    code, exit_code, message, next_step = describe(OSError(number, os.strerror(number), "/state/log.hashes"))
    assert (code, exit_code) == ("environment", 5)
    assert "/state/log.hashes" in message
    assert next_step


@pytest.mark.parametrize(
    "error", [KeyError("x"), OSError(errno.EBADF, "bad"), FileNotFoundError(2, "no", "/x")]
)
def test_what_nobody_foresaw_is_internal(error: Exception) -> None:
    """Exit code 70, never 1: a check that broke has found nothing."""
    assert describe(error)[:2] == ("internal", 70)


def test_our_own_errors_keep_their_words() -> None:
    """Code, exit code, message and next step are those of the error."""
    assert describe(UsageProblem("no", next_step="do")) == ("usage", 2, "no", "do")
