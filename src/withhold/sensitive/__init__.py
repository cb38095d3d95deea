"""Finders of secrets and personal data in text: kinds and places, never values."""
