"""Fetching a model from the hub: pinned, resumable, held against its hash; telling the hub no more than
needed.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from withhold.local.shelf import Kept, Shelf, sha256_of
from withhold.packs.models import GgufFile, ModelFacts
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import PRIVATE_FILE, private_dir
from withhold.support.progress import Progress

if TYPE_CHECKING:
    from huggingface_hub import HfApi

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}
"""Set before the hub's library is loaded: no telemetry, no token sent unasked, plain HTTP with ranges."""
ENDPOINT = "https://huggingface.co"
_TRIES = 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of the hub. ``sha256`` is what the catalogue states, if it does."""

    model: str
    repo: str
    file: str | None
    quant: str
    sha256: str | None
    origin: str
    """The repository of the model itself: its licence counts, not that of whoever converted it."""


@dataclass(frozen=True, slots=True)
class _Found:
    file: str
    revision: str
    sha256: str | None
    size: int | None


def choose(model: ModelFacts, quant: str | None) -> Wanted:
    """The file of a model to be fetched. Raises ``UsageProblem`` where the catalogue names none."""
    named = [g for g in model.gguf if g.repo is not None and (quant is None or g.quant == quant)]
    if named:
        best = max(named, key=_preference)
        return Wanted(model.id, str(best.repo), best.file, best.quant, best.sha256, model.hub_repo)
    if not model.gguf_repos:
        raise UsageProblem(f"the catalogue names no file of {model.id}" + (f" as {quant}" if quant else ""))
    return Wanted(model.id, model.gguf_repos[0], None, quant or "Q4_K_M", None, model.hub_repo)


def _preference(file: GgufFile) -> tuple[bool, bool, int]:
    """A file whose hash is known first, then the usual compromise of size and quality."""
    order = ("Q8_0", "Q4_0", "Q4_K_M")
    return (
        file.sha256 is not None,
        file.file is not None,
        order.index(file.quant) if file.quant in order else -1,
    )


def fetch(wanted: Wanted, shelf: Shelf, environ: Mapping[str, str], progress: Progress) -> tuple[Path, Kept]:
    """Download, check and shelve. A file that is there already is checked and not fetched again.

    Raises ``EnvironmentProblem`` where the extra is missing, the hub cannot be reached, or what came is
    not what
    was announced: that is removed.
    """
    api = _api(environ)
    folder = shelf.place(wanted.repo)
    found = _asked(lambda: _look(api, wanted), wanted.repo)
    progress.step(f"{wanted.repo}/{found.file}, revision {found.revision[:12]}")
    path = _downloaded(api, wanted, found, folder, progress)
    progress.step("checking the file's SHA-256")
    digest = sha256_of(path, lambda done, of: progress.advance(done >> 20, of >> 20, "MiB checked"))
    stated = {"catalogue": wanted.sha256, "hub": found.sha256}
    _refuse_other(path, digest, {who: value for who, value in stated.items() if value})
    path = _in_place(path, folder / found.file)
    kept = Kept(
        file=found.file,
        id=wanted.model,
        repo=wanted.repo,
        revision=found.revision,
        sha256=digest,
        size=path.stat().st_size,
        licence=_licence(api, wanted),
        quant=wanted.quant,
        checked_by=tuple(who for who, value in stated.items() if value),
    )
    shelf.keep(folder, kept)
    return path, kept


def _api(environ: Mapping[str, str]) -> "HfApi":
    os.environ.update(QUIET)
    try:
        from huggingface_hub import HfApi
    except ModuleNotFoundError as missing:
        raise EnvironmentProblem(
            "fetching models needs the extra 'local'", next_step="pip install 'withhold[local]'"
        ) from missing
    return HfApi(endpoint=environ.get("HF_ENDPOINT") or ENDPOINT, token=False, library_name=None)


def _look(api: "HfApi", wanted: Wanted) -> _Found:
    info = api.model_info(wanted.repo, files_metadata=True, token=False)
    rows = [s for s in info.siblings or () if s.rfilename.endswith(".gguf")]
    chosen = [s for s in rows if s.rfilename == wanted.file] if wanted.file else _by_quant(rows, wanted.quant)
    if not chosen or info.sha is None:
        names = ", ".join(s.rfilename for s in rows[:8]) or "no GGUF file"
        raise UsageProblem(f"{wanted.repo} has no file {wanted.file or wanted.quant}; it has {names}")
    lfs = chosen[0].lfs
    return _Found(chosen[0].rfilename, info.sha, lfs.sha256 if lfs else None, chosen[0].size)


def _by_quant(rows: list[Any], quant: str) -> list[Any]:
    """Whole files of that quantisation: a part of a split file is none."""
    return [s for s in rows if quant.lower() in s.rfilename.lower() and "-of-" not in s.rfilename]


def _downloaded(api: "HfApi", wanted: Wanted, found: _Found, folder: Path, progress: Progress) -> Path:
    """The whole file, under a name that says that it is not checked yet.

    The hub's own library begins anew whenever it is started again; here a part that has come is kept, and a
    later run goes on from it.
    """
    from huggingface_hub import hf_hub_url

    path = folder / found.file
    if path.is_file():
        return path
    part = folder / f"{found.file.replace('/', '--')}.{found.revision[:12]}.part"
    url = hf_hub_url(wanted.repo, found.file, revision=found.revision, endpoint=api.endpoint)
    _asked(lambda: _gone_on(url, part, found.size, progress), wanted.repo, tries=_TRIES)
    return part


def _gone_on(url: str, part: Path, size: int | None, progress: Progress) -> None:
    """Add to ``part`` what is missing. Raises ``OSError`` if the answer ends before the file does."""
    from huggingface_hub import get_session

    have = part.stat().st_size if part.exists() else 0
    if have == size:
        return
    headers = {"User-Agent": "withhold", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, follow_redirects=True, timeout=30) as answer:
        answer.raise_for_status()
        goes_on = answer.headers.get("content-range", "").startswith(f"bytes {have}-")
        with _opened(part, at_end=bool(have and goes_on)) as file:
            for piece in answer.iter_raw():
                file.write(piece)
                progress.advance(file.tell() >> 20, None if size is None else size >> 20, "MiB")
            came = file.tell()
    if size is not None and came != size:
        raise OSError(f"{came:,} of {size:,} bytes came")


def _opened(part: Path, *, at_end: bool) -> BinaryIO:
    """A private file: a server that sends everything again has it written anew."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if at_end else os.O_TRUNC) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(part, flags, PRIVATE_FILE), "ab" if at_end else "wb")
    file.seek(0, os.SEEK_END)
    return file


