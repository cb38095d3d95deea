"""Which of the things on a page decide about training: by the pack's labels first, then by their wording."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from withhold.controls.finder.found import Found, Option
from withhold.controls.finder.lexicon import has
from withhold.controls.finder.position import position
from withhold.controls.finder.survey import Thing
from withhold.controls.finder.wording import SURE, Sense, option_sense, sense
from withhold.controls.phrases import may_differ, normal, shown_state
from withhold.model.terms import Control
from withhold.model.words import Polarity

_GENERIC_NAMES = frozenset({"toggle", "switch", "checkbox", "setting", "option", "button", "toggle setting"})
_SIMILAR = 0.8
"""Factor on the confidence in a control that bears none of the pack's labels."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a thing is called, and all else that stands beside and around it."""

    name: str
    seen: str
    beside: tuple[str, ...]
    around: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.name or self.seen


def judge(things: Sequence[Thing], controls: Sequence[Control] = ()) -> tuple[Found, ...]:
    """Every control of the page, in its order, those about something else included."""
    found = [
        _switch(thing, controls) for thing in things if thing.facts.kind in {"switch", "slider", "custom"}
    ]
    found += [_select(thing, controls) for thing in things if thing.facts.kind in {"select", "list"}]
    found += [_choice(members, controls) for members in _groups(things)]
    return _keyed(sorted(found, key=lambda f: (f.thing.root, f.thing.index)))


def _groups(things: Sequence[Thing]) -> Iterator[list[Thing]]:
    groups: dict[tuple[int, int], list[Thing]] = {}
    for thing in things:
        if thing.facts.kind == "option" and thing.group is not None:
            groups.setdefault(thing.group, []).append(thing)
    yield from groups.values()


def _keyed(found: Sequence[Found]) -> tuple[Found, ...]:
    seen: Counter[str] = Counter()
    keyed = []
    for each in found:
        name = f"{each.thing.facts.kind} {' '.join(each.label.split())!r}"
        seen[name] += 1
        keyed.append(replace(each, key=name if seen[name] == 1 else f"{name} #{seen[name]}"))
    return tuple(keyed)


def texts_of(thing: Thing) -> Texts:
    """The name of ``thing`` as announced, its first visible text, and the rest."""
    facts = thing.facts
    announced = thing.node.name if thing.node is not None else ""
    names = [n for n in (announced, *facts.names) if not _says_nothing(n)]
    pieces = [
        p
        for p in (
            *facts.pieces,
            *(() if facts.pieces and any(not _says_nothing(p) for p in facts.pieces) else facts.aside),
        )
        if not _says_nothing(p)
    ]
    name = " ".join(names[0].split()) if names else ""
    seen = pieces[0] if pieces else ""
    if seen and normal(name).startswith(normal(seen)) and len(pieces) > 1:
        name = seen
    name, more = _parted(name, facts.bits)
    rest = [
        t for t in (*more, *names, *pieces, *facts.described) if normal(t) not in {normal(name), normal(seen)}
    ]
    own = {normal(name), normal(seen)}
    around = tuple(h for h in (*facts.question, *facts.headings, *facts.regions) if normal(h) not in own)
    return Texts(name, seen, tuple(dict.fromkeys(rest)), around)


