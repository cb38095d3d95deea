"""Packs as values of the model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from withhold.model.terms import Provider
from withhold.packs.installed import InstalledPack
from withhold.packs.lint import check, read
from withhold.packs.problem import Problem, Reports, Severity
from withhold.packs.updates import UpdatePack
from withhold.packs.values import provider
from withhold.support.errors import PackInvalid, UsageProblem

__all__ = ["builtin_dir", "builtin_ids", "load", "load_all", "load_builtin"]

_SUFFIX = ".yaml"
_SHOWN = 20


def load(path: Path) -> Provider:
    """The provider a file describes. Raises ``PackInvalid``, which lists every error with file and line.

    A file is parsed once per process for the same bytes.
    """
    reports = Reports(str(path))
    data = read(path, reports)
    if data is None:
        raise _invalid(reports.found)
    return _parsed(data, reports.file)


def builtin_dir() -> Path:
    """Where the packs that come with the program lie."""
    return Path(__file__).parent / "data"


@cache
def builtin_ids() -> tuple[str, ...]:
    """Ids of the packs that come with the program, in alphabetical order."""
    return tuple(sorted(p.stem for p in builtin_dir().glob(f"*{_SUFFIX}")))


def load_builtin(provider_id: str) -> Provider:
    """A pack that comes with the program. Raises ``UsageProblem`` for an id that has none."""
    if provider_id not in builtin_ids():
        known = ", ".join(builtin_ids())
        raise UsageProblem(f"there is no pack for {provider_id!r}", next_step=f"choose one of: {known}")
    return load(builtin_dir() / f"{provider_id}{_SUFFIX}")


def load_all(
    extra_dirs: Iterable[Path] = (),
    installed: Iterable[InstalledPack] = (),
    updates: Iterable[UpdatePack] = (),
) -> Mapping[str, Provider]:
    """Every pack by id: built in, those of ``installed`` packages, of ``updates``, of ``extra_dirs``.

    A pack of an update that was compiled before the one beneath it is passed over. Else a later one replaces
    an earlier one of the same id, whole, and says that it is not built in (``own_file``). A built-in pack is
    parsed when it is first asked for. Directories that do not exist are passed over. Raises ``PackInvalid``
    for the first of the other files that is wrong.
    """
    packs = [replace(load(i.path), own_file=f"{i.path} ({i.package})") for i in installed]
    files = [path for folder in extra_dirs for path in sorted(folder.glob(f"*{_SUFFIX}"))]
    own = {pack.id: pack for pack in packs}
    for update in updates:
        pack = replace(load(update.path), own_file=f"{update.path} ({update.label})")
        if not _older(pack, own.get(pack.id)):
            own[pack.id] = pack
    own |= {pack.id: pack for pack in (replace(load(path), own_file=str(path)) for path in files)}
    return _Packs(own)


def _older(pack: Provider, beneath: Provider | None) -> bool:
    """Whether an update's pack would hide a newer one, which may be the one built in."""
    if beneath is None and pack.id in builtin_ids():
        beneath = load_builtin(pack.id)
    if beneath is None or beneath.compiled_on is None or pack.compiled_on is None:
        return False
    return pack.compiled_on < beneath.compiled_on


class _Packs(Mapping[str, Provider]):
    """Built-in packs, loaded one by one on use, overlaid by ``own``."""

    def __init__(self, own: Mapping[str, Provider]) -> None:
        self._own = own
        self._ids = sorted({*builtin_ids(), *own})

    def __getitem__(self, provider_id: str) -> Provider:
        if provider_id in self._own:
            return self._own[provider_id]
        if provider_id not in self._ids:
            raise KeyError(provider_id)
        return load_builtin(provider_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


@lru_cache(maxsize=128)
def _parsed(data: bytes, name: str) -> Provider:
    pack, problems = check(data, name)
    errors = [p for p in problems if p.severity is Severity.ERROR]
    if errors or pack is None:
        raise _invalid(errors)
    return provider(pack, sha256(data).hexdigest())


def _invalid(errors: Iterable[Problem]) -> PackInvalid:
    lines = [str(p) for p in errors]
    more = [f"... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return PackInvalid("\n".join([*lines[:_SHOWN], *more]), next_step="mend the lines named above")
