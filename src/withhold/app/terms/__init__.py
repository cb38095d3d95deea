"""Pages of terms: fetched, kept, compared."""
