"""What goes on working when the person has forgotten it."""
