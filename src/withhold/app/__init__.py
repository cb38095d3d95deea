"""Use cases. The only room that knows all others; ``bootstrap`` wires them."""
