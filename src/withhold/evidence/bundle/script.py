"""The script that goes into every bundle."""

from functools import lru_cache
from importlib.resources import files

SCRIPT = "verify.sh"


@lru_cache(maxsize=1)
def script() -> bytes:
    """Its bytes: the same in every bundle of this version; docs/how-to/verify-a-bundle.md has their hash."""
    return files("withhold.evidence.bundle").joinpath(SCRIPT).read_bytes()
