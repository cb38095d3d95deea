"""Finding, reading and setting a control in a real browser; guided steps."""
