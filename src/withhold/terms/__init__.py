"""Fetching the pages on which providers state their terms, and telling which changes of them matter."""
