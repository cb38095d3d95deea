"""Finders of personal data in text: kinds and places, never values.

``finder(key)`` gives one that is compiled once a process; names of people are not looked for.
"""

from withhold.sensitive.personal.finder import PersonalFinder, finder

__all__ = ["PersonalFinder", "finder"]
