"""Opting out: by the tool, guided, witnessed, and looking a page over."""
