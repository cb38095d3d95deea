"""Models on this machine: what fits, fetching it, serving it sealed off, and the proof of that."""
