"""Setting one value in a settings file, with every other byte as it was.

:func:`edited` is the entrance. An editor only proposes; :mod:`withhold.machine.edit.proof` then reads the
result back and refuses it unless it says exactly what was asked for and nothing else has changed.
"""

from withhold.machine.edit.interface import CannotEdit, Format, Scalar
from withhold.machine.edit.proof import edited

__all__ = ["CannotEdit", "Format", "Scalar", "edited"]
