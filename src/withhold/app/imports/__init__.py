"""Exports and transcripts on their way into the index."""
