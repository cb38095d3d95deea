"""Times as sources write them."""

from datetime import UTC, datetime, timedelta

from withhold.model.when import ANY_TIME, When

ZONELESS = timedelta(hours=26)
"""Width of a wall-clock time whose zone is not known."""

MINUTE = timedelta(minutes=1)
"""Width of a time that a source gives without seconds."""

FIRST_SANE = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing here is older; a time before it is a zero in disguise (0 must not become 1970)."""


def moment(value: object) -> When | None:
    """The instant that ``value`` names; ``None`` for null, 0, an empty text and what is no time.

    Texts are ISO 8601. Numbers are seconds, milliseconds or microseconds since 1970, told by size.
    A text without a zone gives a span of 26 hours.
    """
    try:
        if isinstance(value, str):
            return _text(value.strip())
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value)
    except (ValueError, OverflowError):
        return None
    return None


def _text(value: str) -> When | None:
    if not value:
        return None
    read = datetime.fromisoformat(value)
    when = When.at(read) if read.tzinfo is not None else When.without_zone(read)
    return when if when.earliest >= FIRST_SANE else None


def _number(value: float) -> When | None:
    for unit in (1, 1_000, 1_000_000):
        if abs(value) < 1e11 * unit:
            instant = datetime.fromtimestamp(0, UTC) + timedelta(
                microseconds=round(value * (1_000_000 // unit))
            )
            return When.at(instant) if instant >= FIRST_SANE else None
    return None


def dated(when: When) -> bool:
    """Whether a source gave this time itself: to the minute at least, or on a clock of an unknown zone."""
    return when.latest - when.earliest <= MINUTE or when.latest - when.earliest == ZONELESS


def nominal(when: When) -> datetime:
    """The instant to show: a time without a zone is shown as if it were UTC. For :func:`dated` times."""
    return when.earliest if when.latest - when.earliest <= MINUTE else when.earliest + timedelta(hours=14)


def bounds(created: When | None, updated: When | None, known: list[When]) -> When:
    """Where a message without a time must lie.

    The header of a conversation bounds it, as long as the header agrees with itself and with every
    message that has a time; otherwise nothing is known.
    """
    if created is None or updated is None:
        return ANY_TIME
    low, high = created.earliest, updated.latest
    fits = low < high and all(low <= when.earliest and when.latest <= high for when in known)
    return When(low, high) if fits else ANY_TIME
