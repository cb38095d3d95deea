"""The page on loopback: thin, it calls ``app`` and renders what that returns."""
