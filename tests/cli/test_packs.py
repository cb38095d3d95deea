"""``withhold packs``."""

from pathlib import Path

import pytest

from tests.cli.tool import Tool, checked
from tests.packs.small import SMALL
from withhold.packs.loader import builtin_dir, builtin_ids
from withhold.packs.tools import load_tools


def test_list(tool: Tool) -> None:
    """The list holds every built-in pack with the age of its facts; the lab's comes last, as fictional."""
    rows = tool.document("packs", "list")["packs"]
    assert {r["id"] for r in rows} == set(builtin_ids())
    assert rows[-1]["fictional"] is True
    anthropic = next(r for r in rows if r["id"] == "anthropic")
    assert anthropic["stance"] == "prohibited"
    assert anthropic["age_days"] is not None


@pytest.mark.parametrize("id_", builtin_ids())
def test_show(tool: Tool, id_: str) -> None:
    """Each pack is shown with its terms, controls, open points and sources, as JSON and for people."""
    document = tool.document("packs", "show", id_)
    assert document["pack"]["id"] == id_
    assert document["terms"]
    assert document["sources"]
    text = tool("packs", "show", id_)
    assert text.code == 0
    shown = " ".join(text.out.split())
    assert all(control["name"] in shown for control in document["controls"])


def test_the_built_in_packs_are_without_fault(tool: Tool) -> None:
    """Without files, the built-in packs are linted, and pass."""
    document = tool.document("packs", "lint")
    assert document["files"] == len(builtin_ids()) + len(load_tools())
    assert [p for p in document["problems"] if p["level"] == "error"] == []


def test_own_packs_are_linted_and_listed(tool: Tool, own_home: Path) -> None:
    """A pack in the state folder is linted and listed with the built-in ones."""
    folder = own_home / "withhold" / "packs"
    folder.mkdir(parents=True)
    (folder / "example.yaml").write_text(SMALL, encoding="utf-8")
    assert tool.document("packs", "lint")["files"] == len(builtin_ids()) + len(load_tools()) + 1
    assert "example" in {p["id"] for p in tool.document("packs", "list")["packs"]}


def test_a_broken_pack(tool: Tool, tmp_path: Path) -> None:
    """A broken pack: exit code 1, each problem with file and line, the same for people and for scripts."""
    path = tmp_path / "example.yaml"
    path.write_text(SMALL.replace("duration: P5Y", "duration: five years"), encoding="utf-8")
    line = 1 + SMALL[: SMALL.index("duration: P5Y")].count("\n")
    ran = tool("packs", "lint", path, "--json")
    assert ran.code == 1
    (problem,) = [p for p in checked(ran.out)["problems"] if p["level"] == "error"]
    assert problem["file"].endswith("example.yaml")
    assert problem["line"] == line
    text = tool("packs", "lint", path)
    assert text.code == 1
    assert f"example.yaml:{line}:" in text.out
    assert "1 error" in text.out


def test_a_file_that_is_no_pack(tool: Tool, tmp_path: Path) -> None:
    """Anything at all can be linted: what is no YAML is an error with a line, not a crash."""
    path = tmp_path / "noise.yaml"
    path.write_bytes(b"\xff\xfe\x00{{{")
    assert tool("packs", "lint", path).code == 1


def test_linting_a_built_in_pack_by_name(tool: Tool) -> None:
    """A file named by hand is linted alone."""
    assert tool.document("packs", "lint", builtin_dir() / "lab.yaml")["files"] == 1


def test_update_and_sign(tool: Tool, tmp_path: Path) -> None:
    """A bundle is made, looked at, taken and undone; each says so in text and in a document."""
    folder, key, bundle = tmp_path / "ours", tmp_path / "k.pem", tmp_path / "packs.zip"
    folder.mkdir()
    (folder / "example.yaml").write_text(SMALL)
    sign = ("packs", "sign", folder, "-o", bundle, "--key", key, "--version", "1")
    assert tool(*sign).code == 2
    signed = tool.document(*sign, "--make-key", "--name", "Ours")
    assert signed["files"] == ["example.yaml"]
    assert tool("packs", "update", bundle).code == 2
    trusted = ("packs", "update", bundle, "--key", f"{key}.pub")
    assert "would be taken" in tool(*trusted, "--dry-run").out
    assert tool.document("packs", "list")["update"] is None
    taken = tool.document(*trusted)
    assert (taken["done"], taken["key"]) == ("updated", signed["key"])
    assert tool("packs", "update", bundle).code == 2
    assert "(update)" in tool("packs", "list").out
    assert tool.document("packs", "show", "example")["pack"]["origin"] == "update"
    assert "is undone" in tool("packs", "update", "--undo").out
    assert tool.document("packs", "update", "--forget-key")["done"] == "key_forgotten"
    assert [r["type"] for r in tool.document("evidence", "list")["records"]][-3:] == [
        "packs.updated",
        "packs.update_undone",
        "packs.key_forgotten",
    ]


@pytest.mark.parametrize(
    "words", [(), ("--undo", "--forget-key"), ("x.zip", "--undo"), ("--undo", "--dry-run")]
)
def test_update_is_told_one_thing(tool: Tool, words: tuple[str, ...]) -> None:
    """A source, or --undo, or --forget-key: anything else is a usage error."""
    assert tool("packs", "update", *words).code == 2
