"""Evidence of what was done or seen: an append-only, signed and time-stamped log, its captures, its checks.

``journal.py`` is what others use. ``log.py`` writes, ``proving.py`` reads, ``verification.py`` and the files
``*_check.py`` check, ``stamping.py`` gets time-stamps, ``former*.py`` hold the journal of format 1. The other
files hold one part of the format each; docs/explanation/evidence-log.md tells it to outsiders.
"""
