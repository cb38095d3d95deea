"""What changed between two versions of a page, sentence by sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from withhold.terms.judge import Verdict, judge
from withhold.terms.lexicon import found
from withhold.terms.sentences import Sentence, sentences, tokens

ALIKE = 0.5
"""Share of common words from which on two sentences are taken for one that was rewritten."""
COMMON = 300
"""A word that so many of the former sentences hold says nothing of which one was rewritten."""
WORK = 50_000_000
"""Steps of pairing in one comparison. What is left then stays apart, as gone and come, and is judged so."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One sentence changed (both), added (``old`` is ``None``) or removed (``new`` is ``None``)."""

    old: Sentence | None
    new: Sentence | None
    verdict: Verdict


def compare(old: str, new: str, lang: str, *, work: int = WORK) -> tuple[Edit, ...]:
    """The edits between two texts in the new one's order, removals last. A sentence that moved is none.

    ``work`` bounds how long it is tried to find what was rewritten into what.
    """
    before, after = sentences(old, lang), sentences(new, lang)
    return tuple(Edit(a, b, judge(a, b, lang)) for a, b in _edits(before, after, lang, work))


def _edits(
    before: Sequence[Sentence], after: Sequence[Sentence], lang: str, work: int
) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    gone, come = _left_over(before, after, lang)
    pairs = _paired(gone, come, work)
    for number, sentence in enumerate(come):
        yield (gone[pairs[number]] if number in pairs else None), sentence
    taken = set(pairs.values())
    yield from ((sentence, None) for number, sentence in enumerate(gone) if number not in taken)


def _left_over(
    before: Sequence[Sentence], after: Sequence[Sentence], lang: str
) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences that the other side does not have as often."""
    kept = Counter(_key(s, lang) for s in before) & Counter(_key(s, lang) for s in after)
    return _without(before, kept.copy(), lang), _without(after, kept.copy(), lang)


def _without(side: Sequence[Sentence], kept: Counter[str], lang: str) -> list[Sentence]:
    left = []
    for sentence in side:
        key = _key(sentence, lang)
        if kept[key] > 0:
            kept[key] -= 1
        else:
            left.append(sentence)
    return left


def _key(sentence: Sentence, lang: str) -> str:
    """By what a sentence is the same: with its days where it speaks of a topic, else without."""
    return " ".join(tokens(sentence.normal)) if found(sentence.bare, lang) else sentence.key


def _paired(gone: Sequence[Sentence], come: Sequence[Sentence], work: int) -> dict[int, int]:
    """For sentences of ``come``, by number, the one of ``gone`` that they rewrite: the most alike first."""
    holding: dict[str, set[int]] = defaultdict(set)
    old = [tokens(s.normal) for s in gone]
    for number, words in enumerate(old):
        for word in set(words):
            holding[word].add(number)
    scored = sorted(_scores(come, old, holding, work), reverse=True)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, negative_new, negative_old in scored:
        new_number, old_number = -negative_new, -negative_old
        if new_number not in pairs and old_number not in taken:
            pairs[new_number] = old_number
            taken.add(old_number)
    return pairs


def _scores(
    come: Sequence[Sentence], old: Sequence[tuple[str, ...]], holding: dict[str, set[int]], work: int
) -> Iterator[tuple[float, int, int]]:
    left = work
    telling = {word: held for word, held in holding.items() if len(held) <= COMMON or len(old) <= COMMON}
    for number, sentence in enumerate(come):
        words = tokens(sentence.normal)
        shared = Counter(i for word in set(words) for i in telling.get(word, ()))
        left -= shared.total()
        for other, _ in shared.most_common(8):
            left -= len(old[other]) * len(words)
            if left < 0:
                return
            score = SequenceMatcher(None, old[other], words, autojunk=False).ratio()
            if score >= ALIKE:
                yield score, -number, -other
