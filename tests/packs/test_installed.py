"""Packs that an installed package brings are read like one's own, and none of its code is run."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tests.packs.small import SMALL
from withhold.packs.installed import GROUP, installed_packs
from withhold.support.errors import PackInvalid


def installed(place: Path, package: str, *packs: str, folder: str = "data") -> None:
    """A distribution as a package manager leaves it in ``place``: its code leaves a mark when it is run."""
    code = place / package
    (code / folder).mkdir(parents=True)
    (code / "__init__.py").write_text("from pathlib import Path\nPath(__file__).with_name('ran').touch()\n")
    for name in packs:
        (code / folder / f"{name}.yaml").write_text(SMALL.replace("id: example", f"id: {name}"), "utf-8")
    about = place / f"{package}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{package} = {package}.data\n")


def withhold(place: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "withhold", *arguments],
        env={**os.environ, "PYTHONPATH": str(place), "WITHHOLD_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_package_brings_a_provider_without_code(tmp_path: Path) -> None:
    """A new provider needs nothing but an installed folder of YAML: it is listed and linted."""
    installed(tmp_path / "site", "acme_packs", "acme")
    done = withhold(tmp_path / "site", tmp_path / "home", "packs", "list", "--json")
    rows = {row["id"]: row for row in json.loads(done.stdout)["packs"]}
    assert rows["acme"]["own_file"].endswith("acme.yaml (acme_packs)")
    assert rows["anthropic"]["own_file"] is None
    assert withhold(tmp_path / "site", tmp_path / "home", "packs", "lint").returncode == 0
    assert not (tmp_path / "site" / "acme_packs" / "ran").exists()


def test_the_persons_own_pack_has_the_last_word(tmp_path: Path) -> None:
    """What the person put into the packs folder of the state stands in for what a package brings."""
    installed(tmp_path / "site", "acme_packs", "acme")
    own = tmp_path / "home" / "packs" / "acme.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(SMALL.replace("id: example", "id: acme"), "utf-8")
    done = withhold(tmp_path / "site", tmp_path / "home", "packs", "list", "--json")
    rows = {row["id"]: row for row in json.loads(done.stdout)["packs"]}
    assert rows["acme"]["own_file"] == str(own)


def test_two_packages_with_one_provider_are_refused(tmp_path: Path) -> None:
    """Which of two installed packs speaks must not depend on the order of installation."""
    installed(tmp_path / "site", "acme_packs", "acme")
    installed(tmp_path / "site", "other_packs", "acme")
    done = withhold(tmp_path / "site", tmp_path / "home", "packs", "list")
    assert done.returncode != 0
    assert "both bring the pack acme" in done.stderr


@pytest.mark.parametrize("value", ["nowhere_at_all.data", "json", "json.nothing"])
def test_a_folder_that_is_not_there_is_named(value: str) -> None:
    """A package whose packs are missing is an error: its provider would silently be unknown."""
    with pytest.raises(PackInvalid, match="there are none"):
        installed_packs([EntryPoint("x", value, GROUP)])
