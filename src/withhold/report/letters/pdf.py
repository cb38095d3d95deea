"""A letter as PDF, set for a window envelope. Texts reach Typst as data and never as source."""

import json
import tempfile
from dataclasses import asdict
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from withhold.report.letters.content import LetterContent
from withhold.support.errors import EnvironmentProblem


def letter_pdf(letter: LetterContent, *, made_at: datetime) -> bytes:
    """The PDF. The same letter gives the same bytes as long as the fonts are the same."""
    import typst

    try:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "letter.typ"
            source.write_bytes(files("withhold.report.letters").joinpath("letter.typ").read_bytes())
            made = typst.compile(
                str(source),
                root=folder,
                ignore_system_fonts=True,
                sys_inputs={"letter": json.dumps(asdict(letter))},
                timestamp=int(made_at.timestamp()),
            )
    except typst.TypstError as problem:
        raise EnvironmentProblem(
            f"the PDF could not be made: {problem}", next_step="write the letter as text: -o FILE.txt"
        ) from problem
    if not isinstance(made, bytes):
        raise TypeError("typst made no single PDF")
    return made
