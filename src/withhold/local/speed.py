"""How fast this machine is at generating: measured with the engine itself, for a few seconds.

Generating is bound by how fast weights are read, so a speed for one size of weights says one for another. A
file that is there is measured itself; for the others the engine runs weights made up for the purpose: a real
file with random contents, of a size that no cache holds.
"""

import json
import os
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from withhold.local.hosting import threads, wait_until_loaded
from withhold.local.http import UnixConnection, ask
from withhold.local.seal.launch import Order, running
from withhold.local.seal.levels import Level

SECONDS = 10.0
_F32, _Q4_K = 0, 12
_BLOCK, _BLOCK_BYTES = 256, 144
_WIDTH, _INNER, _LAYERS, _HEADS, _KV_HEADS = 2048, 8192, 4, 16, 4
_WORDS = 512
_ALIGN = 32
_STRING, _FLOAT, _INT, _UINT, _ARRAY = 8, 6, 5, 4, 9


@dataclass(frozen=True, slots=True)
class Speed:
    """Measured: tokens a second, over weights of so many bytes, in so many seconds, on so many threads."""

    tokens_per_second: float
    weights: int
    seconds: float
    threads: int
    prompt_per_second: float | None = None

    @property
    def bandwidth(self) -> float:
        """Bytes of weights that the engine goes through in a second."""
        return self.tokens_per_second * self.weights

    def of(self, active: int) -> float:
        """Tokens a second to be expected of a model that reads ``active`` bytes a token."""
        return self.bandwidth / active


def measure(model: Path, weights: int, level: Level, *, seconds: float = SECONDS) -> Speed:
    """Let the engine generate with ``model`` for at most about ``seconds``, loading not counted."""
    count = threads()
    order = Order(model=model, alias="probe", context=1024, threads=count)
    with running(order, level) as sealed:
        wait_until_loaded(sealed)
        asked, began, best = 8, time.monotonic(), None
        while best is None or time.monotonic() - began < seconds / 2:
            best = _round(sealed.socket, asked)
            asked = min(256, max(8, int(best[0] * seconds / 4)))
    return Speed(best[0], weights, time.monotonic() - began, count, best[1])


def _round(socket: Path, tokens: int) -> tuple[float, float | None]:
    """Tokens a second of generating and of reading the prompt, by the engine's own clock."""
    body = {"prompt": list(range(10, 138)), "n_predict": tokens, "ignore_eos": True, "cache_prompt": False}
    connection = UnixConnection(socket)
    try:
        timings = json.loads(ask(connection, "/completion", body).read())["timings"]
    finally:
        connection.close()
    return float(timings["predicted_per_second"]), float(timings["prompt_per_second"])


def probe(level: Level) -> Speed:
    """The speed of this machine, with weights that are made up."""
    with made_up() as (path, weights):
        return measure(path, weights, level)


@contextmanager
def made_up() -> Iterator[tuple[Path, int]]:
    """A GGUF file that the engine loads and that says nothing; and the bytes of its weights."""
    with tempfile.TemporaryDirectory(prefix="withhold-") as folder:
        path = Path(folder) / "probe.gguf"
        tensors = list(_tensors())
        with path.open("wb") as file:
            file.write(_head(tensors))
            for _, shape, kind in tensors:
                _write_tensor(file, shape, kind)
        yield path, sum(_size(shape, kind) for _, shape, kind in tensors)


