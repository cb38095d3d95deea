"""An import is written in parts: its memory does not grow with its size."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.sizes import SIZES

# The kernel hands a child its parent's peak in `getrusage`; VmHWM is the child's own.
IMPORT = """
import pathlib, re, resource, sys
from tests.index.making import opened
from tests.store.making import export
from withhold.model.columns import Columns
from withhold.model.conversation import Conversation
from withhold.model.words import Kind
START, DAY = 1_700_000_000_000_000, 86_400_000_000
def made(number, size):
    times = [START + number * 1000 + at * 60_000_000 for at in range(size)]
    ids = [f"{number:08x}-message-{at:08x}" for at in range(size)]
    return Conversation(f"c-{number:032x}", "openai", Kind.CHAT,
                        Columns(ids, "hm" * (size // 2), times, times, [100] * size), account_ref="a")
def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
count = int(sys.argv[2])
with opened(pathlib.Path(sys.argv[1])) as state:
    for name, size in (("one", 20), ("two", 22)):
        with state.importing(export(name)) as batch:
            for number in range(count):
                batch.add(made(number, size))
        print(batch.new_messages, peak())
    print(state.count(), peak())
"""


def test_the_memory_of_an_import_is_bounded(tmp_path: Path, soak_report: Callable[..., None]) -> None:
    """Many new conversations, then all of them changed: about 40 bytes each beside one row group."""
    size = SIZES.index.conversations
    command = [sys.executable, "-c", IMPORT, str(tmp_path), str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path.cwd())
    (new, first), (more, second), (count, _) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (new, more, count) == (size * 20, size * 2, size)
    soak_report(conversations=size, peak_new_mib=first, peak_changed_mib=second)
    assert first < 260
    assert second < 420
