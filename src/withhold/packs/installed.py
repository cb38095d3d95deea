"""Packs that installed packages bring along.

A package names a folder of packs under the entry point group :data:`GROUP`::

    [project.entry-points."withhold.packs"]
    acme = "acme_packs.data"

The value is the dotted name of a folder of that package. No code of the package is run: only the folder is
looked up and its YAML read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from withhold.support.errors import PackInvalid

GROUP = "withhold.packs"


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """A file that the distribution ``package`` brings."""

    package: str
    path: Path


def installed_packs(entries: Sequence[EntryPoint] | None = None) -> tuple[InstalledPack, ...]:
    """All of them, by file name. ``entries`` stands in for those of this environment.

    Raises ``PackInvalid`` where a package names a folder that is not there, or where two packages bring a
    pack of one name: which of them speaks must not depend on the order of installation.
    """
    found: dict[str, InstalledPack] = {}
    for entry in entry_points(group=GROUP) if entries is None else entries:
        for pack in _of(entry):
            other = found.setdefault(pack.path.name, pack)
            if other.path != pack.path:
                raise PackInvalid(
                    f"{other.package} and {pack.package} both bring the pack {pack.path.stem}",
                    next_step=f"uninstall one of them, or put the one you trust into your own packs folder as"
                    f" {pack.path.name} after removing the other package",
                )
    return tuple(found[name] for name in sorted(found))


def _of(entry: EntryPoint) -> Iterator[InstalledPack]:
    package = entry.dist.name if entry.dist is not None else entry.name
    folders = [Path(place) for place in _places(entry.value)]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))]
    if not files:
        raise PackInvalid(
            f"the installed package {package} says that packs lie in {entry.value}, and there are none",
            next_step=f"update or uninstall {package}",
        )
    yield from (InstalledPack(package, path) for path in files)


def _places(dotted: str) -> Sequence[str]:
    """Folders of a package, found without importing it."""
    places: Sequence[str] | None = None
    for part in dotted.split("."):
        spec = PathFinder.find_spec(part, None if places is None else list(places))
        if spec is None or spec.submodule_search_locations is None:
            return ()
        places = list(spec.submodule_search_locations)
    return places or ()
