"""Which models to begin with: by size and speed, and not by their answers, which nobody here rates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from withhold.local.verdict import Fits
from withhold.packs.models import GgufFile, ModelFacts

READING = 6.0
"""Tokens a second at which an answer keeps up with a reader: about 238 words a minute in silence (Brysbaert
2019, doi:10.1016/j.jml.2019.104047), a token and a third or a half to a word."""
Why = Literal["largest at reading speed", "largest", "smallest"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file of a model on this machine, and the tokens a second to be expected; ``None``: not measured."""

    model: ModelFacts
    file: GgufFile
    fits: Fits
    tokens_per_second: float | None

    @property
    def size(self) -> tuple[int, int]:
        """By parameters, then by the bytes spent on them."""
        return self.model.parameters or 0, self.file.size or 0


def picks(candidates: Iterable[Candidate]) -> Iterator[tuple[Why, Candidate]]:
    """At most three, none twice. Without measured speeds none is picked for its speed."""
    well = [c for c in candidates if c.fits == "well" and c.model.parameters and c.file.size]
    quick = [c for c in well if c.tokens_per_second is not None and c.tokens_per_second >= READING]
    named = set()
    wanted: tuple[tuple[Why, Candidate | None], ...] = (
        ("largest at reading speed", max(quick, key=lambda c: c.size, default=None)),
        ("largest", max(well, key=lambda c: c.size, default=None)),
        ("smallest", min(well, key=lambda c: c.file.size or 0, default=None)),
    )
    for why, best in wanted:
        if best is not None and best.model.id not in named:
            named.add(best.model.id)
            yield why, best
