"""Whether a change of a sentence concerns what happens to a person's conversations.

Recall goes first: a change is passed over only where neither side speaks of a topic, or where what changed is
provably nothing (form, days in a sentence without a topic, small words, a word far from the topic in a long
sentence). Words in ``weighty`` (not, unless, only, numbers, days ...) are never nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from withhold.terms import lexicon
from withhold.terms.sentences import Sentence, tokens

SHORT = 30
"""A sentence of at most so many words is about its topic throughout."""
NEAR = 14
"""So many words on each side of what names the topic belong to it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``topics`` of an alarm, in the order of the lexicon; none: no alarm. ``why`` is one of a few words."""

    topics: tuple[str, ...]
    why: str

    @property
    def alarm(self) -> bool:
        return bool(self.topics)


def judge(old: Sentence | None, new: Sentence | None, lang: str) -> Verdict:
    """The verdict on one edit: a sentence changed, added (``old`` is ``None``) or removed (``new`` is)."""
    sides = [s for s in (old, new) if s is not None]
    spans = [_found(s, lang) for s in sides]
    topics = _ordered({topic for found in spans for topic in found})
    if not topics:
        return _by_context(old, new, lang)
    if old is None or new is None:
        return Verdict(topics, "added" if old is None else "removed")
    if set(spans[0]) != set(spans[1]):
        return Verdict(topics, "topic came or went")
    changed = _changed(tokens(old.normal), tokens(new.normal))
    if not changed[0] and not changed[1]:
        return Verdict((), "same words")
    if any(_counts(s, found, at, lang) for s, found, at in zip(sides, spans, changed, strict=True)):
        return Verdict(topics, "words of it changed")
    return Verdict((), "nothing that counts changed")


def _found(side: Sentence, lang: str) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """The topics of a sentence and their places. A day is no keeping time: what only a day names is none."""
    bare = lexicon.found(side.bare, lang)
    return {topic: places for topic, places in lexicon.found(side.normal, lang).items() if topic in bare}


def _by_context(old: Sentence | None, new: Sentence | None, lang: str) -> Verdict:
    """A sentence that names no topic but stands under one ("This is on by default.")."""
    side = new or old
    assert side is not None  # noqa: S101 - an edit has a side
    above = {*lexicon.found(side.heading, lang), *lexicon.found(side.before, lang)}
    before, after = (tokens(s.normal) if s is not None else () for s in (old, new))
    if not above or max(len(before), len(after)) > SHORT:
        return Verdict((), "no topic")
    at = _changed(before, after)
    words = [before[i] for i in at[0]] + [after[i] for i in at[1]]
    cues = lexicon.words("cue", lang)
    numbers = any(word.isdigit() and len(word) < 4 for word in words)  # "30 days", where days is the cue
    if cues & set(words) or (numbers and cues & {*before, *after}):
        return Verdict(_ordered(above), "stands under the topic")
    return Verdict((), "no topic")


def _counts(
    side: Sentence, spans: Mapping[str, tuple[tuple[int, int], ...]], at: Iterable[int], lang: str
) -> bool:
    """Whether one of the words at ``at`` matters to the topics of its sentence."""
    words = tokens(side.normal)
    weighty, neutral = lexicon.words("weighty", lang), lexicon.words("neutral", lang)
    near = _near(side.normal, words, spans)
    for i in at:
        if words[i] in weighty or any(c.isdigit() for c in words[i]):
            return True
        if words[i] not in neutral and (len(words) <= SHORT or i in near):
            return True
    return False


def _near(text: str, words: tuple[str, ...], spans: Mapping[str, tuple[tuple[int, int], ...]]) -> set[int]:
    """Numbers of the words within ``NEAR`` words of what names a topic."""
    starts, place = [], 0
    for word in words:
        place = text.index(word, place)
        starts.append(place)
        place += len(word)
    near: set[int] = set()
    for begin, end in (span for found in spans.values() for span in found):
        inside = [i for i, start in enumerate(starts) if begin <= start < end]
        if inside:
            near.update(range(inside[0] - NEAR, inside[-1] + NEAR + 1))
    return near


def _changed(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Numbers of the words that differ, on each side; an ending that differs is no difference."""
    gone: list[int] = []
    come: list[int] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left, right = list(range(i1, i2)), list(range(j1, j2))
        if len(left) == len(right):
            pairs = [(i, j) for i, j in zip(left, right, strict=True) if not _same_stem(old[i], new[j])]
            left, right = [i for i, _ in pairs], [j for _, j in pairs]
        gone += left
        come += right
    return gone, come


def _same_stem(one: str, other: str) -> bool:
    """Whether two words differ by an ending only: a common beginning of three quarters, and no number."""
    if any(c.isdigit() for c in one + other):
        return False
    common = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    longer = max(len(one), len(other))
    return longer >= 4 and common >= max(4, round(longer * 0.75)) and longer - common <= 2


def _ordered(topics: set[str]) -> tuple[str, ...]:
    return tuple(topic for topic in lexicon.TOPICS if topic in topics)
