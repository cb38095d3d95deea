"""When a private reading may be believed: pure rules over what was seen, load by load, without a browser.

1. A reading counts as *read back* only on a later load of the document than one that already showed private.
2. That load was asked for a while after the last change: a server may think twice.
3. Nobody changed anything on that load. If a control shared there and something was pressed since, the load
   tells what a page hopes and not what a server keeps, and another one is needed.
4. The page was at rest, and some seconds had gone by.

Whoever changes the control and reloads faster than we look has to reload once more. That is on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from withhold.model.words import Setting


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of all controls that decide, at ``at`` (seconds of a clock that never goes back).

    ``began`` is when the document of this ``load`` was asked for. ``presses`` counts what the person pressed
    on it; ``None`` where it cannot be known. ``early``: a press on something that can be set came before the
    controls were first read.
    """

    load: int
    began: float
    at: float
    settings: Mapping[str, Setting | None]
    at_rest: bool
    clear: bool = True
    """Nothing on the page may decide without our being able to read it."""
    presses: int | None = 0
    early: bool = False

    @property
    def private(self) -> bool:
        return self.clear and bool(self.settings) and set(self.settings.values()) == {Setting.PRIVATE}

    @property
    def shares(self) -> bool:
        return Setting.SHARING in self.settings.values()


@dataclass(slots=True)
class _Load:
    began: float
    last: Look
    known: dict[str, Setting] = field(default_factory=dict)
    """Where each control stood when it could last be read on this load."""
    shared_at: int | None = None
    """How much had been pressed when it last read as sharing."""
    shared: bool = False
    was_private: bool = False
    touched: bool = False


@dataclass(slots=True)
class Course:
    """What was seen so far. ``claim`` and ``afterwards`` are seconds, as in ``settle.Patience``."""

    claim: float
    afterwards: float
    loads: dict[int, _Load] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    """Keys that were seen sharing and later private on one and the same load: the person set them."""
    changed_at: float | None = None

    def add(self, look: Look) -> None:
        """Take a look in. Looks without a control are left out: a menu may be closed for a moment."""
        if not look.settings:
            return
        load = self.loads.get(look.load)
        if load is None:
            load = self.loads[look.load] = _Load(look.began, look, touched=look.early)
        for key, now in look.settings.items():
            self._weigh(load, key, now, look.presses, look.at)
        load.touched = load.touched or _touched(load, look)
        if look.shares:
            load.shared, load.shared_at = True, look.presses
        load.last = look

    def _weigh(self, load: _Load, key: str, now: Setting | None, presses: int | None, at: float) -> None:
        """A change seen here, or one unseen since an earlier load. Unreadable moments are skipped."""
        if now is None:
            return
        here, earlier = load.known.get(key), self._last_seen(key, load)
        load.known[key] = now
        if now is not Setting.PRIVATE:
            return
        load.was_private = True
        by_hand = here is Setting.SHARING and _pressed_since(load, presses)
        if by_hand or (here is None and earlier is Setting.SHARING):
            self.changed.add(key)
            self.changed_at = at

    def read_back(self) -> bool:
        """Whether the newest look shows private, and by the rules above that may be believed."""
        newest = self._newest()
        if newest is None or not newest.last.private or newest.touched or not self._late_enough(newest):
            return False
        return self._private_before(newest)

    def came_back(self) -> bool:
        """Whether what the person had set private shares again on a later load that nobody touched."""
        newest = self._newest()
        if newest is None or newest.was_private or not newest.last.shares or not self._late_enough(newest):
            return False
        return any(newest.last.settings.get(key) is Setting.SHARING for key in self.changed)

    def waiting(self) -> bool:
        """Whether time alone is lacking: the right load is there, and was not watched for long enough."""
        newest = self._newest()
        if newest is None or not newest.last.private or newest.touched:
            return False
        return self._private_before(newest) and self._asked_late(newest) and not self.read_back()

    def may_reload(self, now: float) -> bool:
        """Whether a load asked for ``now`` would come long enough after the last change."""
        return self.changed_at is None or now - self.changed_at >= self.afterwards

    def _late_enough(self, load: _Load) -> bool:
        last = load.last
        return last.at_rest and last.at - load.began >= self.claim and self._asked_late(load)

    def _asked_late(self, load: _Load) -> bool:
        return self.changed_at is None or load.began - self.changed_at >= self.afterwards

    def _newest(self) -> _Load | None:
        return self.loads[max(self.loads)] if self.loads else None

    def _private_before(self, newest: _Load) -> bool:
        """Whether each control was private when it was last read on a load before."""
        return all(self._last_seen(key, newest) is Setting.PRIVATE for key in newest.last.settings)

    def _last_seen(self, key: str, newest: _Load) -> Setting | None:
        earlier = [self.loads[n].known for n in sorted(self.loads) if self.loads[n] is not newest]
        return next((known[key] for known in reversed(earlier) if key in known), None)


def _touched(load: _Load, look: Look) -> bool:
    return load.shared and not look.shares and _pressed_since(load, look.presses)


def _pressed_since(load: _Load, presses: int | None) -> bool:
    """Whether the person may have pressed something since the load last read as sharing."""
    return presses is None or load.shared_at is None or presses > load.shared_at
