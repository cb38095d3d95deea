"""``withhold local get``: a model of the catalogue, or any GGUF file, checked and noted."""

from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.local.which import shelf
from withhold.local.fetching import Wanted, choose, fetch
from withhold.local.gguf import read_header
from withhold.local.shelf import sha256_of
from withhold.packs.models import load_models
from withhold.report.documents import local as d
from withhold.support.errors import UsageProblem


def get(
    services: Services, wanted: str, *, quant: str | None = None, file: str | None = None
) -> d.LocalGetDocument:
    """Fetch ``wanted``: an id of the catalogue, ``owner/repo`` of the hub with ``file``, or a file here.

    Raises ``EnvironmentProblem`` where the hub cannot be reached or something else came than was announced.
    """
    path = Path(wanted).expanduser()
    if path.is_file():
        return _own(services, path)
    asked = _asked(wanted, quant, file)
    services.progress.step("asking the hub; it learns this computer's address and which file is wanted")
    found, kept = fetch(asked, shelf(services), services.environ, services.progress)
    read_header(found)
    stamp = services.stamp()
    return d.LocalGetDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        model=kept.id,
        path=str(found),
        repo=kept.repo,
        revision=kept.revision,
        quant=kept.quant,
        size=kept.size,
        sha256=kept.sha256,
        checked_by=kept.checked_by,
        licence=kept.licence,
    )


def _asked(wanted: str, quant: str | None, file: str | None) -> Wanted:
    if "/" not in wanted:
        return choose(load_models().model(wanted), quant)
    if file is None and quant is None:
        raise UsageProblem(
            "which file of that repository?", next_step="add --file NAME.gguf or --quant Q4_K_M"
        )
    return Wanted(wanted.rpartition("/")[2], wanted, file, quant or "?", None, wanted)


def _own(services: Services, path: Path) -> d.LocalGetDocument:
    """A file of the person's own stays where it is; nobody stated what its hash should be."""
    header, stamp = read_header(path), services.stamp()
    services.progress.step("checking the file's SHA-256")
    return d.LocalGetDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        model=str(path.absolute()),
        path=str(path.absolute()),
        repo=None,
        revision=None,
        quant=None,
        size=path.stat().st_size,
        sha256=sha256_of(path),
        checked_by=(),
        licence=header.text("general.license"),
    )
