"""Running the command line: in this process, or in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from withhold.cli.main import root, run
from withhold.report.json_out import json_schema

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
EXPORT = SAMPLES / "claude-export"
CODE = SAMPLES / "claude-code" / ".claude"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "samples"

AUDIT = """
import json, sys
seen = []
def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.system")):
        seen.append(event)
sys.addaudithook(watch)
from withhold.cli.main import run
code = run(sys.argv[1:])
sys.stdout.flush()
print(json.dumps({"code": code, "events": seen, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


@dataclass(frozen=True)
class Ran:
    """What one command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Audited:
    """A command in a process of its own, with what it did there."""

    code: int
    events: list[str]
    modules: frozenset[str]
    out: str


class Tool:
    """The command line in this process, with stdout and stderr apart."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Ran:
        self._capsys.readouterr()
        code = run([str(a) for a in arguments])
        captured = self._capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    def document(self, *arguments: str | Path, code: int = 0) -> Any:
        """The document that ``--json`` prints, after checking exit code and schema."""
        ran = self(*arguments, "--json")
        assert ran.code == code, ran.err
        return checked(ran.out)


def checked(text: str) -> Any:
    """The one document in ``text``, valid by the schema that it names."""
    document = json.loads(text)
    name, _, version = document["schema"].removeprefix("withhold.").partition("/")
    assert version == "1"
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    if name != "error":
        assert document["generated_at"].endswith("Z")
        assert document["tool_version"]
    return document


def audited(*arguments: str | Path) -> Audited:
    """Run a command in a process that notes sockets, programs it starts, and modules."""
    done = subprocess.run(
        [sys.executable, "-c", AUDIT, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    told = json.loads(done.stderr.splitlines()[-1])
    return Audited(told["code"], told["events"], frozenset(told["modules"]), done.stdout)


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it, the root first (no words)."""
    yield from _walk((), root, click.Context(root, info_name="withhold", **root.context_settings))


def _walk(
    words: tuple[str, ...], command: click.Command, context: click.Context
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _walk((*words, name), found, click.Context(found, info_name=name, parent=context))
