"""Secrets in exports, transcripts and other files: kinds and places. No value leaves the finder."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.bootstrap import Services
from withhold.report.documents.findings import FindingRow, FindingsDocument, KindCount, UnreadPlace
from withhold.support.errors import NothingRead, UsageProblem

if TYPE_CHECKING:
    from withhold.app.machine.places import Placed
    from withhold.sensitive.together import Together
    from withhold.store.findings import FoundAt

ALLOWED = ("fingerprint", "kind", "place")


def findings(
    services: Services, paths: Sequence[Path], *, allow: Path | None = None, personal: bool = False
) -> FindingsDocument:
    """Search ``paths`` and put down what was found in the state, in place of what they held before.

    ``personal`` looks for personal data too: addresses, numbers of banks and states, health terms.
    ``allow`` is a file of what is not to be listed (:func:`allow_list`). Raises ``NothingRead`` where no
    path could be opened at all.
    """
    from withhold.app.machine.places import search
    from withhold.sensitive.engines import best_engine

    allowed = () if allow is None else allow_list(allow)
    stamp = services.stamp()
    finder = _finder(services.store.key, personal=personal)
    rows: list[FindingRow] = []
    unread: list[UnreadPlace] = []
    files = size = left_out = 0
    for path in paths:
        services.progress.step(f"searching {_shown(path)}")
        searched = search(path.expanduser(), finder)
        every = [_row(path, placed) for placed in searched.found]
        kept = [row for row in every if not any(is_allowed(row, *rule) for rule in allowed)]
        services.store.findings.replace(_source(path), map(_kept, kept), stamp.generated_at)
        rows += kept
        left_out += len(every) - len(kept)
        unread += [UnreadPlace(place=f"{_shown(path)}: {place}", why=why) for place, why in searched.unread]
        files, size = files + searched.files, size + searched.size
    if not files:
        raise NothingRead(
            "\n".join(["Nothing could be searched.", *(f"{u.place}: {u.why}" for u in unread)]),
            next_step="give a file, a folder, or the ZIP of an export",
        )
    return FindingsDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        findings=tuple(rows),
        kinds=kind_counts(rows),
        files=files,
        size=size,
        rules=_known_kinds(personal=personal),
        engine=best_engine().name,
        placeholders=finder.placeholders,
        allowed=left_out,
        unread=tuple(unread),
    )


def _finder(key: bytes, *, personal: bool) -> "Together":
    """All that is looked for, the surest first."""
    from withhold.sensitive.encoded import InBase64
    from withhold.sensitive.finder import Finder
    from withhold.sensitive.personal import PersonalFinder
    from withhold.sensitive.together import Together

    secrets = Finder(key)
    more = (PersonalFinder(key),) if personal else ()
    return Together(secrets, InBase64(Finder(key)), *more)


def _known_kinds(*, personal: bool) -> int:
    from withhold.sensitive.personal.rules import kinds as personal_kinds
    from withhold.sensitive.rules import kinds

    return len(kinds()) + (len(personal_kinds()) if personal else 0)


def check(document: FindingsDocument) -> int:
    """Exit code of a check: 1 where something was found, 3 where a place could not be searched, else 0."""
    if document.findings:
        return 1
    return 3 if document.unread else 0


def kind_counts(rows: Iterable[FindingRow]) -> tuple[KindCount, ...]:
    """What was found, the most frequent kind first."""
    from withhold.sensitive.personal.rules import rows as personal_rules
    from withhold.sensitive.rules import sources

    known = {**sources(), **{rule.kind: rule.source for rule in personal_rules()}}
    of_kind: dict[tuple[str, str], list[FindingRow]] = defaultdict(list)
    for row in rows:
        of_kind[row.kind, row.issuer].append(row)
    return tuple(
        KindCount(
            kind=kind,
            issuer=issuer,
            found=len(found),
            different=len({r.fingerprint for r in found}),
            conversations=len({(r.provider, r.conversation) for r in found if r.conversation}),
            source=known.get(kind),
        )
        for (kind, issuer), found in sorted(of_kind.items(), key=lambda item: (-len(item[1]), item[0]))
    )


@dataclass(frozen=True, slots=True)
class Held:
    """How many conversations below some folders hold secrets, and how many hold personal data."""

    secrets: int
    personal: int


def held_below(services: Services, folders: Sequence[Path]) -> Held | None:
    """What searches have put down about files in ``folders``. Opens no file of theirs.

    ``None`` where no search found anything there, which is not the same as nothing being there.
    """
    from withhold.sensitive.personal.rules import kinds as personal_kinds

    below = tuple(f"{_source(folder).rstrip('/')}/" for folder in folders)
    personal = personal_kinds()
    holding: dict[bool, set[tuple[str | None, str]]] = defaultdict(set)
    for found in services.store.findings.all():
        if f"{found.source}/{found.place}/".startswith(below):
            holding[found.kind in personal].add((found.provider, found.conversation or found.place))
    return Held(len(holding[False]), len(holding[True])) if holding else None


def sensitivity(services: Services) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The kinds found in each conversation, by provider and the source's id."""
    return services.store.findings.kinds()


def allow_list(path: Path) -> tuple[tuple[str, str], ...]:
    """Lines ``fingerprint HEX``, ``kind NAME`` or ``place PATTERN``; ``#`` begins a remark.

    Raises ``UsageProblem`` for a file that cannot be read and for a line that says something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(
            f"the allow-list {_shown(path)} cannot be read", next_step="give a text file"
        ) from error
    rules = []
    for number, line in enumerate(lines, 1):
        word, _, value = line.partition("#")[0].strip().partition(" ")
        if word and (word not in ALLOWED or not value.strip()):
            raise UsageProblem(
                f"line {number} of the allow-list does not begin with one of: {', '.join(ALLOWED)}",
                next_step="e.g. kind json-web-token",
            )
        if word:
            rules.append((word, value.strip()))
    return tuple(rules)


def is_allowed(row: FindingRow, word: str, value: str) -> bool:
    """Whether one line of the allow-list speaks of a finding."""
    if word == "place":
        return fnmatchcase(row.place, value)
    return value == (row.fingerprint if word == "fingerprint" else row.kind)


def _row(path: Path, placed: "Placed") -> FindingRow:
    found = placed.finding
    return FindingRow(
        kind=found.kind,
        issuer=found.issuer,
        assurance=found.assurance,
        source=_source(path),
        place=placed.place,
        near=placed.near,
        provider=placed.provider,
        conversation=placed.conversation,
        message=placed.message,
        fingerprint=found.fingerprint,
    )


def _kept(row: FindingRow) -> "FoundAt":
    from withhold.store.findings import FoundAt

    return FoundAt(
        row.source, row.place, row.near, row.kind, row.issuer, row.assurance, row.fingerprint,
        row.provider, row.conversation, row.message,
    )  # fmt: skip


def _source(path: Path) -> str:
    return _shown(path.expanduser().absolute())


def _shown(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()
