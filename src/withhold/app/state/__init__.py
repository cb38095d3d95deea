"""The state as a whole: opened, backed up, put back, forgotten."""
