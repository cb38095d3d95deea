"""``withhold exposure timeline``: conversations over time against terms and setting."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document
from withhold.report.documents.exposure import PastTotals

TermsWord = Literal["no_training", "setting_decides", "no_refusal", "unknown"]
SettingWord = Literal["sharing", "private", "unknown"]
OpenWord = Literal["open", "not_open", "unknown"]


class WeekRow(Struct, kw_only=True, frozen=True):
    """Conversations by past verdict in which something was sent in the week (UTC) that begins on this Monday.

    A conversation counts in each week in which it was touched. Weeks without any are left out.
    """

    begins: date
    exposed: int
    not_exposed: int
    unknown: int


class StretchRow(Struct, kw_only=True, frozen=True):
    """``word`` holds in ``[begins, ends)``; ``text`` says what it rests on."""

    begins: datetime
    ends: datetime
    word: TermsWord | SettingWord | OpenWord
    text: str


class SettingBand(Struct, kw_only=True, frozen=True):
    """Where one control stood: looks, which are instants, and stretches that somebody vouches for."""

    control: str
    stretches: tuple[StretchRow, ...]


class LaneRow(Struct, kw_only=True, frozen=True):
    """One account at one product: what the terms said, where the setting stood, what followed.

    ``open`` says whether a new message sent then was open to training, by terms and setting alone.
    """

    account: str | None
    provider: str
    product: str
    terms: tuple[StretchRow, ...]
    settings: tuple[SettingBand, ...]
    open: tuple[StretchRow, ...]


class TimelineDocument(Document, kw_only=True, frozen=True):
    """All stretches lie within ``begins`` and ``ends``, which are ``null`` where no time is known.

    ``past`` counts each conversation once, ``weeks`` once a week in which it was touched; ``undated``
    counts those that no week can be given.
    """

    schema: Literal["withhold.timeline/1"] = "withhold.timeline/1"
    begins: datetime | None
    ends: datetime | None
    past: PastTotals
    undated: int
    weeks: tuple[WeekRow, ...]
    lanes: tuple[LaneRow, ...]