def _parted(name: str, bits: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A name that runs together a label and its description, as the document has them apart."""
    whole = normal(name)
    for number, bit in enumerate(bits[:-1]):
        first = normal(bit)
        if whole == first or not first or not whole.startswith(first):
            continue
        if sense(bit).topic >= SURE or sense(bit).polarity is Polarity.NOT_TRAINING:
            rest = tuple(b for b in bits[number + 1 :] if normal(b) in whole and not _says_nothing(b))
            if rest:
                return bit, rest
    return name, ()


def _says_nothing(text: str) -> bool:
    plain = normal(text)
    return not plain or plain in _GENERIC_NAMES or all(shown_state(w) is not None for w in plain.split())


def _switch(thing: Thing, controls: Sequence[Control]) -> Found:
    texts = texts_of(thing)
    on, doubt = position(thing)
    doubt = doubt or _means_both(thing, texts)
    found = Found(
        key="",
        label=texts.label,
        section=next(iter(texts.around), None),
        sense=_sense_of(texts),
        thing=thing,
        on=on,
        doubt=doubt,
        managed=_managed(thing),
    )
    return _by_pack(found, texts, controls)


def _means_both(thing: Thing, texts: Texts) -> str | None:
    """Why the state of a button that says "Stop ..." is open: it may be what pressing it does, or is."""
    pressable = thing.facts.pressed is not None or (
        thing.facts.kind == "custom" and thing.facts.tag == "button"
    )
    if pressable and any(has("ends_use", normal(t)) for t in (texts.name, texts.seen)):
        return "its words may say what it does or where it stands"
    return None


def _sense_of(texts: Texts) -> Sense:
    """The sense of the name, unless what a person sees there says something else."""
    told = sense(texts.label, texts.beside, texts.around)
    name, first = normal(texts.name), normal(texts.seen)
    if not first or not name or first in name or first.startswith(name):
        return told
    shown = sense(texts.seen, texts.beside, texts.around)
    if shown.topic < 0.6 > told.topic:
        return max(told, shown, key=lambda s: s.topic)
    if told.polarity is shown.polarity:
        return max(told, shown, key=lambda s: s.topic)
    if told.topic < 0.45 and told.polarity is not Polarity.NOT_TRAINING and shown.topic >= 0.6:
        return shown
    if shown.topic < 0.45 and shown.polarity is not Polarity.NOT_TRAINING:
        return told
    why = "contradiction: its name and the text beside it speak of different things"
    return Sense(max(told.topic, shown.topic), Polarity.UNKNOWN, (why,))


def _managed(thing: Thing) -> bool:
    return any(
        has("managed", normal(t)) for t in (*thing.facts.pieces, *thing.facts.described, *thing.facts.names)
    )


def _choice(members: list[Thing], controls: Sequence[Control]) -> Found:
    first = members[0]
    asked = next((m.facts.question for m in members if m.facts.question), ())
    question = [q for q in asked if not _says_nothing(q)] or list(first.facts.headings[:1])
    label = question[0] if question else ""
    around = (*first.facts.headings, *first.facts.regions)
    told = sense(label, tuple(question[1:]), around) if label else Sense(0.0, Polarity.UNKNOWN)
    options = tuple(_option(member, told) for member in members)
    found = Found("", label, next((h for h in around if h != label), None), told, first, options=options)
    found = replace(
        found, managed=any(_managed(m) for m in members) or any(has("managed", normal(q)) for q in asked)
    )
    return _by_pack(_weighed(found), Texts(label, label, tuple(question[1:]), around), controls)


def _option(member: Thing, question: Sense) -> Option:
    texts = texts_of(member)
    raw = texts.label or next(iter((*member.facts.names, *member.facts.pieces)), "") or member.facts.text
    label = " ".join(raw.split())
    on, doubt = position(member)
    polarity = option_sense(label, question)
    told = sense(label, texts.beside)
    if polarity is not Polarity.UNKNOWN and told.topic >= 0.6 and told.polarity is Polarity.UNKNOWN:
        polarity = Polarity.UNKNOWN
    return Option(label, polarity, on if doubt is None else None, member.facts.locked, member)


def _weighed(found: Found) -> Found:
    """A choice is about training where its question is, or where its choices say so themselves."""
    kinds = {o.polarity for o in found.options}
    own = [sense(o.text).topic for o in found.options if o.polarity in _DECIDED]
    topic = max((found.sense.topic, *own), default=0.0)
    if found.sense.polarity is Polarity.NOT_TRAINING and max(own, default=0.0) < 0.9:
        return found
    if Polarity.ON_PRIVATE not in kinds or len(found.options) < 2:
        polarity = Polarity.UNKNOWN if topic >= 0.6 else found.sense.polarity
        return replace(found, sense=replace(found.sense, topic=topic, polarity=polarity))
    why = ("several choices, of which one refuses",)
    return replace(
        found,
        sense=replace(found.sense, topic=topic, polarity=Polarity.CHOICE_LIST, why=(*found.sense.why, *why)),
    )


_DECIDED = frozenset({Polarity.ON_TRAINS, Polarity.ON_PRIVATE})


def _select(thing: Thing, controls: Sequence[Control]) -> Found:
    texts = texts_of(thing)
    values = {normal(o.text) for o in thing.facts.options} | {normal(thing.facts.value or "")}
    beside = tuple(t for t in texts.beside if normal(t) not in values)
    label = texts.name if normal(texts.name) not in values else texts.seen
    if normal(label) in values:
        label = next((t for t in (*thing.facts.aside, *texts.around) if normal(t) not in values), "")
    told = sense(label, beside, texts.around)
    if thing.facts.kind == "list":
        chosen = thing.facts.value or ""
        options: tuple[Option, ...] = (
            Option(chosen, option_sense(chosen, told), True, thing.facts.locked, None),
        )
    else:
        options = tuple(
            Option(o.text, option_sense(o.text, told), o.chosen, o.locked) for o in thing.facts.options
        )
    found = Found(
        key="",
        label=label,
        section=next(iter(texts.around), None),
        sense=told,
        thing=thing,
        options=options,
        listed=thing.facts.kind == "list",
        question=told,
        managed=_managed(thing),
    )
    if not found.listed:
        found = _weighed(found)
    elif told.topic >= 0.6:
        found = replace(found, sense=replace(told, polarity=Polarity.CHOICE_LIST))
    return _by_pack(found, replace(texts, name=label, seen=label), controls)


def _by_pack(found: Found, texts: Texts, controls: Sequence[Control]) -> Found:
    """``found`` as the pack knows it: an exact label first, then one that begins with a label."""
    names = [n for n in (normal(texts.name), normal(texts.seen)) if n]
    for control in controls:
        if any(n in {normal(d) for d in control.decoys} for n in names):
            why = "the pack names it as something else"
            return replace(found, sense=Sense(0.0, Polarity.NOT_TRAINING, (why,)))
    for control in controls:
        labels = {normal(label.text) for label in control.labels} - {""}
        if any(n in labels for n in names):
            return _known(
                found, control, 1.0 if names[0] in labels else 0.9, "its name is a label of the pack"
            )
        held = max((x for x in labels if any(x in n for n in names)), key=len, default=None)
        if held is not None:
            return _holding(found, control, held, names)
    if controls and found.sense.topic > 0:
        reasons = (*found.sense.why, "it bears no label of the pack")
        return replace(found, sense=replace(found.sense, topic=found.sense.topic * _SIMILAR, why=reasons))
    return found


def _holding(found: Found, control: Control, held: str, names: list[str]) -> Found:
    name = next(n for n in names if held in n)
    if name.startswith(held) and not may_differ(name.replace(held, " ", 1)):
        return _known(found, control, 0.7, "its name begins with a label of the pack")
    why = "its name holds a label of the pack, but may say something else"
    return replace(found, control=control, sense=Sense(0.6, Polarity.UNKNOWN, (why,)))


def _known(found: Found, control: Control, confidence: float, why: str) -> Found:
    """The pack's polarity stands, unless the page says the opposite in so many words."""
    polarity = control.polarity
    read = found.sense.polarity
    if found.options:
        return replace(
            found, control=control, sense=replace(found.sense, topic=confidence, why=(why, *found.sense.why))
        )
    if found.sense.decides and polarity in _DECIDED and read is not polarity:
        against = "contradiction: the page says the opposite of what the pack knows of it"
        return replace(found, control=control, sense=Sense(confidence, Polarity.UNKNOWN, (why, against)))
    if polarity not in _DECIDED and found.sense.decides:
        polarity = read
    doubts = tuple(w for w in found.sense.why if w.startswith("contradiction"))
    if doubts:
        polarity = Polarity.UNKNOWN
    return replace(found, control=control, sense=Sense(confidence, polarity, (why, *doubts)))
