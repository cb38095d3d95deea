"""Finding the controls that decide about training on any page, reading them, and setting them private."""
