"""Fixtures of the bulk room."""

from tests.cluster import cluster

__all__ = ["cluster"]
