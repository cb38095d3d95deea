"""How many bytes a model needs, from the file's own tensor table. Pure arithmetic; sizes in bytes.

Weights are the sum over the table, never parameters times bits. A layer's cache holds one cell a token; a
layer with a sliding window holds no more cells than its window and one batch need. The rules and what they
were measured against stand in ``packs/data/models/facts.yaml`` under ``fit``.
"""

from collections import Counter
from dataclasses import dataclass

from withhold.local.gguf import Header
from withhold.packs.models import Engine, ModelFacts, Models, Sliding
from withhold.support.errors import Undetermined

BATCH = 512
"""Tokens of a prompt that the engine takes at once (its micro-batch)."""
HOST = 60 << 20
"""Measured: what interpreter and engine take without a model."""
F16 = 2
_PAD = 256


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer caches: ``elements`` a cell, ``window`` tokens back (``None``: all)."""

    elements: int
    window: int | None


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes by purpose. ``exact`` tells whether weights and cache are read from a file or worked out from
    facts
    of a catalogue; ``notes`` says where more was counted than may be needed.
    """

    weights: int
    cache: int
    compute: int
    copies: int
    """Repacked weights. While they are made, the file's own pages of them may stand in memory too."""
    exact: bool
    notes: tuple[str, ...] = ()

    @property
    def least(self) -> int:
        """What must be there at once."""
        return self.weights + self.cache + self.compute + HOST

    @property
    def ample(self) -> int:
        """With everything that may stand in memory twice."""
        return self.least + self.copies


def weights_by_type(header: Header, models: Models) -> dict[str, int]:
    """Bytes of each element type. Raises ``Undetermined`` for a type that is not known."""
    sizes: Counter[str] = Counter()
    for tensor in header.tensors:
        if tensor.type not in models.types:
            raise Undetermined(f"the tensor {tensor.name} has the element type {tensor.type}, unknown here")
        name, elements, size = models.types[tensor.type]
        sizes[name] += tensor.elements // elements * size
    return dict(sizes)


def cells(context: int, window: int | None, *, sequences: int = 1) -> int:
    """Tokens that one layer keeps."""
    if window is None:
        return context
    return min(context, -(-(window * sequences + BATCH) // _PAD) * _PAD)


def cache_bytes(layers: tuple[Layer, ...], context: int) -> int:
    """The key and value cache of all layers in 16-bit floats for one sequence of ``context`` tokens."""
    return sum(cells(context, layer.window) * layer.elements * F16 for layer in layers)


def layers_of(header: Header, engine: Engine) -> tuple[tuple[Layer, ...], tuple[str, ...]]:
    """Each layer's cache, and notes on what had to be taken too large.

    Raises ``Undetermined`` where the file does not state what its cache is made of.
    """
    count = header.whole("block_count")
    notes: list[str] = []
    if count is None or not 0 < count < 100_000:
        raise Undetermined("the file does not state how many layers it has")
    heads = _per_layer(
        header.of_model("attention.head_count_kv") or header.of_model("attention.head_count"), count
    )
    window = header.whole("attention.sliding_window") or None
    slides = _sliding_layers(header, engine, count) if window else (False,) * count
    if window and slides is None:
        notes.append("which layers slide is not stated: all are counted in full, which may be too much")
        slides = (False,) * count
    if _recurrent(header):
        notes.append("layers with a fixed state are counted like the others, which is too much")
    return (
        tuple(
            Layer(_elements(header, heads[i], slides=slid), window if slid else None)
            for i, slid in enumerate(slides or ())
        ),
        tuple(notes),
    )


def need_of_file(header: Header, models: Models, context: int) -> Need:
    """What a file needs at ``context`` tokens."""
    sizes = weights_by_type(header, models)
    layers, notes = layers_of(header, models.engine)
    copies = sum(size for name, size in sizes.items() if name in models.engine.repacked.types)
    width, inner = header.whole("embedding_length") or 0, header.whole("feed_forward_length") or 0
    return Need(
        weights=sum(sizes.values()),
        cache=cache_bytes(layers, context),
        compute=compute_bytes(width, inner, context, header.whole("attention.head_count") or 0),
        copies=copies,
        exact=not notes,
        notes=notes,
    )


def compute_bytes(width: int, inner: int, context: int, heads: int) -> int:
    """Room for the results between layers of one batch: about what the engine sets aside, not exact.

    Rows of 32-bit floats for the widest step and its input, and a mask of one row a token of the batch.
    """
    return BATCH * 4 * (2 * max(inner, width) + 4 * width + heads * 64) + BATCH * context * F16


def need_of_facts(model: ModelFacts, weights: int, quant: str, engine: Engine, context: int) -> Need:
    """What a model of the catalogue needs, as far as its facts tell: an upper bound of the cache."""
    copied = any(name.partition("_")[0] in quant for name in engine.repacked.types)
    attention = model.attention
    elements = 2 * attention.kv_heads * attention.head_dim
    rule = next((s for s in engine.sliding if model.id.startswith(s.models)), None)
    layers = tuple(
        Layer(elements, rule.window_at_most if rule is not None and slides(rule, i) else None)
        for i in range(attention.layers)
    )
    note = "from the catalogue: the cache is an upper bound; 'local fit FILE' reads it off the file"
    return Need(
        weights, cache_bytes(layers, context), 256 << 20, weights if copied else 0, exact=False, notes=(note,)
    )


def slides(rule: Sliding, layer: int) -> bool:
    return layer % rule.every != rule.every - 1


def _sliding_layers(header: Header, engine: Engine, count: int) -> tuple[bool, ...] | None:
    stated = header.of_model("attention.sliding_window_pattern")
    if isinstance(stated, tuple) and len(stated) == count:
        return tuple(bool(entry) for entry in stated)
    rule = next((s for s in engine.sliding if s.architecture == header.architecture), None)
    return None if rule is None else tuple(slides(rule, i) for i in range(count))


def _per_layer(value: object, count: int) -> tuple[int, ...]:
    if isinstance(value, tuple) and len(value) == count:
        return tuple(int(entry) for entry in value)
    if type(value) is int:
        return (value,) * count
    raise Undetermined("the file does not state how many heads its cache has")


def _elements(header: Header, heads: int, *, slides: bool) -> int:
    """Elements of one cell. With multi-head latent attention: the compressed rank and the rotated part."""
    rank = header.whole("attention.kv_lora_rank")
    if rank:
        return rank + (header.whole("rope.dimension_count") or 0)
    suffix = "_swa" if slides and header.whole("attention.key_length_swa") else ""
    key = header.whole(f"attention.key_length{suffix}") or _derived_length(header)
    value = header.whole(f"attention.value_length{suffix}") or key
    return heads * (key + value)


def _derived_length(header: Header) -> int:
    width, heads = header.whole("embedding_length"), header.of_model("attention.head_count")
    if width is None or type(heads) is not int or heads == 0:
        raise Undetermined("the file does not state how long its keys are")
    return width // heads


def _recurrent(header: Header) -> bool:
    return any(".ssm." in f".{key}." or "shortconv" in key for key in header.metadata)
