"""Deleting chosen conversations in a provider's page, one by one, stopping at the first surprise.

``pages.toml`` says per provider where a conversation stands and what its buttons are called; a provider
that is not in it is never acted on.
"""
