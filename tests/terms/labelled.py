"""The edits marked by hand, and how they are measured. See ``labelled/README.md``."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from withhold.terms.judge import judge
from withhold.terms.sentences import Sentence, sentences

FOLDER = Path(__file__).with_name("labelled")
HELD_OUT = 2
"""Of five hashes, so many are held out: fixed before anything was tuned."""


@dataclass(frozen=True)
class Labelled:
    """One edit, and what it is marked for (nothing: a reader would pass it over)."""

    lang: str
    mixture: bool
    marked: tuple[str, ...]
    old: str | None
    new: str | None
    under: str
    file: str

    @property
    def held_out(self) -> bool:
        """Whether it must not be looked at while tuning."""
        if self.file.startswith("fresh"):
            return False
        text = "\n".join((self.lang, self.old or "", self.new or ""))
        return int(sha256(text.encode()).hexdigest()[:8], 16) % 5 < HELD_OUT

    def alarm(self) -> bool:
        """Whether the watch raises an alarm on it."""
        sides = [_sentence(text, self.under, self.lang) for text in (self.old, self.new)]
        if sides[0] is not None and sides[1] is not None and sides[0].key == sides[1].key:
            from withhold.terms.compare import compare

            return any(e.verdict.alarm for e in compare(self.old or "", self.new or "", self.lang))
        return judge(sides[0], sides[1], self.lang).alarm


@dataclass(frozen=True)
class Figures:
    """``edits`` and ``alarms`` over mixtures only; ``marked`` and ``missed`` over everything."""

    edits: int
    alarms: int
    marked: int
    missed: tuple[Labelled, ...]
    false: tuple[Labelled, ...]

    @property
    def share(self) -> float:
        return self.alarms / self.edits


def figures(held_out: bool) -> Figures:
    """What the watch makes of one part of the set."""
    part = [e for e in edits() if e.held_out is held_out]
    told = {id(e): e.alarm() for e in part}
    mixture = [e for e in part if e.mixture]
    return Figures(
        edits=len(mixture),
        alarms=sum(told[id(e)] for e in mixture),
        marked=sum(bool(e.marked) for e in part),
        missed=tuple(e for e in part if e.marked and not told[id(e)]),
        false=tuple(e for e in part if not e.marked and told[id(e)]),
    )


@cache
def edits() -> tuple[Labelled, ...]:
    """Every edit of every file."""
    return tuple(edit for path in sorted(FOLDER.glob("*.txt")) for edit in _read(path))


def _read(path: Path) -> Iterator[Labelled]:
    lang, mixture = "", True
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        said: dict[str, str] = {}
        for line in filter(None, block.splitlines()):
            if line.startswith("lang: "):
                lang = line.removeprefix("lang: ")
            elif line.startswith("kind: "):
                mixture = line == "kind: edits"
            else:
                said[line[0]] = line[2:]
        if "=" in said:
            marked = () if said["="] == "-" else tuple(said["="].split(","))
            yield Labelled(lang, mixture, marked, said.get("-"), said.get("+"), said.get("<", ""), path.name)


def _sentence(text: str | None, under: str, lang: str) -> Sentence | None:
    if text is None:
        return None
    made = sentences(text, lang)
    if len(made) == 1:
        one = made[0]
        return Sentence(one.text, one.normal, one.bare, one.key, under, "")
    normal = " ".join(s.normal for s in made)
    bare, key = (" ".join(getattr(s, part) for s in made) for part in ("bare", "key"))
    return Sentence(text, normal, bare, key, under, "")
