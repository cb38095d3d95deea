"""The gateway: run it, look at what it would do, its tokens and its audit."""
