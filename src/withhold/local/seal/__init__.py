"""The seal: a process that can answer, and reach nobody. Each layer alone leaks; the set is what counts."""
