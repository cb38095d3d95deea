"""Showing, updating and signing packs."""
