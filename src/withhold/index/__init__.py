"""The columnar store of conversations without their text, and their judgement in bulk."""
