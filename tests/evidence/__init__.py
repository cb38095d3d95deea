"""Tests of the journal of evidence."""
