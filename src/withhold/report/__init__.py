"""Text, JSON and HTML of values that are handed in."""
