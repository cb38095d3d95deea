"""The database of the state, one SQLite file: accounts, evidence of settings, sources, and what counts.

``database.py`` holds the entrance, :class:`~withhold.store.database.Store`. Conversations lie in the index.
"""
