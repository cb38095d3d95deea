"""Letters as text, as PDF and as ``mailto:``."""
