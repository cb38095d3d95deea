"""What the seal costs: the same engine sealed and unsealed, in one interleaved run."""

from local import both, interleaved, middle, ratio
from rows import Row
from withhold.local.hosting import threads
from withhold.local.seal.launch import best_level
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem

ROUNDS = 25
_WHAT = (
    ("generation", "tokens/s generating, sealed", "tokens/s", "the same engine unsealed (aim: 0.98 or more)"),
    (
        "prompt",
        "tokens/s reading the prompt, sealed",
        "tokens/s",
        "the same engine unsealed (aim: 0.98 or more)",
    ),
    ("first", "first token, sealed, through the relay", "s", "unsealed, no relay (aim: 1.10 or less)"),
)


def run() -> list[Row]:
    """Medians of 25 rounds of each; ratios are medians over pairs."""
    level, why = best_level()
    if level is Level.NONE:
        raise EnvironmentProblem("no seal can be had here: " + "; ".join(why))
    with both(level, threads()) as (sealed, bare):
        ours, theirs = interleaved(sealed, bare, ROUNDS)
    return [
        Row(name, middle(ours, field), unit, peer, ratio(ours, theirs, field))
        for field, name, unit, peer in _WHAT
    ]
