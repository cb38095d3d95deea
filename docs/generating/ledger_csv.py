"""``ledger-csv.md``: the columns of ``withhold exposure --csv``."""

from generating import markdown
from generating.markdown import code, table
from withhold.report.spreadsheet import COLUMNS

INTRO = (
    "`withhold exposure --csv FILE` writes one line a conversation after one header line: UTF-8 without a"
    " byte order mark, commas, CRLF, quotes where needed (RFC 4180). Columns keep their names and order; new"
    " ones come at the end. Times are RFC 3339 in UTC; several values in a cell are parted by a semicolon."
)
GUARD = (
    "A cell that begins with `=`, `+`, `-` or `@` (full-width ones too, and after blanks), a tab or a line"
    " end gets a leading apostrophe, so that no spreadsheet computes what an export holds."
)


def page() -> str:
    """The page."""
    rows = ((code(c.name), c.meaning) for c in COLUMNS)
    return markdown.page("The ledger as CSV", INTRO, table(("Column", "Meaning"), rows), GUARD)
