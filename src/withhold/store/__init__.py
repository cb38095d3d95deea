"""The state in one SQLite file: accounts, evidence of settings, sources, conversations without their text.

``database.py`` holds the entrance, :class:`~withhold.store.database.Store`.
"""
