"""The other end of :mod:`~withhold.sources.workers`: decodes windows until its input ends."""

import signal
import sys

import msgspec

from withhold.sources.facts import packed
from withhold.sources.slots import Slot
from withhold.sources.workers import Span, Task, decoded
from withhold.support.framed import receive, send


def serve(handle: str = "") -> int:
    """Answer tasks from standard input on standard output. Interrupts are for the main process.

    ``handle`` is the memory that is shared with it, if there is some.
    """
    shared = Slot(int(handle)) if handle else None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks = msgspec.msgpack.Decoder(Task)
    while data := receive(sys.stdin.buffer):
        task = tasks.decode(data)
        span = task.span
        if span.left and shared is not None:
            span = Span(data=shared.take(span.left))
        batch = decoded(task.kind, span)
        send(sys.stdout.buffer, b"" if batch is None else packed(batch))
    return 0
