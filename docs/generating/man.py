"""``withhold.1``: the manual page, from the same walk over the commands as ``commands.md``."""

import click

from generating.commands import description, entries, examples


def page() -> str:
    """The page in the man macros, which ``man`` and ``mandoc`` read."""
    found = list(entries())
    lines = ['.TH WITHHOLD 1 "" "withhold" "User Commands"', ".SH NAME"]
    lines += [r"withhold \- keeps your conversations with AI out of model training"]
    lines += [".SH SYNOPSIS", ".B withhold", r".RI [ options ] " + r" command \ ...", ".SH DESCRIPTION"]
    for paragraph in description(found[0].command):
        lines += [".PP", _text(paragraph)]
    lines.append(".SH COMMANDS")
    for entry in found[1:]:
        lines += [f".SS {_text(entry.words)}"]
        for paragraph in description(entry.command):
            lines += [".PP", _text(paragraph)]
        for record in (p.get_help_record(entry.context) for p in entry.command.params):
            if record is not None:
                lines += [".TP", f".B {_text(record[0])}", _text(record[1] or " ")]
        for example in examples(entry.command):
            lines += [".PP", f".I {_text(example)}"]
    lines += [".SH ENVIRONMENT", ".TP", ".B WITHHOLD_HOME", "Where the state lies."]
    lines += [".TP", ".B WITHHOLD_LANG", "Language of texts: en or de."]
    lines += [".TP", ".B NO_COLOR", "No colour in texts."]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """Plain text for roff: no line of it is taken for a request, and hyphens stay hyphens."""
    plain = click.unstyle(" ".join(value.split())).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{plain}" if plain.startswith((".", "'")) else plain
