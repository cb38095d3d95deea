"""Reading and importing large exports, beside what it costs to decode them at all and beside other programs.

``WITHHOLD_BENCH_MB`` sets their size (200), ``WITHHOLD_BENCH_EXPORTS`` where they are kept for the next run.
Each figure is the least of several runs, which take turns; what was read is held against the counts of the
maker.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from exports import make
from peers import CLAUDE_TO_SQLITE, CONVOVIZ, ECHOMINE, Peer
from rows import Row

RUNS = 3
CHILD = Path(__file__).with_name("reading_child.py")
WITHHOLD = Path(sys.executable).parent / "withhold"
MB = 1_000_000


@dataclass(frozen=True)
class Best:
    """The least of several runs: seconds (wall clock), seconds of processors, and bytes of memory."""

    seconds: float
    cpu: float
    own: float
    child: float

    @property
    def memory(self) -> float:
        """Of the process and one that it started."""
        return self.own + self.child


def run() -> list[Row]:
    """All rows, for both providers."""
    size = float(os.environ.get("WITHHOLD_BENCH_MB", "200"))
    kept = os.environ.get("WITHHOLD_BENCH_EXPORTS")
    with tempfile.TemporaryDirectory() as throwaway:
        folder = Path(kept or throwaway)
        folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for kind in ("chatgpt", "claude"):
            rows += _reading(kind, _export(kind, size, folder), size)
            rows += _importing(kind, _export(kind, size, folder), Path(throwaway), size)
        rows += _shards(_export("shards", size, folder), size)
    return rows


def _export(kind: str, size: float, folder: Path) -> Path:
    """An export and its ZIP; made once."""
    export = folder / f"{kind}-{size:g}"
    if not export.with_name(f"{export.name}.counts.json").exists():
        make(kind, size, export)
        with zipfile.ZipFile(_packed(export), "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(export.iterdir()):
                archive.write(file, file.name)
    return export


def _packed(export: Path) -> Path:
    return export.with_name(f"{export.name}.zip")


def _reading(kind: str, export: Path, size: float) -> list[Row]:
    chats, packed = export / "conversations.json", _packed(export)
    best = _turns(
        {
            "decode": ("decode", kind, chats, 1),
            "whole": ("whole", kind, chats, 1),
            "one": ("read", kind, export, 1),
            "two": ("read", kind, export, 2),
            "zip": ("read", kind, packed, 2),
            "zlib": ("zlib", kind, packed, 1),
            "isal": ("isal", kind, packed, 1),
        },
        _counts(export),
    )
    title = f"{kind} {size:g} MB"
    bare = "typed msgspec decode, 8 MiB windows, one core"
    return [
        _time(f"{title}: read, one process", best["one"], bare, best["decode"]),
        _cpu(f"{title}: read, one process", best["one"], bare, best["decode"]),
        _time(f"{title}: read, two processes", best["two"], bare, best["decode"]),
        _time(
            f"{title}: read, two processes", best["two"], "typed msgspec decode, whole file", best["whole"]
        ),
        _time(f"{title}: read from ZIP, two processes", best["zip"], "inflate alone, zlib", best["zlib"]),
        _time(f"{title}: read from ZIP, two processes", best["zip"], "inflate alone, isal", best["isal"]),
        _memory(f"{title}: memory, one process", best["one"].memory, bare, best["decode"].memory),
        _memory(
            f"{title}: memory, three processes",
            best["two"].own + 2 * best["two"].child,
            bare,
            best["decode"].memory,
        ),
        _memory(
            f"{title}: memory, ZIP, three processes",
            best["zip"].own + 2 * best["zip"].child,
            bare,
            best["decode"].memory,
        ),
    ]


def _shards(export: Path, size: float) -> list[Row]:
    best = _turns(
        {"one": ("read", "chatgpt", export, 1), "two": ("read", "chatgpt", export, 2)}, _counts(export)
    )
    return [
        _time(f"chatgpt {size:g} MB in shards: read, two processes", best["two"], "one process", best["one"])
    ]


def _turns(work: dict[str, tuple[str, str, Path, int]], wanted: dict[str, Any]) -> dict[str, Best]:
    """All measurements take turns, so that a busy moment of the machine hits all of them."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in work}
    for _ in range(RUNS):
        for name, (what, kind, path, workers) in work.items():
            found[name].append(_child(what, kind, path, workers, wanted))
    return {
        name: Best(*(min(run[key] for run in runs) for key in ("seconds", "cpu", "own", "child")))
        for name, runs in found.items()
    }