def _asked(act: Callable[[], T], repo: str, *, tries: int = 1) -> T:
    """Ask the hub, again after a cut: what has come is kept and gone on from."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    failed = (httpx2.HTTPError, HfHubHTTPError, OfflineModeIsEnabled, OSError)
    for left in range(tries - 1, -1, -1):
        try:
            return act()
        except failed as problem:
            if left == 0:
                raise EnvironmentProblem(
                    f"{repo} could not be had from the hub: {str(problem).splitlines()[0]}",
                    next_step="run the command again: it goes on where it stopped",
                ) from problem
    raise AssertionError("not reached")


def _in_place(path: Path, target: Path) -> Path:
    """Only a checked file gets its name."""
    if path != target:
        private_dir(target.parent)
        path.replace(target)
    return target


def _refuse_other(path: Path, digest: str, stated: Mapping[str, str]) -> None:
    wrong = [who for who, value in stated.items() if value != digest]
    if wrong:
        path.unlink()
        raise EnvironmentProblem(
            f"what came is not what was announced: its SHA-256 is {digest[:16]}..., not that of the"
            f" {' and the '.join(wrong)}; it was removed",
            next_step="try again later, or name another quantisation with --quant",
        )


def _licence(api: "HfApi", wanted: Wanted) -> str | None:
    """What the model's own repository states; unknown where it cannot be asked."""
    try:
        data = _asked(lambda: api.model_info(wanted.origin, token=False).card_data, wanted.origin)
    except EnvironmentProblem:
        return None
    found = None if data is None else data.get("license")
    return found if isinstance(found, str) else None
