"""Readers of exports and local transcripts, one file each, all yielding ``model.Conversation``."""
