"""The audit of this machine: settings, transcripts, secrets, and setting right."""
