"""Append-only journal of records, blobs by hash, verification."""
