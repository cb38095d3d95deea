"""Instants and flags as they lie in the state."""

from withhold.model.columns import instant, micros
from withhold.model.when import When


def when(earliest: int, latest: int) -> When:
    first = instant(earliest)
    return When(first, first if latest == earliest else instant(latest))


def maybe_when(earliest: int | None, latest: int | None) -> When | None:
    return None if earliest is None or latest is None else when(earliest, latest)


def bounds(value: When) -> tuple[int, int]:
    return micros(value.earliest), micros(value.latest)


def maybe_bounds(value: When | None) -> tuple[int | None, int | None]:
    return (None, None) if value is None else bounds(value)


def maybe_flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
