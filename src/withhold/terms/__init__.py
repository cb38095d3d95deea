"""Fetching the pages that providers publish their terms on, and comparing their versions."""
