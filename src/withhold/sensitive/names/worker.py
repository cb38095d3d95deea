"""The worker's side: pieces of text in, labels out, until the pipe ends. It writes nothing anywhere else."""

import sys
from pathlib import Path

import msgspec

from withhold.sensitive.names.engine import Engine
from withhold.sensitive.names.spans import Labelled
from withhold.support.framed import receive, send


class Ready(msgspec.Struct, array_like=True):
    """The first message. ``why`` is empty where the model was loaded; ``sealed``: it is without network."""

    sealed: bool
    why: str = ""


def serve(folder: str, threads: int, *, sealed: bool) -> int:
    """Answer over standard input and output."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        engine = Engine(Path(folder), threads=threads)
    except Exception as problem:  # noqa: BLE001 - whatever keeps the model from loading is said to the parent
        send(answers, msgspec.msgpack.encode(Ready(sealed, f"{type(problem).__name__}: {problem}")))
        return 1
    send(answers, msgspec.msgpack.encode(Ready(sealed)))
    while (message := receive(asked)) is not None:
        texts = msgspec.msgpack.decode(message, type=list[str])
        found: list[list[Labelled]] = [engine.read(text) for text in texts]
        send(answers, msgspec.msgpack.encode(found))
    return 0
