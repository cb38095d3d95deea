"""``exit-codes.md``: the contract of exit codes, and the code words of failures."""

import re
from collections.abc import Iterator

from generating import markdown
from generating.markdown import code, table
from withhold.cli.main import INTERNAL, INTERRUPTED
from withhold.cli.optout import EXIT as OPTOUT
from withhold.support import errors
from withhold.support.errors import WithholdError

MEANING = {
    0: "done",
    1: "the check found something (`--check`, `packs lint`, a demo step that did not hold)",
    2: "the call cannot be carried out as given, or is refused by the provider's stance",
    3: "could not be determined, or a person has to act; with `import`: something stayed unrecognised",
    4: "evidence does not verify",
    5: "the environment lacks something; the message names the command that mends it",
    INTERNAL: "internal error",
    INTERRUPTED: "interrupted (Ctrl-C)",
}
"""From the contract of the command line."""

_LINE = re.compile(r"^[│├└─ ]*(\w+) \((\d+)\)\s*(.*)$")


def failures() -> Iterator[type[WithholdError]]:
    """Every class of error, the base first."""
    found = [WithholdError]
    for kind in found:
        found += [k for k in kind.__subclasses__() if k.__module__ == kind.__module__]
    yield from found


def meanings() -> dict[str, str]:
    """What the tree at the head of the module says of each class."""
    lines = (_LINE.match(line) for line in (errors.__doc__ or "").splitlines())
    return {found[1]: found[3] for found in lines if found}


def page() -> str:
    """The page. A class of error whose exit code the contract does not have is an error here."""
    told = meanings()
    unknown = [kind.__name__ for kind in failures() if kind.exit_code not in MEANING]
    if unknown:
        raise LookupError(f"the contract has no such exit code: {', '.join(unknown)}")
    return markdown.page(
        "Exit codes",
        "Commands that list (`scan`, `status`, `exposure`) exit with 0 when they ran, whatever they found.",
        table(("Code", "Meaning"), ((str(n), text) for n, text in sorted(MEANING.items()))),
        "## Outcomes of `withhold optout`",
        table(("Outcome", "Code"), ((code(word), str(n)) for word, n in OPTOUT.items())),
        "## Failures",
        "A failure is said on stderr with the next step. Where `--json` was asked for,"
        " stdout holds an [error document](schema/error.json) whose `code` is one of these words.",
        table(
            ("`code`", "Exit code", "Meaning"),
            (
                (code(kind.code), str(kind.exit_code), told.get(kind.__name__) or MEANING[kind.exit_code])
                for kind in failures()
            ),
        ),
    )
