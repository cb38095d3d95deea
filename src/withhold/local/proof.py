"""The egress proof: two-sided, and able to fail.

Inside, while the model answers, a child of the sealed process tries every way out that is known. Outside, a
canary counts. The same attempts without the seal must reach the canary: otherwise silence would mean nothing.
And the process that really answers is looked at from outside: it must descend from the sealed one, carry the
filter on every thread, and hold no socket but Unix sockets.

What it shows holds for this process on this kernel at this time, against the ways in the list. A flaw of the
kernel, of the processor or of whoever runs this program is outside of it.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from withhold.local import canary as canaries
from withhold.local.http import UnixConnection, ask, pieces
from withhold.local.peer import Seen, look
from withhold.local.seal.attempts import ARRIVE
from withhold.local.seal.levels import Level
from withhold.support.errors import EnvironmentProblem, Undetermined

_CONTROL = (
    "import json,sys; sys.path.insert(0, sys.argv[1]); from withhold.local.seal.attempts import run;"
    "print(json.dumps(run(json.loads(sys.argv[2]))))"
)
_SETTLE, _NEXT_PIECE = 0.3, 60.0
PROMPT = "Write a long story about a lighthouse. Once upon a time"


class Runner(Protocol):
    """A sealed process that answers on a Unix socket."""

    level: Level
    pid: int
    landlock: int

    @property
    def socket(self) -> Path: ...

    def attempts(self, targets: Mapping[str, Any], handles: Any = ()) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Tried:
    """One channel: how it ended inside, how often it arrived outside, and how the control fared."""

    channel: str
    open: bool
    error: str | None
    arrived: int
    control_open: bool
    control_arrived: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. ``reasons`` says why it is no proof; empty only if every part held."""

    level: Level
    landlock: int
    tried: tuple[Tried, ...]
    strangers: int
    """What reached the canary and belonged to no attempt: the answering process itself, or a visitor."""
    seen: Seen | None
    state: Mapping[str, Any]
    answered: int
    """Pieces of the answer that came while ways out were being tried."""
    reasons: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.reasons

    @property
    def leaks(self) -> bool:
        """Whether something got out or could have: worse than a proof that could not be made."""
        return bool(self.strangers or any(t.open or t.arrived for t in self.tried))


def prove(runner: Runner, *, watcher: canaries.Canary | None = None) -> Proof:
    """Try everything while the model answers. Raises ``Undetermined`` where the attempts could not be made.

    ``watcher`` is the canary to count with; by default one of its own.
    """
    if watcher is None:
        with canaries.canary() as made:
            return prove(runner, watcher=made)
    speaking = _Speaking(runner.socket)
    try:
        speaking.begin()
        inside = runner.attempts(watcher.targets, watcher.handles)
        seen = _look(speaking.peer, runner.pid)
        speaking.went_on()
    finally:
        answered = speaking.end()
    threading.Event().wait(_SETTLE)
    watcher.settle()
    arrived, strangers = Counter(watcher.channels), watcher.strangers
    control, reached = _control()
    tried = tuple(_row(row, arrived, control, reached) for row in inside["attempts"])
    found = Proof(runner.level, runner.landlock, tried, strangers, seen, inside.get("state", {}), answered)
    return replace(found, reasons=tuple(_reasons(found)))


def _reasons(found: Proof) -> list[str]:
    reasons = [f"{t.channel} was open inside" for t in found.tried if t.open]
    reasons += [f"{t.channel} arrived at the canary" for t in found.tried if t.arrived]
    if found.strangers:
        reasons.append(f"{found.strangers} message(s) of no attempt reached the canary")
    reasons += [f"the control of {t.channel} did not arrive" for t in found.tried if _control_failed(t)]
    missing = ARRIVE - {t.channel for t in found.tried}
    reasons += [f"{channel} was not tried" for channel in sorted(missing)]
    if not found.level.provable:
        reasons.append(f"{found.level} is no level that a proof can rest on")
    if not found.answered:
        reasons.append("the model did not answer meanwhile")
    return reasons + _about_peer(found.seen, found.level)


