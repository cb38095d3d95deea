"""Pages of the reference, each read off the code or the packs."""
