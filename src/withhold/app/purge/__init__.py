"""Deleting what matters, and proving it absent later."""
