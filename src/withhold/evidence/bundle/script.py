"""The script that goes into every bundle."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

SCRIPT = "verify.sh"


@lru_cache(maxsize=1)
def script() -> bytes:
    """Its bytes: the same in every bundle of this version; docs/how-to/verify-a-bundle.md has their hash."""
    return files("withhold.evidence.bundle").joinpath(SCRIPT).read_bytes()


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """How the script ended: exit ``code`` (0, 3 or 4, see the script) and what it printed."""

    code: int
    lines: tuple[str, ...]


def missing_tools() -> tuple[str, ...]:
    """Programs that the script needs and that are not on this computer, or in a form that lacks a part."""
    missing = tuple(tool for tool in ("bash", "openssl", "sha256sum") if shutil.which(tool) is None)
    return missing or (() if _has_openssl_3() else ("OpenSSL 3",))


def _has_openssl_3() -> bool:
    """LibreSSL and OpenSSL 1.1.1 cannot verify an Ed25519 signature by their command."""
    command = [shutil.which("openssl") or "openssl", "version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    return bool(re.match(r"OpenSSL ([3-9]|[1-9][0-9])\.", done.stdout))


def run_script(folder: Path, keys: Sequence[str], *, timeout: float = 120) -> ScriptRun:
    """Run the script on an unpacked bundle, trusting ``keys``. Needs the :func:`missing_tools`."""
    named = [argument for key in keys for argument in ("--key", key)]
    bash = shutil.which("bash") or "bash"
    done = subprocess.run(  # noqa: S603 - our own script on a folder of ours, and no shell in between
        [bash, str(folder / SCRIPT), *named, str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )
    return ScriptRun(done.returncode, tuple(done.stdout.splitlines()))
