"""The report as PDF/A-3, with the machine-readable files attached.

Texts reach Typst as data and never as source, so nothing in them can act as markup. PDF/A wants every
character drawn: where neither the fonts of the typst package nor those of this computer hold one, it is shown
as its code point, and the attached files hold the text as it is.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from withhold.report.evidence.content import EvidenceReport
from withhold.support.errors import EnvironmentProblem

STANDARD: Literal["a-3b"] = "a-3b"
_CARRIED = ((0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x2027), (0x20AC, 0x20AC))
"""Letters that the fonts within the typst package have: Latin, Greek, Cyrillic, punctuation."""


def report_pdf(report: EvidenceReport) -> bytes:
    """The PDF. The same report gives the same bytes as long as the fonts are the same."""
    from typst import TypstError

    for system_fonts, shown in ((False, _clean), (True, _clean), (False, _as_code_points)):
        try:
            return _compiled(report, shown, system_fonts=system_fonts)
        except TypstError as problem:
            trouble = problem
            if "could not be displayed" not in str(problem):
                break
    raise EnvironmentProblem(f"the PDF could not be made: {trouble}", next_step="use the HTML report instead")


def _compiled(report: EvidenceReport, shown: Callable[[str], str], *, system_fonts: bool) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        told = _told(report, root, shown)
        source = root / "report.typ"
        source.write_bytes(files("withhold.report").joinpath("templates/evidence.typ").read_bytes())
        made = typst.compile(
            str(source),
            root=str(root),
            ignore_system_fonts=not system_fonts,
            sys_inputs={"report": json.dumps(told)},
            pdf_standards=[STANDARD],
            timestamp=int(report.made_at.timestamp()),
        )
    if not isinstance(made, bytes):
        raise TypeError("typst made no single PDF")
    return made


def _told(report: EvidenceReport, root: Path, shown: Callable[[str], str]) -> Any:
    """The report as JSON values; its pictures and attachments are put into ``root``."""
    for chapter_number, chapter in enumerate(report.chapters):
        for number, picture in enumerate(chapter.pictures):
            (root / f"picture-{chapter_number}-{number}.png").write_bytes(picture.data)
    for number, attachment in enumerate(report.attachments):
        (root / f"attachment-{number}").write_bytes(attachment.data)
    if report.drawing is not None:
        (root / "drawing.svg").write_text(report.drawing, "utf-8")
    made_at = report.made_at.astimezone(UTC)
    fields = asdict(report) | {
        "made_at": [made_at.year, made_at.month, made_at.day],
        "drawing": bool(report.drawing),
    }
    return _plain(fields, shown)


def _plain(value: Any, shown: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {key: _plain(part, shown) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, shown) for part in value]
    return None if isinstance(value, bytes | datetime) else value


def _clean(text: str) -> str:
    """Without characters that no font draws: controls, lone surrogates, private ones."""
    return "".join(c if c.isprintable() or c == "\n" else f"[U+{ord(c):04X}]" for c in text)


def _as_code_points(text: str) -> str:
    known = (any(low <= ord(c) <= high for low, high in _CARRIED) or c == "\n" for c in text)
    return "".join(c if held else f"[U+{ord(c):04X}]" for c, held in zip(text, known, strict=True))
