"""General help without a word of the domain: errors, paths, atomic files, locks, progress."""
