"""What a label says: whether it is about training, and whether *on* trains or keeps private.

Read from the sentence, never from the looks of the switch. Whatever can be read in two ways stays unknown:
a wrong polarity is a false claim of privacy, an unknown one only a question to the person.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from withhold.controls.finder.lexicon import MARK, begins_known, count, has, pattern, phrases, unknown
from withhold.controls.phrases import normal
from withhold.model.words import Polarity

SURE = 0.6
"""From this topic on, a control is taken to be about training."""
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|[。！？；؟\n]+|\s+[-|·•]\s+")
_LONGEST = 600


class Stance(Enum):
    """What a sentence does with the use of content for training."""

    PERMITS = "permits"
    REFUSES = "refuses"
    DOUBT = "may be read in two ways"


@dataclass(frozen=True, slots=True)
class Sense:
    """How surely a text is about training (0 to 1), and what *on* means then."""

    topic: float
    polarity: Polarity
    why: tuple[str, ...] = ()
    partial: bool = False
    """It names a part of the content, or a while: private there is not private altogether."""

    @property
    def decides(self) -> bool:
        """About training for sure, and on and off are told apart."""
        return self.topic >= SURE and self.polarity in {Polarity.ON_TRAINS, Polarity.ON_PRIVATE}

    @property
    def doubtful(self) -> bool:
        """Perhaps about training: it may neither be set nor be passed over."""
        return self.topic >= SURE and not self.decides


NOTHING = Sense(0.0, Polarity.UNKNOWN)
_MEANS = {
    Stance.PERMITS: Polarity.ON_TRAINS,
    Stance.REFUSES: Polarity.ON_PRIVATE,
    Stance.DOUBT: Polarity.UNKNOWN,
}
_OPPOSITE = {Stance.PERMITS: Stance.REFUSES, Stance.REFUSES: Stance.PERMITS, Stance.DOUBT: Stance.DOUBT}


def topic(text: str) -> float:
    """How surely ``text`` (in normal form) is about training on the person's content, 0 to 1."""
    strength = _strength(text)
    explicit = has("train", text) and any(has(c, text) for c in ("model", "data", "permit"))
    if has("other", text):
        return 0.5 if explicit else 0.0
    if has("aside", text):
        return max(0.75, min(strength, 0.8)) if explicit else 0.0
    return strength


def _strength(text: str) -> float:
    train, model, improve, data = (has(c, text) for c in ("train", "model", "improve", "data"))
    product = has("product", text)
    if train and (model or data):
        return 0.95
    if improve and model:
        return 0.9
    if train or (improve and data and not product):
        return 0.75
    if improve:
        return _improvement(text, data=data, product=product)
    if has("private_mode", text) or (model and data):
        return 0.6
    if data and has("refuse", text):
        return 0.6 if has("permit", text) else 0.5
    return 0.5 if data and has("permit", text) else 0.0


def _improvement(text: str, *, data: bool, product: bool) -> float:
    """ "Help improve Claude" asks for content; "Help improve the app" may ask for anything."""
    if data:
        return 0.7
    return 0.65 if has("permit", text) and not product else 0.45


def stance(text: str) -> Stance:
    """What ``text`` (in normal form, about training) does: a plain refusal, a plain permission, or doubt."""
    refusals = count("refuse", text) or int(has("private_mode", text))
    left = pattern("private_mode").sub(" ", pattern("refuse").sub(" ", text))
    if refusals > 1 or has("doubt", text) or has("stray", left):
        return Stance.DOUBT
    if refusals:
        return Stance.REFUSES
    return Stance.PERMITS if _permits(text) else Stance.DOUBT


def _turned(text: str) -> bool:
    """Whether a refusal may be turned round by a verb that is not known ("Lift the ban on training")."""
    marked = pattern("private_mode").sub(MARK, pattern("refuse").sub(MARK, text))
    before = marked.partition(MARK)[0].strip()
    return has("unknown_act", marked) or (bool(before) and not begins_known(before))


