"""Open-weight models: what they are, what sizes they come in, and what the arithmetic of memory needs."""

from withhold.packs.models.loader import (
    Engine,
    GgufFile,
    ModelFacts,
    Models,
    Sliding,
    load_models,
    models_dir,
)

__all__ = ["Engine", "GgufFile", "ModelFacts", "Models", "Sliding", "load_models", "models_dir"]
