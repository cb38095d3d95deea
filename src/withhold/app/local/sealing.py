"""Which seal is to be had; going without one has to be typed, and is put on record."""

from withhold.app.bootstrap import Services
from withhold.local.seal.launch import best_level
from withhold.local.seal.levels import SAID, Level
from withhold.model.evidence import Draft
from withhold.support.errors import EnvironmentProblem


def level_for(services: Services, *, unsealed: bool, what: str) -> Level:
    """The strongest seal that this machine gives. Never falls back in silence.

    Raises ``EnvironmentProblem`` where there is none. With ``unsealed`` no seal is made, and the journal says
    so: ``what`` is what was run without one.
    """
    if unsealed:
        draft = Draft(
            type="local.unsealed", at=services.clock(), body={"what": what, "level": str(Level.NONE)}
        )
        record = services.journal.append(draft)
        services.progress.step(
            f"NOT sealed, as you asked (record {record.id[:12]}): it can reach the network"
        )
        return Level.NONE
    level, failed = best_level()
    if level is Level.NONE:
        raise EnvironmentProblem(
            "no seal can be had on this machine: " + ("; ".join(failed) or "none is written for this system"),
            next_step="install bubblewrap, or use a Linux with Landlock; --unsealed goes without a seal",
        )
    if failed:
        services.progress.step(f"{SAID[level]}; stronger: {'; '.join(failed)}")
    return level