def _permits(text: str) -> bool:
    """Whether a text without a known word of refusal may be taken for a permission.

    An unknown word may refuse ("Spare my chats from training"). With a word that lets use happen the first
    has to be known, or the last to be such a verb as German puts there; without one all of them.
    """
    if not _lets(text):
        return not unknown(text)
    last = text.rsplit(maxsplit=1)[-1]
    return begins_known(text) or (_lets(last) and last.endswith("n"))


def _lets(text: str) -> bool:
    return has("permit", text) or has("improve", text)


def sense(label: str, beside: tuple[str, ...] = (), around: tuple[str, ...] = ()) -> Sense:
    """The sense of a switch called ``label``, with texts ``beside`` it and headings ``around`` it.

    The label leads. Texts beside it make a vague label clear, and can only ever put a clear one into doubt.
    """
    said = normal(label[:_LONGEST])
    own = _whole(label)
    told = _beside(beside)
    if has("other", said) and own.topic < SURE:
        return _other(own, told)
    led = _led(own, told, around)
    return _agreeing(led, told)


def _whole(label: str) -> Sense:
    """The sense of a label: of the one sentence in it that is about training, where there are several."""
    parts = [normal(part) for part in _SENTENCES.split(_conditions_apart(label[:_LONGEST])) if part]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return _plain(normal(label[:_LONGEST]))
    head, tail = _plain(parts[0]), _beside(tuple(parts[1:]))
    if head.topic >= SURE:
        return _agreeing(head, tail)
    return _agreeing(_led(head, tail, ()), tail)


def _conditions_apart(label: str) -> str:
    """``label`` with a line of its own for what begins with "when this is on"."""
    plain = normal(label)
    starts = {m.start() for c in ("when_on", "when_off") for m in pattern(c).finditer(plain)} - {0}
    if not starts:
        return label
    cuts = [0, *sorted(starts), len(plain)]
    return "\n".join(plain[a:b] for a, b in pairwise(cuts))


def _plain(text: str) -> Sense:
    score = topic(text)
    if score == 0.0:
        return Sense(
            0.0, Polarity.NOT_TRAINING if has("other", text) or has("aside", text) else Polarity.UNKNOWN
        )
    found = stance(text) if not has("another_act", text) else Stance.DOUBT
    if (found is Stance.PERMITS and has("unknown_act", text)) or (found is Stance.REFUSES and _turned(text)):
        found = Stance.DOUBT
    return Sense(score, _MEANS[found], (f"its label {_SAYS[found]}",), has("part", text))


