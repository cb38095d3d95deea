"""Progress as events: the rooms report, the surface decides how it looks."""

from typing import Protocol


class Progress(Protocol):
    """Told what is going on. Never asked anything."""

    def step(self, text: str) -> None:
        """A new step has begun; ``text`` is one short line for people."""

    def advance(self, done: int, total: int | None, unit: str) -> None:
        """``done`` of ``total`` (``None``: not known) units of the present step are through."""


class Silent:
    """Says nothing."""

    def step(self, text: str) -> None: ...

    def advance(self, done: int, total: int | None, unit: str) -> None: ...
