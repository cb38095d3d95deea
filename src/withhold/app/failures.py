"""What a failure is called outside: code word, exit code, message, next step."""

from withhold.support.errors import WithholdError


def describe(error: Exception) -> tuple[str, int, str, str | None]:
    """Code word, exit code, message and next step of ``error``. What we did not foresee is internal (70)."""
    if isinstance(error, WithholdError):
        return error.code, error.exit_code, error.message, error.next_step
    return (
        "internal",
        70,
        f"something unforeseen happened ({type(error).__name__}: {error})",
        "run it again with WITHHOLD_DEBUG=1 to see where; nothing was claimed",
    )
