"""Head of every document, words that several share, and the document of a failure."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Trainable = bool | Literal["unknown"]
KnownWord = Literal["observed", "attested", "inferred", "assumed", "unknown"]
PastWord = Literal["exposed", "not_exposed", "unknown"]
FutureWord = Literal["eligible", "not_eligible", "unknown"]
OnOff = Literal["on", "off", "unknown"]
PolarityWord = Literal["on_trains", "on_private", "choice_list", "not_training", "unknown"]


class Document(Struct, kw_only=True, frozen=True):
    """Head of every document."""

    schema: str
    generated_at: datetime
    tool_version: str


class ErrorDocument(Struct, kw_only=True, frozen=True):
    schema: Literal["withhold.error/1"] = "withhold.error/1"
    code: str
    message: str
    next: str | None = None
