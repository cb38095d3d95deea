"""The table of providers in ``README.md``: between two marks, read off the packs like everything here."""

from collections.abc import Iterator
from pathlib import Path

from generating.markdown import table
from withhold.model.terms import Provider
from withhold.model.words import Stance
from withhold.packs.loader import builtin_ids, load_builtin

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN = "<!-- providers: written by docs/generate.py -->"
END = "<!-- /providers -->"
DEEPEST = {
    Stance.PERMITTED: "assist",
    Stance.RESTRICTED: "witness; assist only by `--override-terms`",
    Stance.PROHIBITED: "witness; assist only by `--override-terms`",
    Stance.UNKNOWN: "witness; assist only by `--override-terms`",
}
NO_CONTROL = "import (the pack names no setting)"


def text(old: str) -> str:
    """``old`` with the table as the packs have it now. ``ValueError`` where the marks are missing."""
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md lacks {BEGIN} or {END}")
    return f"{head}{BEGIN}\n{_table()}\n{END}{tail}"


def _table() -> str:
    return table(("Provider", "Deepest rung", "Automated access", "Facts of"), _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    for pack in map(load_builtin, builtin_ids()):
        if not pack.fictional:
            yield (
                f"[{pack.name}](docs/reference/packs/{pack.id}.md)",
                _rung(pack),
                pack.stance.stance.value,
                _day(pack),
            )


def _rung(pack: Provider) -> str:
    return DEEPEST[pack.stance.stance] if pack.controls else NO_CONTROL


def _day(pack: Provider) -> str:
    days = [t.last_checked for product in pack.products for plan in product.plans for t in plan.terms]
    day = min(days, default=pack.compiled_on)
    return "unknown" if day is None else day.isoformat()
