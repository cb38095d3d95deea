"""Checking, adding to, stamping and handing over the evidence."""
