"""Tests of the general help."""
