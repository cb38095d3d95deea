"""When an export was probably made: from the names of files and archives."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from withhold.model.when import When
from withhold.sources.interface import Entry

_DATE = re.compile(r"(20\d\d)-(\d\d)-(\d\d)[-T_ ](\d\d)[-:_](\d\d)[-:_](\d\d)")
_EPOCH = re.compile(r"-(1[5-9]\d{8}|2\d{9})-")


def made_at(entries: Iterable[Entry]) -> Iterator[When]:
    """At most one time: from a name that holds a date, else the newest time of a file.

    A hint only: names are changed, and copying sets new times.
    """
    seen = list(entries)
    named = [when for entry in seen if (when := _from_name(entry.path)) is not None]
    times = named or [entry.modified for entry in seen if entry.modified is not None]
    if times:
        yield max(times, key=lambda when: when.latest)


def is_dated(name: str) -> bool:
    """Whether a name tells when the export was made. It stays when the file is copied or unpacked."""
    return _from_name(name) is not None


def _from_name(path: str) -> When | None:
    if date := _DATE.search(path):
        try:
            return When.without_zone(datetime(*(int(part) for part in date.groups())))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return None
    if epoch := _EPOCH.search(path):
        return When.at(datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(epoch.group(1))))
    return None
