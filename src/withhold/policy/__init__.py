"""The rules, pure: regimes, verdicts, clocks, explanation. No I/O, no clock, ``model`` only."""