def _control_failed(tried: Tried) -> bool:
    return tried.channel in ARRIVE and not tried.control_arrived


def _about_peer(seen: Seen | None, level: Level) -> list[str]:
    if seen is None:
        return ["the process that answers could not be looked at"]
    reasons = []
    if not seen.descends:
        reasons.append("the process that answers is not the one that was sealed")
    if not (seen.seccomp and seen.no_new_privs):
        reasons.append("the process that answers carries no filter of system calls")
    if seen.foreign:
        reasons.append(f"it holds sockets that are no Unix sockets: {', '.join(seen.foreign)}")
    if level is Level.NETNS and seen.netns_shared:
        reasons.append("it is in the same network namespace as everything else")
    return reasons


def _look(pid: int | None, sealed_pid: int) -> Seen | None:
    if pid is None:
        return None
    try:
        return look(pid, sealed_pid)
    except OSError:
        return None


def _control() -> tuple[dict[str, bool], Counter[str]]:
    """The same attempts by an ordinary process: which were open, and what arrived."""
    with canaries.canary() as own:
        targets = dict(own.targets) | {"passed_listener": own.handles[0], "passed_udp": own.handles[1]}
        with _scratch() as model:
            targets["model"] = str(model)
            source = str(Path(__file__).parents[2])
            ran = subprocess.run(  # noqa: S603 - this interpreter with a text of ours
                [sys.executable, "-I", "-c", _CONTROL, source, json.dumps(targets)],
                check=False,
                capture_output=True,
                timeout=60,
                pass_fds=own.handles,
            )
        if ran.returncode:
            raise Undetermined(f"the control could not be run: {ran.stderr.decode(errors='replace')[-300:]}")
        threading.Event().wait(_SETTLE)
        own.settle()
        rows = json.loads(ran.stdout)
        return {row["channel"]: row["open"] for row in rows}, Counter(own.channels)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A file that stands for the model in the control."""
    with tempfile.TemporaryDirectory(prefix="withhold-") as folder:
        path = Path(folder) / "model"
        path.touch()
        yield path


def _row(
    row: Mapping[str, Any], arrived: Counter[str], control: Mapping[str, bool], reached: Counter[str]
) -> Tried:
    name = row["channel"]
    return Tried(name, row["open"], row["error"], arrived[name], control.get(name, False), reached[name])


@dataclass
class _Speaking:
    """The model answering in a thread, and how much of it came."""

    path: Path
    peer: int | None = None
    count: int = 0
    _connection: UnixConnection | None = None
    _first: threading.Event = field(default_factory=threading.Event)
    _failed: str | None = None
    _thread: threading.Thread | None = None
    _before: int = 0

    def begin(self) -> None:
        """Have it begin to answer; returns with the first piece."""
        self._connection = UnixConnection(self.path)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        if not self._first.wait(120) or self._failed:
            raise EnvironmentProblem(f"the model did not answer: {self._failed or 'no first word in time'}")
        self._before = self.count

    def went_on(self) -> None:
        """Wait for one more piece: a busy machine may take a while over it. Returns too if none comes."""
        until = time.monotonic() + _NEXT_PIECE
        while self.count == self._before and self._thread is not None and time.monotonic() < until:
            self._thread.join(0.02)
            if not self._thread.is_alive():
                return

    def end(self) -> int:
        """Stop it; how many pieces came since :meth:`begin` returned."""
        came = self.count - self._before
        if self._connection is not None:
            self._connection.abandon()
        if self._thread is not None:
            self._thread.join(10)
        return came

    def _read(self) -> None:
        assert self._connection is not None  # noqa: S101 - begun above
        body = {"prompt": PROMPT, "max_tokens": 2000, "stream": True, "ignore_eos": True, "temperature": 1}
        try:
            response = ask(self._connection, "/v1/completions", body)
            self.peer = self._connection.peer[0] if self._connection.peer else None
            for _ in pieces(response):
                self.count += 1
                self._first.set()
        except (OSError, ValueError, AttributeError) as problem:
            if not self._first.is_set():
                self._failed = str(problem)
        finally:
            self._first.set()
            self._connection.close()
