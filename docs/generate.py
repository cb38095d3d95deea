"""Write ``docs/reference`` and the README's table of providers, read off code and packs (``make docs``).

``--check`` writes nothing and exits with 1 if the committed pages are not what it would write.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from generating import commands, exit_codes, findings, ledger_csv, man, packs, readme, rules, schemas, tools

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"


def pages() -> dict[str, str]:
    """Every page by its path under ``docs/reference``."""
    return {
        "commands.md": commands.page(),
        "withhold.1": man.page(),
        "exit-codes.md": exit_codes.page(),
        "findings.md": findings.page(),
        "ledger-csv.md": ledger_csv.page(),
        "rules.md": rules.page(),
        **{f"schema/{name}.json": text for name, text in schemas.pages().items()},
        **{f"packs/{name}.md": text for name, text in packs.pages().items()},
        **{f"tools/{name}.md": text for name, text in tools.pages().items()},
    }


def differences(wanted: Mapping[str, str], folder: Path) -> list[str]:
    """Pages that are missing, differ, or that nothing makes any more."""
    held = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    wrong = [n for n, text in wanted.items() if n not in held or (folder / n).read_bytes() != text.encode()]
    return sorted({*wrong, *(held - set(wanted))})


def write(wanted: Mapping[str, str], folder: Path) -> None:
    """Make ``folder`` hold exactly ``wanted``."""
    for name in differences(wanted, folder):
        path = folder / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[name].encode())


def main() -> int:
    """Write, or with ``--check`` compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    wanted = pages()
    old = readme.README.read_text(encoding="utf-8")
    if not parser.parse_args().check:
        write(wanted, REFERENCE)
        readme.README.write_text(readme.text(old), encoding="utf-8", newline="\n")
        return 0
    stale = [f"docs/reference/{name}" for name in differences(wanted, REFERENCE)]
    stale += ["README.md"] if readme.text(old) != old else []
    for name in stale:
        print(f"{name} is not what the code says now; run: make docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
