"""What stands in the repository, and what never may."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

# Spelled in pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    "pypi" + r"\.org",
    "python" + "hosted",
    "debian" + r"\.org",
    "ubuntu" + r"\.com",
    "npmjs" + r"\.(org|com)",
    "crates" + r"\.io",
]
MACHINE_PATHS = [
    r"(?<![\w.-])/" + "work/",
    r"(?<![\w.-])/" + "root/",
    "/opt/" + "(wheels|pypi)",
    "tmp/" + "brief",
    r"bash" + "_jobs",
]
WORKPLACE = [r"\b[Ii]ssue #" + r"?\d", r"\bC" + r"EO\b", r"\." + "library/", r"\bissues " + "(show|file)"]
NEVER = {"registry host": REGISTRIES, "machine path": MACHINE_PATHS, "workplace word": WORKPLACE}


def committed(root: Path) -> list[Path]:
    """All files that the repository holds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout: there is no list of committed files")
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def finds(pattern: str, files: list[Path], root: Path) -> Iterator[str]:
    """Where a pattern stands, as ``file:line``."""
    compiled = re.compile(pattern.encode())
    for path in files:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if compiled.search(line):
                yield f"{path.relative_to(root)}:{number}"


@pytest.mark.parametrize("kind", NEVER)
def test_no_committed_file_names(kind: str, root: Path) -> None:
    """The repository works for anyone: nothing in it names one registry, one machine or one workplace."""
    files = committed(root)
    assert [place for pattern in NEVER[kind] for place in finds(pattern, files, root)] == []


@pytest.mark.parametrize(
    "text",
    ["https://" + "pypi." + "org/simple", "cd /" + "work/main", "see Iss" + "ue #12", "/" + "root/.cache"],
)
def test_the_patterns_find_what_they_are_for(text: str, tmp_path: Path) -> None:
    """Each kind of forbidden text is really found."""
    sample = tmp_path / "sample"
    sample.write_text(f"first line\n{text}\n", encoding="utf-8")
    patterns = [pattern for kind in NEVER.values() for pattern in kind]
    assert [place for pattern in patterns for place in finds(pattern, [sample], tmp_path)] == ["sample:2"]


def test_every_test_says_what_it_shows(root: Path) -> None:
    """Each test function has a docstring that states the behaviour."""
    silent = [
        f"{path.relative_to(root)}:{node.lineno} {node.name}"
        for path in sorted((root / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_says_what_it_is(root: Path) -> None:
    """Each module of the product opens with a docstring."""
    silent = [
        str(path.relative_to(root))
        for path in sorted((root / "src").rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_licence_is_whole(root: Path) -> None:
    """The licence that the package names stands in the repository in full."""
    text = (root / "LICENSE").read_text(encoding="utf-8")
    named = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license"]
    assert named == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