_SAYS = {
    Stance.PERMITS: "lets content be used for training",
    Stance.REFUSES: "refuses use for training",
    Stance.DOUBT: "may be read in two ways",
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What the texts beside a label say: what *on* means, in sentences with and without a condition."""

    topic: float = 0.0
    conditional: frozenset[Stance] = frozenset()
    plain: frozenset[Stance] = frozenset()

    @property
    def stances(self) -> frozenset[Stance]:
        return self.conditional or self.plain


def _beside(texts: tuple[str, ...]) -> _Told:
    told = _Told()
    for text in texts:
        for sentence in _SENTENCES.split(text[:_LONGEST]):
            told = _with(told, normal(sentence or ""))
    return told


def _with(told: _Told, sentence: str) -> _Told:
    on, off = has("when_on", sentence), has("when_off", sentence)
    rest = pattern("when_off").sub(" ", pattern("when_on").sub(" ", sentence)) if on or off else sentence
    score = topic(rest.strip())
    if score < 0.7:
        return told
    found = stance(rest) if not (on and off) else Stance.DOUBT
    if off and not on:
        found = _OPPOSITE[found]
    most = max(told.topic, score)
    if on or off:
        return replace(told, topic=most, conditional=told.conditional | {found})
    return replace(told, topic=most, plain=told.plain | {found})


def _led(own: Sense, told: _Told, around: tuple[str, ...]) -> Sense:
    """A clear label as it is; a vague one made clear by what stands beside it, else by its heading."""
    if own.topic >= SURE:
        return own
    if told.topic and own.polarity is not Polarity.NOT_TRAINING:
        return _from_beside(told)
    headed = max((topic(normal(text)) for text in around[:2]), default=0.0)
    if own.topic >= 0.45 and headed >= 0.75:
        return replace(own, topic=0.7, why=(*own.why, "it stands under a heading about training"))
    if told.topic:
        return _other(own, told)
    return own


def _from_beside(told: _Told) -> Sense:
    found = next(iter(told.stances)) if len(told.stances) == 1 else Stance.DOUBT
    score = min(0.85, told.topic - 0.1)
    return Sense(score, _MEANS[found], (f"the text beside it {_SAYS[found]}",))


def _other(own: Sense, told: _Told) -> Sense:
    """A label about something else. Text beside it that speaks of training makes it doubtful, no more."""
    if told.topic >= 0.9 and (told.conditional or told.plain != {Stance.REFUSES}):
        why = "its label is about something else, but the text beside it speaks of training"
        return Sense(0.6, Polarity.UNKNOWN, (why,))
    return Sense(min(own.topic, 0.5), Polarity.NOT_TRAINING, ("it is about something else",))


def _agreeing(led: Sense, told: _Told) -> Sense:
    """``led``, unless a text beside it says the opposite."""
    if led.topic < SURE or led.polarity is Polarity.UNKNOWN:
        return led
    other = {Polarity.ON_TRAINS: Stance.REFUSES, Polarity.ON_PRIVATE: Stance.PERMITS}.get(led.polarity)
    against = told.conditional or told.plain
    if other in against and not (told.conditional == frozenset() and len(told.plain) > 1):
        why = "contradiction: its label and the text beside it say opposite things"
        return Sense(led.topic, Polarity.UNKNOWN, (*led.why, why))
    same = {Polarity.ON_TRAINS: Stance.PERMITS, Polarity.ON_PRIVATE: Stance.REFUSES}.get(led.polarity)
    if against == {same}:
        score = max(led.topic, min(0.95, told.topic))
        return replace(led, topic=score, why=(*led.why, "the text beside it agrees"))
    return led


def answer(text: str) -> bool | None:
    """``True`` for a text that says yes, ``False`` for no, ``None`` for anything else."""
    plain = normal(text)
    head = normal(re.split(r"[,:;.!(-]|\s-\s|、|，|،", plain, maxsplit=1)[0])
    for words in (plain, head):
        if words in phrases("no"):
            return False
        if words in phrases("yes"):
            return True
    return None


def option_sense(text: str, question: Sense) -> Polarity:
    """What choosing the option ``text`` means, as an answer to ``question``."""
    plain = normal(text)
    said = answer(text)
    rest = _after_answer(plain) if said is not None else plain
    own = _plain(rest) if rest else NOTHING
    about = own.topic >= 0.5 and own.polarity in {Polarity.ON_TRAINS, Polarity.ON_PRIVATE}
    if said is None:
        return own.polarity if about else Polarity.UNKNOWN
    by_answer = _answered(question, yes=said, plain=plain)
    if about and by_answer not in {own.polarity, Polarity.UNKNOWN}:
        return Polarity.UNKNOWN
    return own.polarity if about else by_answer


def _after_answer(plain: str) -> str:
    parts = re.split(r"[,:;.!-]\s*|\s-\s|、|，|،", plain, maxsplit=1)
    return parts[1] if len(parts) > 1 else plain


_OUT_OF_ITSELF = re.compile(r"\bopt(?:ed)?[- ]?(?:in|out)\b|private|privat|privé|exclu")


def _answered(question: Sense, *, yes: bool, plain: str) -> Polarity:
    """Yes to a permission lets it be used; yes to a refusal does not. Some words say it by themselves."""
    if _OUT_OF_ITSELF.search(plain):
        return Polarity.ON_TRAINS if yes else Polarity.ON_PRIVATE
    if question.polarity is Polarity.ON_TRAINS:
        return Polarity.ON_TRAINS if yes else Polarity.ON_PRIVATE
    if question.polarity is Polarity.ON_PRIVATE:
        return Polarity.ON_PRIVATE if yes else Polarity.ON_TRAINS
    return Polarity.UNKNOWN
