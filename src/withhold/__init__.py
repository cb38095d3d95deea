"""withhold keeps a person's conversations with AI out of model training."""

__version__ = "0.1.0"
