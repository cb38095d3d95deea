"""The exposure ledger: judging all conversations, asking for them, and explaining one."""
