"""Writing tools' settings: a plan to look at, a backup, one whole file at a time, and the way back."""
