"""What was read of a control on a page, and how an attempt to set it ended."""

from dataclasses import dataclass
from datetime import datetime

from withhold.model.words import ControlState, Mode, Outcome, Polarity, Setting


@dataclass(frozen=True, slots=True)
class Reading:
    """One control as found on a page at ``at`` (UTC)."""

    label: str
    role: str
    section: str | None
    state: ControlState
    polarity: Polarity
    confidence: float
    """0 to 1; 1 is an exact label of the pack in the right section with a readable state."""
    why: tuple[str, ...]
    at: datetime
    disabled: bool = False
    control_id: str | None = None

    @property
    def setting(self) -> Setting | None:
        """The position by its effect; ``None`` where state or polarity is not known."""
        on = {Polarity.ON_TRAINS: Setting.SHARING, Polarity.ON_PRIVATE: Setting.PRIVATE}.get(self.polarity)
        if on is None or self.state is ControlState.UNKNOWN:
            return None
        off = Setting.PRIVATE if on is Setting.SHARING else Setting.SHARING
        return on if self.state is ControlState.ON else off


@dataclass(frozen=True, slots=True)
class ControlResult:
    """A control before, right after and after a fresh load of the page."""

    before: Reading
    after: Reading | None
    after_reload: Reading | None


@dataclass(frozen=True, slots=True)
class OptOutResult:
    """``record`` is the id of the evidence record. ``steps`` is what was done, in order, for people."""

    outcome: Outcome
    mode: Mode
    controls: tuple[ControlResult, ...]
    steps: tuple[str, ...]
    why: str
    record: str | None = None
    overrode_terms: bool = False
    final_url: str | None = None
    """The address the page stood at in the end, secrets included: for judging, not for keeping."""
