"""Lists of conversations, read a window at a time: many items are decoded at once, by one process or several.

Windows are cut by a guess that decoding proves. Where the proof fails, one item is left to the scanner of
:mod:`~withhold.sources.json_items`, and the next window is smaller: an odd item costs itself and little
more. The next windows are begun before the last one is proved; what was begun on a wrong guess is thrown
away.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass

from withhold.sources.facts import Batch
from withhold.sources.feeds import Feed
from withhold.sources.interface import Limits
from withhold.sources.json_scanner import Scanner
from withhold.sources.splitting import KIB, LARGEST, Cut, Splitter
from withhold.sources.workers import Span, Workers

WINDOW = 1024 * KIB
"""Large enough to make the cost of a window itself vanish, small enough for the processor's cache."""
SMALLEST = 64 * KIB


@dataclass(frozen=True, slots=True)
class _Begun:
    cut: Cut
    batch: Future[Batch | None]


class Windows:
    """Takes runs of a list's items from a feed; see :class:`~withhold.sources.json_items.Runs`.

    ``window`` is how many bytes are decoded at once; with 0 everything is left to the scanner.
    """

    def __init__(self, feed: Feed, kind: str, limits: Limits, workers: Workers, window: int = WINDOW) -> None:
        self._feed = feed
        self._kind = kind
        self._workers = workers
        self._largest = min(LARGEST, limits.item_bytes)
        self._most = min(window, limits.item_bytes)
        self._size = self._most

    def run(self, scanner: Scanner) -> Generator[Batch, None, bool]:
        """See :meth:`withhold.sources.json_items.Runs.run`."""
        if not self._most:
            return False
        at, rest = scanner.hand_over()
        self._feed.put_back(at, rest)
        splitter = Splitter(self._feed, at)
        begun: deque[_Begun] = deque()
        ended = False
        try:
            while not ended:
                self._begin(splitter, begun, at)
                if not begun:
                    break
                cut = begun[0].cut
                batch = begun.popleft().batch.result()
                if batch is None:
                    self._size = max(min(SMALLEST, self._most), self._size // 4)
                    break
                self._size = min(self._most, self._size * 2)
                at, ended = cut.following, cut.last
                self._feed.move(at)
                yield batch
        finally:
            for one in begun:
                one.batch.cancel()
        scanner.resume(at)
        return ended

    def _begin(self, splitter: Splitter, begun: deque[_Begun], at: int) -> None:
        """Begin as many windows as can be worked on at once."""
        while len(begun) < self._workers.depth and not (begun and begun[-1].cut.last):
            start = begun[-1].cut.following if begun else at
            cut = splitter.cut(start, self._size, self._largest)
            if cut is None:
                return
            begun.append(_Begun(cut, self._workers.submit(self._kind, self._span(cut))))

    def _span(self, cut: Cut) -> Span:
        path = self._feed.path
        if path is not None:
            return Span(str(path), cut.start, cut.end)
        return Span(data=self._feed.listed(cut.start, cut.end))
