"""Evidence of what was done or seen: an append-only journal, its captures, and their verification.

``journal.py`` appends and reads, ``verification.py`` checks, ``mending.py`` cleans up after a crash. The
other files hold one part of the format each.
"""