def _child(what: str, kind: str, path: Path, workers: int, wanted: dict[str, Any]) -> dict[str, Any]:
    environment = {**os.environ, "WITHHOLD_WORKERS": str(workers)}
    ran = subprocess.run(
        [sys.executable, CHILD, what, kind, path], env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    _agree(found["counts"], wanted)
    return found


def _agree(counts: dict[str, Any], wanted: dict[str, Any]) -> None:
    """What was counted is what was written. Raises ``ValueError``."""
    odd = {key: (value, wanted[key]) for key, value in counts.items() if wanted.get(key, value) != value}
    if odd:
        raise ValueError(f"counted against written: {odd}")


def _counts(export: Path) -> dict[str, Any]:
    made = json.loads(export.with_name(f"{export.name}.counts.json").read_text("utf-8"))
    times = {
        key: (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=made[key])).isoformat()
        for key in ("first", "last")
    }
    return {
        **{key: made[key] for key in ("conversations", "human", "model", "feedback")},
        **times,
        "unrecognised": 0,
    }


def _importing(kind: str, export: Path, scratch: Path, size: float) -> list[Row]:
    """The whole command, start and index included, beside the whole run of other programs."""
    ours = _imported(export, scratch)
    peers = (ECHOMINE, CONVOVIZ) if kind == "chatgpt" else (CLAUDE_TO_SQLITE,)
    bare = _turns({"decode": ("decode", kind, export / "conversations.json", 1)}, _counts(export))["decode"]
    title, name = f"{kind} {size:g} MB: withhold import", "typed msgspec decode, 8 MiB windows, one core"
    rows = [_time(title, ours, name, bare), _cpu(title, ours, name, bare)]
    return rows + [row for peer in peers for row in _beside(peer, ours, kind, export, scratch, size)]


def _imported(export: Path, scratch: Path) -> Best:
    runs = []
    for number in range(RUNS):
        home = scratch / f"home-{export.name}-{number}"
        command = [str(WITHHOLD), "import", "--json", str(export)]
        best, printed = _program(command, {**os.environ, "WITHHOLD_HOME": str(home)})
        (row,) = json.loads(printed)["sources"]
        _agree({key: row[key] for key in ("conversations", "human", "model", "feedback")}, _counts(export))
        if row["unrecognised"]:
            raise ValueError("something was not recognised")
        runs.append(best)
    return min(runs, key=lambda one: one.seconds)


def _beside(peer: Peer, ours: Best, kind: str, export: Path, scratch: Path, size: float) -> list[Row]:
    title = f"{kind} {size:g} MB: withhold import"
    program = peer.program()
    if program is None:
        reason = f"{peer.name} {peer.version} could not be installed"
        return [Row(title, ours.seconds, "s", reason, None)]
    theirs, _ = _program(peer.command(program, export, scratch), dict(os.environ))
    name = f"{peer.name} {peer.version}, {peer.does}"
    return [_time(title, ours, name, theirs), _memory(f"{title}, memory", ours.own, name, theirs.own)]


def _program(command: list[str], environment: dict[str, str]) -> tuple[Best, str]:
    """One run of a program, timed and weighed by a process that does nothing else."""
    watch = (
        "import json,resource,subprocess,sys,time\nb=time.perf_counter()\n"
        "r=subprocess.run(sys.argv[1:],capture_output=True,text=True,stdin=subprocess.DEVNULL)\n"
        "s=time.perf_counter()-b\nu=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "m=u.ru_maxrss*(1 if sys.platform=='darwin' else 1024)\n"
        "print(json.dumps([s,u.ru_utime+u.ru_stime,m,r.returncode,r.stdout,r.stderr[-2000:]]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", watch, *command], env=environment, check=True, capture_output=True, text=True
    )
    seconds, cpu, memory, code, printed, talk = json.loads(ran.stdout)
    if code:
        raise RuntimeError(f"{command[0]} ended with {code}: {talk}")
    return Best(seconds, cpu, memory, 0), printed


def _time(title: str, ours: Best, peer: str, theirs: Best) -> Row:
    return Row(title, ours.seconds, "s", f"{peer}: {theirs.seconds:.2f} s", ours.seconds / theirs.seconds)


def _cpu(title: str, ours: Best, peer: str, theirs: Best) -> Row:
    return Row(f"{title}, processor", ours.cpu, "s", f"{peer}: {theirs.cpu:.2f} s", ours.cpu / theirs.cpu)


def _memory(title: str, ours: float, peer: str, theirs: float) -> Row:
    return Row(title, ours / MB, "MB", f"{peer}: {theirs / MB:.0f} MB", ours / theirs)
