"""Witness: a person acts in a visible browser of ours; we read along, and record at their key."""
