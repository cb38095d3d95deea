"""The proxy that lets a request go only where the terms of a route allow it."""
