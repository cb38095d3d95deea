"""Local models: what fits, fetching, serving behind a seal, talking with it, and the egress proof."""
