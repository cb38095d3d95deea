"""Lumen, the reference provider: it does what the terms say, forward in time, and records why.

``core`` holds the provider itself without HTTP; ``export`` writes what a person would get or have on disk;
``server`` runs the web app of ``web`` on loopback. Nothing here reads packs or rules: the lab is what they
are tested against. Fictional; no real provider's service is imitated beyond its file formats.
"""
