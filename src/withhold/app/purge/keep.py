"""The keep-list: conversations and projects that are never to be deleted.

One entry a line: ``ID`` (ours or the provider's, the whole of it or the first eight characters and more),
``project NAME`` keeps a project, ``only project NAME`` deletes in no other one; ``#`` begins a remark. A line
that cannot be read stops everything: a misread keep-list deletes what somebody wanted to keep. In doubt more
is kept: capital letters make no difference to what is kept, only to what alone is to be deleted.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from withhold.app.ledger.filters import project_names
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

SHORTEST = 8


@dataclass(slots=True)
class KeepRules:
    """What is kept. ``used`` collects the entries that met something, so that the others can be named."""

    ids: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    used: set[str] = field(default_factory=set)

    def keeps(self, row: d.ConversationRow) -> bool:
        """Whether the row is to be kept."""
        names = {composed(name) for name in project_names(row.project)}
        folded = {name.casefold() for name in names}
        met = [i for i in self.ids if begins(i, row.id) or begins(i, row.source_id)]
        met += [p for p in self.projects if composed(p).casefold() in folded]
        self.used.update(met)
        inside = [p for p in self.only if composed(p) in names]
        self.used.update(inside)
        return bool(met) or (bool(self.only) and not inside)

    def unmet(self) -> tuple[str, ...]:
        """Entries that met no conversation at all: likely mistyped."""
        return tuple(x for x in (*self.ids, *self.projects, *self.only) if x not in self.used)


def composed(text: str) -> str:
    """Characters in one form: macOS writes an umlaut as two, a keyboard as one."""
    return unicodedata.normalize("NFC", text)


def begins(entry: str, identity: str) -> bool:
    """Whether an entry means what has this id. Capital letters make no difference."""
    return identity.casefold().startswith(entry.casefold())


def keep_rules(path: Path | None, projects: Sequence[str], only: Sequence[str]) -> KeepRules:
    """Rules of a file and of the command line together. ``UsageProblem`` names the line that is wrong."""
    rules = KeepRules(projects=tuple(projects), only=tuple(only))
    if path is None:
        return rules
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageProblem(f"the keep-list {path} cannot be read: {problem}") from problem
    return _with(rules, _entries(lines, path))


def _with(rules: KeepRules, entries: Iterable[tuple[str, str]]) -> KeepRules:
    for kind, value in entries:
        held = getattr(rules, kind)
        setattr(rules, kind, (*held, value))
    return rules


def _entries(lines: Sequence[str], path: Path) -> Iterable[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].replace("\t", " ").strip()
        if not text:
            continue
        if text.startswith("only project "):
            yield "only", text.removeprefix("only project ").strip()
        elif text.startswith("project "):
            yield "projects", text.removeprefix("project ").strip()
        elif len(text.split()) == 1 and text.isprintable() and len(text) >= SHORTEST:
            yield "ids", text
        else:
            raise UsageProblem(
                f"{path}, line {number}: {text[:60]!r} is neither an id of {SHORTEST} characters or more nor"
                " a project",
                next_step="lines are: ID, project NAME, only project NAME; # begins a remark",
            )
