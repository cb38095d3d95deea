"""Help, version, and how little it takes to say them."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.tool import Tool, audited, commands
from withhold import __version__
from withhold.cli.main import Root

EVERY = {" ".join(words) or "withhold": words for words, _ in commands()}
HEAVY = ("rich", "msgspec", "playwright", "yaml", "jinja2", "starlette", "uvicorn", "filelock", "sqlite3")


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself(tool: Tool, name: str, flag: str) -> None:
    """``--help`` of each command exits with 0, and says how it is called, on stdout."""
    ran = tool(*EVERY[name], flag)
    assert ran.code == 0
    assert ran.out.startswith("Usage: withhold")
    assert ran.err == ""


@pytest.mark.parametrize("name", [n for n, words in EVERY.items() if words])
def test_every_command_gives_an_example_of_itself(name: str) -> None:
    """Each command has a docstring that ends with an example which calls that very command."""
    command = dict(commands())[EVERY[name]]
    assert command.help
    (example,) = re.findall(r"^Example: (.+)$", inspect.cleandoc(command.help), re.MULTILINE)
    assert f"{example} ".startswith(f"withhold {name} ")


@pytest.mark.parametrize("name", Root.lazy)
def test_the_list_of_commands_says_what_the_command_says(name: str) -> None:
    """The line in the list of commands is the short help of the command that is loaded on use."""
    command = dict(commands())[(name,)]
    assert command.short_help == Root.lazy[name].short_help or command.get_short_help_str(200) == Root.lazy[
        name
    ].short_help.rstrip(".")


WITHOUT_JSON = {"lab serve", "gateway run", "local chat"}
"""They serve or talk until they are stopped, and have no outcome to print."""


@pytest.mark.parametrize("name", sorted(EVERY.keys() - WITHOUT_JSON))
def test_every_command_speaks_json(name: str) -> None:
    """Each command that does something offers ``--json``; groups that only hold commands need not."""
    command = dict(commands())[EVERY[name]]
    if isinstance(command, click.Group) and not command.invoke_without_command:
        return
    assert "--json" in {option for parameter in command.params for option in parameter.opts}


def test_version(tool: Tool) -> None:
    """``--version`` names the program and its version."""
    ran = tool("--version")
    assert (ran.code, ran.out) == (0, f"withhold, version {__version__}\n")


def test_help_loads_nothing_heavy() -> None:
    """The list of commands is printed without loading a room, a browser or a renderer."""
    done = audited("--help")
    assert done.code == 0
    assert not {m for m in done.modules if m.partition(".")[0] in HEAVY}
    ours = {m for m in done.modules if m.startswith("withhold.")}
    light = {"main", "lazy", "failure", "talk"}
    assert ours <= {"withhold.cli", "withhold.support", "withhold.support.terminal"} | {
        f"withhold.cli.{name}" for name in light
    }
    assert done.events == []


@pytest.mark.parametrize("words", [("packs", "list"), ("scan",), ("exposure",), ("optout", "anthropic")])
def test_reading_commands_load_no_browser_and_no_server(words: tuple[str, ...]) -> None:
    """Commands that read files load neither browser driver nor web server nor lab."""
    modules = audited(*words).modules
    assert not {m for m in modules if m.startswith(("playwright", "starlette", "uvicorn", "withhold.lab"))}


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    """The installed program prints one JSON document and exits with the code of the contract."""
    program = Path(sys.executable).with_name("withhold")
    done = subprocess.run([program, "packs", "list", "--json"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"] == "withhold.packs-list/1"
