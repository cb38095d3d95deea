"""What AI tools are on this computer, under which contract. Read-only, offline."""
