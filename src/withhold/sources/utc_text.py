"""Times of databases."""

from datetime import UTC, datetime

from withhold.model.when import When
from withhold.sources.times import moment


def utc_moment(value: object) -> When | None:
    """A time as SQLite writes it by itself: a text without a zone is UTC there."""
    when = moment(value)
    if when is not None and not when.exact and isinstance(value, str):
        return When.at(datetime.fromisoformat(value.strip()).replace(tzinfo=UTC))
    return when
