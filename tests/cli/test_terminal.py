"""What others named cannot steer the terminal."""

import json
import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.tool import EXPORT, Ran, Tool
from withhold.support.terminal import visible

EVIL = "a\x1b]0;owned\x07\x9b31m\u202eb"
SHOWN = r"a\x1b]0;owned\x07\x9b31m\u202eb"
BUILT_IN = Path(__file__).resolve().parents[2] / "src/withhold/packs/data/anthropic.yaml"


def harmless(ran: Ran) -> bool:
    """Whether nothing that steers a terminal was written to either stream."""
    return not set("\x1b\x07\x9b\u202e") & set(ran.out + ran.err)


def squeezed(text: str) -> str:
    """Without the breaks of a table's cells."""
    return "".join(text.split())


def test_a_label(tool: Tool) -> None:
    """A label is shown with its controls made visible; in JSON it stays what it is."""
    ran = tool("account", "add", "anthropic", EVIL)
    assert (ran.code, harmless(ran)) == (0, True)
    for command in (("account", "list"), ("status",)):
        ran = tool(*command)
        assert harmless(ran)
        assert squeezed(SHOWN) in squeezed(ran.out)
    assert tool.document("account", "list")["accounts"][0]["label"] == EVIL


def test_a_path_in_an_archive(tool: Tool, tmp_path: Path) -> None:
    """The name of a member that cannot be read is printed as its place."""
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        for path in EXPORT.glob("*.json"):
            archive.writestr(path.name, path.read_bytes())
        archive.writestr(f"{EVIL}.json", json.dumps([{"strange": 1}]))
    ran = tool("import", tmp_path / "export.zip")
    assert (ran.code, harmless(ran)) == (3, True)
    assert "31m" in ran.out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_a_file_name_on_stderr(tool: Tool, tmp_path: Path) -> None:
    """Progress and failures name the file that was given."""
    path = tmp_path / f"{EVIL}.zip"
    path.write_bytes(b"no archive")
    ran = tool("import", path)
    assert ran.code != 0
    assert harmless(ran)
    assert SHOWN in ran.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_a_file_name_on_stdout(tool: Tool, tmp_path: Path) -> None:
    """The document names what was read."""
    path = tmp_path / EVIL
    path.mkdir()
    (path / "conversations.json").write_bytes((EXPORT / "conversations.json").read_bytes())
    ran = tool("import", path)
    assert (ran.code, harmless(ran)) == (0, True)
    assert SHOWN in ran.out.replace("\n", "")


def test_the_name_of_a_pack(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack of somebody else names its provider."""
    monkeypatch.setenv("COLUMNS", "200")
    tool("account", "add", "anthropic", "home")
    packs = Path(os.environ["WITHHOLD_HOME"]) / "packs"
    packs.mkdir(exist_ok=True)
    text = BUILT_IN.read_text("utf-8")
    name = next(line for line in text.splitlines() if line.startswith("name:"))
    (packs / "anthropic.yaml").write_text(text.replace(name, f"name: {json.dumps(EVIL)}"), "utf-8")
    for command in (("packs", "list"), ("packs", "show", "anthropic")):
        ran = tool(*command)
        assert (ran.code, harmless(ran)) == (0, True), ran.err
        assert squeezed(SHOWN) in squeezed(ran.out)
    ran = tool("account", "add", "anthropic", "home")
    assert harmless(ran)
    assert SHOWN in ran.err


def test_what_is_text_stays() -> None:
    """Tabs, new lines and every script are as they were; half a pair would fail to be written."""
    assert visible("é\t漢字\n\u00a0x") == "é\t漢字\n\u00a0x"
    assert visible("\udc80\x7f\r") == r"\udc80\x7f\x0d"
