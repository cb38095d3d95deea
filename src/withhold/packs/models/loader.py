"""Reading the packs of models. The facts stand in them as they were collected."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml
from msgspec import Struct

from withhold.support.errors import PackInvalid, UsageProblem

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GIB = 1 << 30
Sureness = Literal["high", "medium", "low", "none"]


class GgufFile(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One quantisation. ``size_gib`` is in units of 2**30 bytes and as exact as ``size_basis`` says."""

    quant: str
    repo: str | None = None
    file: str | None = None
    size_gib: float | None = None
    size_basis: str | None = None
    sha256: str | None = None

    @property
    def size(self) -> int | None:
        """Bytes, as exact as ``size_basis`` says."""
        return None if self.size_gib is None else round(self.size_gib * _GIB)


class Attention(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    layers: int
    kv_heads: int
    head_dim: int


class ModelFacts(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One model. ``None`` is a fact not established."""

    id: str
    name: str
    developer: str
    hub_repo: str
    parameters: int | None
    active_parameters: int | None
    context_tokens: int | None
    license: str | None
    multimodal_input: bool
    attention: Attention
    gguf: tuple[GgufFile, ...]
    gguf_repos: tuple[str, ...]
    confidence: dict[str, Sureness]
    note: str | None = None
    effective_parameters: int | None = None
    effective_note: str | None = None


class Sliding(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Which layers of an architecture slide: all but the last of each ``every``."""

    architecture: str
    models: str
    """How the ids of its models begin."""
    every: int
    window_at_most: int
    basis: str


class Repacked(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    types: frozenset[str]
    basis: str


class Engine(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    type_ids: dict[str, int]
    sliding: tuple[Sliding, ...]
    repacked: Repacked


class Models(Struct, kw_only=True, frozen=True):
    """All of it. ``types`` gives elements and bytes of a block by the engine's number of an element type."""

    as_of: str
    models: tuple[ModelFacts, ...]
    types: dict[int, tuple[str, int, int]]
    engine: Engine

    def model(self, wanted: str) -> ModelFacts:
        """The model of that id. Raises ``UsageProblem`` where there is none."""
        for model in self.models:
            if model.id == wanted:
                return model
        near = [m.id for m in self.models if wanted.lower() in m.id][:6]
        hint = f"one of: {', '.join(near)}" if near else "withhold local fit lists them"
        raise UsageProblem(f"no model is called {wanted!r} in the catalogue", next_step=hint)


def models_dir() -> Path:
    """Where the packs that come with the program lie."""
    return Path(__file__).parent.parent / "data" / "models"


@lru_cache(maxsize=1)
def load_models() -> Models:
    """The catalogue. Raises ``PackInvalid`` with what is wrong."""
    try:
        catalogue, facts, engine = (parsed(name) for name in ("catalogue", "facts", "engine"))
        made = msgspec.convert(engine, Engine)
        return Models(
            as_of=str(facts["as_of"]),
            models=msgspec.convert(catalogue["models"], tuple[ModelFacts, ...]),
            types=_types(facts["fit"]["tensor_types"]["types"], made.type_ids),
            engine=made,
        )
    except (OSError, KeyError, ValueError, yaml.YAMLError, msgspec.ValidationError) as problem:
        raise PackInvalid(f"the packs of models in {models_dir()}: {problem}") from problem


def _types(blocks: Mapping[str, tuple[int, int]], ids: Mapping[str, int]) -> dict[int, tuple[str, int, int]]:
    return {number: (name, *blocks[name]) for name, number in ids.items()}


def parsed(name: str) -> Any:
    """One file's YAML as plain values."""
    return yaml.load((models_dir() / f"{name}.yaml").read_bytes(), _Loader)  # noqa: S506 - a safe loader
