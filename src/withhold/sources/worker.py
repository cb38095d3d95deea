"""The other end of :mod:`~withhold.sources.workers`: decodes windows until its input ends."""

import signal
import sys

import msgspec

from withhold.sources.facts import packed
from withhold.sources.workers import Task, decoded, receive, send


def serve() -> int:
    """Answer tasks from standard input on standard output. Interrupts are for the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks = msgspec.msgpack.Decoder(Task)
    while data := receive(sys.stdin.buffer):
        task = tasks.decode(data)
        batch = decoded(task.kind, task.span)
        send(sys.stdout.buffer, b"" if batch is None else packed(batch))
    return 0
