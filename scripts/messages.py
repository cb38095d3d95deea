"""Keeps translations in step with the texts: ``python scripts/messages.py`` extracts, merges, compiles.

``--check`` writes nothing and exits with 1 where a catalogue lacks a text, or has a stale ``.mo``.
"""

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from texts import CLICKS, files, notes
from texts import texts as unmarked

SOURCE = Path(__file__).resolve().parent.parent / "src" / "withhold"
LOCALE = SOURCE / "locale"
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
OPTIONS = {"web/templates/**.html": {"trimmed": "false", "silent": "false"}}
KEYWORDS = {"_": None, "ngettext": (1, 2), "gettext": None}


def texts() -> Catalog:
    """Every text that the source marks for translation, and all texts of the rooms that are complete."""
    catalog = Catalog(project="withhold", creation_date=WRITTEN)
    found = extract_from_dir(str(SOURCE), METHODS, OPTIONS, keywords=KEYWORDS)
    for file, _line, message, _comments, context in sorted(found, key=lambda f: (f[0], f[1])):
        catalog.add(message, None, [(Path(file).as_posix(), 0)], context=context)
    for text in (*CLICKS, *notes(SOURCE)):
        catalog.add(text)
    for path in files(SOURCE):
        for text in unmarked(path):
            flags = ("python-brace-format",) if "{" in str(text) else ()
            catalog.add(text, None, [(path.relative_to(SOURCE).as_posix(), 0)], flags=flags)
    return catalog


def merged(path: Path, wanted: Catalog) -> Catalog:
    """The catalogue in ``path`` with exactly the texts of ``wanted``; translations that fit stay."""
    with path.open("rb") as file:
        held = read_po(file, locale=path.parent.parent.name)
    held.update(wanted, no_fuzzy_matching=True)
    held.obsolete.clear()
    held.creation_date = held.revision_date = WRITTEN
    return held


def po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, no_location=True, sort_output=True, width=110)
    return out.getvalue()


def mo(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    """Write, or with ``--check`` compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    wanted, wrong = texts(), 0
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/withhold.po")):
        catalog = merged(path, wanted)
        for target, data in ((path, po(catalog)), (path.with_suffix(".mo"), mo(catalog))):
            if target.is_file() and target.read_bytes() == data:
                continue
            wrong += 1
            if not check:
                target.write_bytes(data)
        missing = [m.id for m in catalog if (m.id and not m.string) or (m.id and not all(m.string or ()))]
        for text in missing:
            print(f"{path.parent.parent.name}: no translation of {text!r}", file=sys.stderr)
            wrong += check
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
