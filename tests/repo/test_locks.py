"""The lock files pin every package by hash, hold what the project asks for, and agree with each other."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("runtime", "dev")
PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; .+)?$")
HASH = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")

Pins = dict[str, tuple[str, list[str]]]


def pins(root: Path, lock: str) -> Pins:
    """Name to version and hashes; anything else in the file is an error."""
    text = (root / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    found: Pins = {}
    for logical in text.replace("\\\n", "\0").splitlines():
        first, *hashes = (part.strip() for part in logical.split("\0"))
        match = PIN.match(first)
        assert match, f"{lock}.txt: {first!r} is not an exact pin"
        found[canonicalize_name(match["name"])] = (match["version"], hashes)
    return found


def project(root: Path) -> dict[str, Any]:
    """The project file."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def asked(root: Path, lock: str) -> list[Requirement]:
    """What the project asks for by itself, in one lock. Spark, which is built from source, has its own."""
    table = project(root)
    groups = table["dependency-groups"]
    texts = [*table["project"]["dependencies"], *groups["build"], *table["build-system"]["requires"]]
    texts += table["project"]["optional-dependencies"]["browser"]
    if lock == "dev":
        extras = table["project"]["optional-dependencies"]
        texts += [text for name, extra in extras.items() if name not in ("spark", "all") for text in extra]
        texts += [text for text in groups["dev"] if isinstance(text, str)]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str, root: Path) -> None:
    """pip can refuse whatever is not byte for byte what was locked."""
    for name, (_, hashes) in pins(root, lock).items():
        assert hashes, f"{name} has no hash"
        assert all(HASH.match(text) for text in hashes), name


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_the_project_asks_for(lock: str, root: Path) -> None:
    """A dependency added to the project is in the lock, at a version that it allows."""
    locked = pins(root, lock)
    for requirement in asked(root, lock):
        version, _ = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_people_run_what_was_tested(root: Path) -> None:
    """Each pin of the runtime lock is in the dev lock: an environment for tests serves for use as well."""
    runtime, dev = pins(root, "runtime"), pins(root, "dev")
    assert {name: dev.get(name) for name in runtime} == runtime
