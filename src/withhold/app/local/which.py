"""Which model file is meant, and with what it is to be run."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.local.gguf import Header, read_header
from withhold.local.shelf import Shelf, sha256_of
from withhold.packs.models import load_models
from withhold.support.errors import EnvironmentProblem, NothingRead, UsageProblem

OWN_TEMPLATES = {"gemma": "gemma.jinja"}
_BY_ARCHITECTURE = {"gemma3": "gemma", "gemma2": "gemma", "gemma": "gemma"}
_USUAL = 8192


@dataclass(frozen=True, slots=True)
class Meant:
    """A model file with its head. ``alias`` is what it is called to clients."""

    path: Path
    alias: str
    header: Header

    @property
    def sha256(self) -> str:
        return sha256_of(self.path)


def shelf(services: Services) -> Shelf:
    """The models of this person's state."""
    return Shelf(services.home.models)


def meant(services: Services, wanted: str) -> Meant:
    """The file called ``wanted``: a path, or a model that was fetched.

    Raises ``EnvironmentProblem`` for a model of the catalogue that is not here yet, ``UsageProblem`` for
    what is
    neither.
    """
    path = Path(wanted).expanduser()
    if path.suffix == ".gguf" or path.is_file():
        if not path.is_file():
            raise NothingRead(f"there is no file {path}")
        return Meant(path.absolute(), path.stem, read_header(path))
    found = shelf(services).find(wanted)
    if found is not None:
        return Meant(found[0], found[1].id, read_header(found[0]))
    model = load_models().model(wanted)
    raise EnvironmentProblem(
        f"{model.name} is not on this computer yet", next_step=f"withhold local get {model.id}"
    )


def context_for(header: Header, asked: int | None) -> int:
    """Tokens of context: what was asked, else a usual amount; never more than the model was made for."""
    most = header.whole("context_length")
    if asked is not None and most is not None and asked > most:
        raise UsageProblem(f"this model was made for at most {most:,} tokens of context")
    return asked or min(most or _USUAL, _USUAL)


def template_for(services: Services, header: Header, asked: str | None) -> str:
    """The chat template as Jinja text; empty: the file's own.

    ``asked`` is one of :data:`OWN_TEMPLATES` or a file. A file that brings none is likely a base model: it is
    said, and the template of its family is taken where one is known.
    """
    if asked is not None:
        return _template(asked)
    if header.text("tokenizer.chat_template"):
        return ""
    name = _BY_ARCHITECTURE.get(header.architecture or "")
    services.progress.step(
        "this file brings no chat template: it may be a base model, which continues text and answers nothing"
        + (f"; taking the template of {name}" if name else "")
    )
    return _template(name) if name else ""


def _template(name: str) -> str:
    if name in OWN_TEMPLATES:
        found = files("withhold.packs").joinpath("data", "models", "templates", OWN_TEMPLATES[name])
        return found.read_text(encoding="utf-8").rstrip("\n")
    try:
        return Path(name).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageProblem(
            f"the chat template {name} cannot be read",
            next_step=f"one of: {', '.join(OWN_TEMPLATES)}, or a file",
        ) from problem


def engine_facts() -> dict[str, str]:
    """Name, version and SHA-256 of the engine, for the record. Raises ``EnvironmentProblem`` without it."""
    need_engine()
    import importlib.metadata
    import importlib.util

    spec = importlib.util.find_spec("xllamacpp")
    folder = Path(str(spec.origin)).parent if spec is not None else Path()
    libraries = sorted([*folder.glob("*.so"), *folder.glob("*.pyd"), *folder.glob("*.dylib")])
    digests = "".join(sha256_of(path) for path in libraries)
    return {
        "name": "xllamacpp (llama.cpp)",
        "version": importlib.metadata.version("xllamacpp"),
        "sha256": digests if len(libraries) == 1 else hashlib.sha256(digests.encode()).hexdigest(),
    }


def need_engine() -> None:
    """Raise ``EnvironmentProblem`` with the line that installs the engine, where it is not there."""
    import importlib.util

    if importlib.util.find_spec("xllamacpp") is None:
        raise EnvironmentProblem(
            "running a model needs the extra 'local'", next_step="pip install 'withhold[local]'"
        )
