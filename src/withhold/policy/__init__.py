"""The rules, pure: regimes, verdicts, clocks, explanation. No I/O, no clock, ``model`` only.

``RegimeTable`` cuts time; ``Judge`` gives the verdicts of one conversation or of a whole shape.
"""

from withhold.policy.judge import Judge
from withhold.policy.regimes import Regime, RegimeTable

__all__ = ["Judge", "Regime", "RegimeTable"]
