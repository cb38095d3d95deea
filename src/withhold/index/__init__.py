"""The columnar store of conversations without their text, and their judgement in bulk.

``index.py`` holds the entrance, :class:`~withhold.index.index.Index`; ``schema.py`` says what is kept.
"""
