"""Tabs and other closed parts of a page in a sitting: which of them the person has looked behind."""

from withhold.controls.finder.ending import Ending
from withhold.controls.finder.openers import parts
from withhold.controls.finder.sight import Sight
from withhold.controls.settle import Rest
from withhold.model.words import Outcome, Setting


class Parts:
    """What was to be seen in each part that says whether it is open, whenever the person had it open."""

    def __init__(self) -> None:
        self._clear: dict[str, bool] = {}

    def heed(self, seen: Sight) -> None:
        """Keep of every open part whether all that decided was private; a page that loads tells nothing."""
        if seen.rest is Rest.LOADING:
            return
        clear = not seen.doubtful and all(f.setting is Setting.PRIVATE for f in seen.deciding)
        self._clear |= {key: clear for key, _, is_open in parts(seen.view) if is_open}

    def unopened(self, seen: Sight) -> str | None:
        """The name of the first closed part that was not seen to hold nothing against privacy."""
        closed = ((key, node) for key, node, is_open in parts(seen.view) if not is_open)
        return next((node.name for key, node in closed if not self._clear.get(key)), None)

    def ending(self, told: Ending, seen: Sight) -> Ending:
        """``told``, but no claim where nobody looked behind a part."""
        closed = self.unopened(seen) if told.claims else None
        if closed is None:
            return told
        why = f"what is shown is private, but {closed!r} was not opened, or holds more: look yourself"
        return Ending(Outcome.NEEDS_HUMAN, why)
