"""The words of the field as frozen value types. Standard library only; no I/O, no clock."""
