"""Names of people and addresses of homes, by a small model on this machine, in a process of its own."""
