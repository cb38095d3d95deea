"""What a bench hands back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and what it is held against.

    ``ratio`` is ``value`` divided by the peer's value, both measured in the same run on the same machine;
    ``None`` where there is nothing to compare with, and then ``peer`` says why.
    """

    name: str
    value: float
    unit: str
    peer: str
    ratio: float | None
