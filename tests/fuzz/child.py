"""Feeds the readers with mutated input for some seconds, in a process of its own with bounded memory.

``python -m tests.fuzz.child ENGINE SECONDS SEED FOLDER``: ENGINE is ``chance``, or ``atheris``, which looks
at which code an input reaches. FOLDER takes inputs at work, and those at which something went wrong.
Ends with 0 if nothing was found; the last line on standard output is the number of inputs.
"""

import faulthandler
import random
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

MEMORY = 1 << 30
"""Bytes of address space beyond what the process begins with."""
SLOWEST = 20
"""Seconds that one input may take."""


def main(engine: str, seconds: str, seed: str, folder: str) -> int:
    """Run one engine."""
    work = Path(folder)
    if engine == "atheris":
        return _atheris(float(seconds), int(seed), work)
    return _chance(float(seconds), int(seed), work)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: the watchdog alone has to do
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, hard))


def _address_space() -> int:
    """Bytes of address space in use; what is loaded does not count as memory of an input."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # not Linux
        return 8 << 30
    return pages * 4096


def _chance(seconds: float, seed: int, work: Path) -> int:
    from tests.fuzz.corpus import sources
    from tests.fuzz.property import whole

    names = sorted(sources())
    for name in names:
        whole(name)
    _bound_memory()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        draw = random.Random(f"{seed}-{number}")
        name = names[number % len(names)]
        if not _fine(name, _picking(draw), work, f"{seed}-{number}"):
            return 1
        number += 1
    print(number)
    return 0


def _picking(draw: random.Random) -> Callable[[int], int]:
    return lambda below: draw.randrange(max(1, below))


def _fine(name: str, pick: Callable[[int], int], work: Path, label: str) -> bool:
    from tests.fuzz.property import check

    folder = work / "input"
    shutil.rmtree(folder, ignore_errors=True)
    faulthandler.dump_traceback_later(SLOWEST, exit=True)
    try:
        check(name, pick, folder)
    except Exception:  # noqa: BLE001 - an edge of the process: whatever it is, it was found
        traceback.print_exc()
        print(f"found with {name} {label}; the input is in {folder}", file=sys.stderr)
        return False
    finally:
        faulthandler.cancel_dump_traceback_later()
    return True


def _atheris(seconds: float, seed: int, work: Path) -> int:
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["withhold.sources"]):
        from withhold.sources import registry  # noqa: F401 - instrumented here, once
    from tests.fuzz.corpus import sources
    from tests.fuzz.property import alone, whole

    names = sorted(sources())
    seeds = work / "corpus"
    seeds.mkdir(parents=True, exist_ok=True)
    number = 0
    for index, name in enumerate(names):
        whole(name)
        for place, body in sources()[name].items():
            ending = ENDINGS.index(_ending(place))
            (seeds / f"{number}").write_bytes(bytes([index, 0, ending]) + body)
            number += 1
    file_folder = work / "file"
    file_folder.mkdir()

    def one(data: bytes) -> None:
        if len(data) < 3:
            return
        if data[1] % 2:
            picker = atheris.FuzzedDataProvider(data[2:])
            name = names[data[0] % len(names)]
            if not _fine(name, lambda n: picker.ConsumeIntInRange(0, max(0, n - 1)), work, "by atheris"):
                raise AssertionError(name)
            return
        alone(data[3:], f"x{ENDINGS[data[2] % len(ENDINGS)]}", file_folder)

    options = [
        f"-max_total_time={max(1, round(seconds))}",
        f"-seed={seed or 1}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY >> 20}",
        f"-artifact_prefix={work}/found-",
        "-max_len=24000",
        "-print_final_stats=1",
        str(seeds),
    ]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()
    return 0  # not reached: libFuzzer ends the process


ENDINGS = (".json", ".jsonl", ".csv", ".html", ".md", ".db", ".zip", ".zst", "")


def _ending(place: str) -> str:
    ending = Path(place).suffix
    return ending if ending in ENDINGS else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
