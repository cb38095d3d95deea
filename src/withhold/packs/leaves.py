"""Single values of a pack file: dates, ids, durations and closed lists of words."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self, TypeAlias

from msgspec import Meta

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a period begins or ends: a day without a zone, an exact instant, or ``unknown``.

    As an end, a day is the last day of the period; an instant is the first one after it.
    """

    text: str
    day: date | None = None
    instant: datetime | None = None

    @property
    def unknown(self) -> bool:
        return self.day is None and self.instant is None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``ValueError`` for anything but the three forms."""
        if text == "unknown":
            return cls(text)
        if _DAY.fullmatch(text):
            return cls(text, day=_within_years(date.fromisoformat(text)))
        if _INSTANT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            _within_years(moment.date())
            return cls(text, instant=moment.astimezone(UTC))
        raise ValueError("neither day, instant nor unknown")


def _within_years(day: date) -> date:
    """The span of years in which every zone's reading of a day can be written down."""
    if not date(1970, 1, 1) <= day <= date(9999, 1, 1):
        raise ValueError("outside 1970 to 9998")
    return day


Id: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", description="an id (letters, digits, '.', '_', '-')")
]
Words: TypeAlias = Annotated[str, Meta(min_length=1, description="text")]
Duration: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\AP(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?\Z",
        description="an ISO 8601 duration such as P30D",
    ),
]
Language: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-[A-Za-z0-9]{4,8})*\Z",
        description="a language tag such as en or zh-CN",
    ),
]
LooseDate: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z",
        description="a date as YYYY, YYYY-MM or YYYY-MM-DD",
    ),
]
Url: TypeAlias = Annotated[str, Meta(pattern=r"\A(https?://|npm:|/)\S+\Z", description="an address")]

ControlKind: TypeAlias = Literal[
    "web_setting",
    "app_setting",
    "org_admin_setting",
    "config_file",
    "cli_command",
    "form",
    "email",
    "env_var",
    "api_parameter",
]
Right: TypeAlias = Literal["delete_chat", "delete_all", "delete_account", "export"]
PolarityWord: TypeAlias = Literal["on_means_sharing", "on_means_opted_out", "choice_list"]
Ids: TypeAlias = tuple[Id, ...]
Texts: TypeAlias = tuple[Words, ...]
