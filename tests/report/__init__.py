"""Renderers against golden files."""