def _tensors() -> Iterator[tuple[str, tuple[int, ...], int]]:
    """The table of a model of llama's architecture."""
    yield "token_embd.weight", (_WIDTH, _WORDS), _Q4_K
    yield "output_norm.weight", (_WIDTH,), _F32
    yield "output.weight", (_WIDTH, _WORDS), _Q4_K
    narrow = _WIDTH // _HEADS * _KV_HEADS
    for layer in range(_LAYERS):
        for name, shape in (
            ("attn_q", (_WIDTH, _WIDTH)),
            ("attn_k", (_WIDTH, narrow)),
            ("attn_v", (_WIDTH, narrow)),
            ("attn_output", (_WIDTH, _WIDTH)),
            ("ffn_gate", (_WIDTH, _INNER)),
            ("ffn_up", (_WIDTH, _INNER)),
            ("ffn_down", (_INNER, _WIDTH)),
        ):
            yield f"blk.{layer}.{name}.weight", shape, _Q4_K
        yield f"blk.{layer}.attn_norm.weight", (_WIDTH,), _F32
        yield f"blk.{layer}.ffn_norm.weight", (_WIDTH,), _F32


def _size(shape: tuple[int, ...], kind: int) -> int:
    elements = shape[0] * (shape[1] if len(shape) > 1 else 1)
    return elements * 4 if kind == _F32 else elements // _BLOCK * _BLOCK_BYTES


def _write_tensor(file: "object", shape: tuple[int, ...], kind: int) -> None:
    write = getattr(file, "write")  # noqa: B009
    size = _size(shape, kind)
    if kind == _F32:
        write(struct.pack("<f", 1.0) * (size // 4))
    else:
        scale = struct.pack("<ee", 0.0005, 0.004)  # small, so that nothing overflows on the way
        write((scale + os.urandom(_BLOCK_BYTES - len(scale))) * (size // _BLOCK_BYTES))
    write(bytes(-size % _ALIGN))


def _head(tensors: list[tuple[str, tuple[int, ...], int]]) -> bytes:
    pairs = list(_metadata())
    parts = [b"GGUF", struct.pack("<IQQ", 3, len(tensors), len(pairs)), *pairs]
    offset = 0
    for name, shape, kind in tensors:
        parts += [_text(name), struct.pack("<I", len(shape)), *(struct.pack("<Q", n) for n in shape)]
        parts.append(struct.pack("<IQ", kind, offset))
        offset += _size(shape, kind) + -_size(shape, kind) % _ALIGN
    head = b"".join(parts)
    return head + bytes(-len(head) % _ALIGN)


def _metadata() -> Iterator[bytes]:
    yield _pair("general.architecture", _STRING, _text("llama"))
    numbers = {
        "block_count": _LAYERS, "context_length": 2048, "embedding_length": _WIDTH,
        "feed_forward_length": _INNER, "attention.head_count": _HEADS, "attention.head_count_kv": _KV_HEADS,
        "vocab_size": _WORDS,
    }  # fmt: skip
    for name, number in numbers.items():
        yield _pair(f"llama.{name}", _UINT, struct.pack("<I", number))
    yield _pair("llama.attention.layer_norm_rms_epsilon", _FLOAT, struct.pack("<f", 1e-5))
    words = ["<unk>", "<s>", "</s>", *(f"<0x{n:02X}>" for n in range(256))]
    words += [f"w{n}" for n in range(_WORDS - len(words))]
    kinds = [2, 3, 3, *[6] * 256, *[1] * (_WORDS - 259)]
    yield _pair("tokenizer.ggml.model", _STRING, _text("llama"))
    yield _pair("tokenizer.ggml.tokens", _ARRAY, _list(_STRING, [_text(word) for word in words]))
    yield _pair("tokenizer.ggml.scores", _ARRAY, _list(_FLOAT, [struct.pack("<f", 0.0)] * _WORDS))
    yield _pair("tokenizer.ggml.token_type", _ARRAY, _list(_INT, [struct.pack("<i", k) for k in kinds]))
    for name, number in (("bos", 1), ("eos", 2), ("unknown", 0)):
        yield _pair(f"tokenizer.ggml.{name}_token_id", _UINT, struct.pack("<I", number))


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode("ascii")


def _pair(key: str, kind: int, value: bytes) -> bytes:
    return _text(key) + struct.pack("<I", kind) + value


def _list(kind: int, entries: list[bytes]) -> bytes:
    return struct.pack("<IQ", kind, len(entries)) + b"".join(entries)
