"""Where a control stands: every sign on the page that shows it, and whether they agree."""

from withhold.controls.finder.survey import Facts, Thing
from withhold.controls.phrases import shown_state

_TRUTH = {"true": True, "false": False}


def position(thing: Thing) -> tuple[bool | None, str | None]:
    """On (``True``) or off, and what speaks against believing it. ``None`` where it cannot be told."""
    if thing.facts.busy:
        return None, "it says that it is still loading"
    if thing.facts.mixed:
        return None, "it stands between on and off"
    if thing.facts.kind == "custom":
        return _by_looks(thing.facts)
    if thing.facts.kind == "slider":
        return _of_slider(thing.facts)
    return _announced(thing)


def _announced(thing: Thing) -> tuple[bool | None, str | None]:
    facts = thing.facts
    node = _TRUTH.get(thing.node.state or "") if thing.node is not None else None
    signs = {
        "the browser": node,
        "its box": facts.native,
        "aria-checked": _TRUTH.get(facts.checked or ""),
        "aria-pressed": _TRUTH.get(facts.pressed or ""),
        "its component": facts.property,
        "its selection": facts.chosen,
    }
    said = {on for on in signs.values() if on is not None}
    if len(said) > 1:
        return None, "contradiction: the page announces two different states"
    if not said:
        return _by_looks(facts)
    on = said.pop()
    if facts.kind == "switch" and facts.marks[0] is (not on):
        return None, "contradiction: its attributes show another state than it announces"
    return _against_words(facts, on)


def _by_looks(facts: Facts) -> tuple[bool | None, str | None]:
    """An element that announces nothing: its attributes, its classes, the words in it."""
    parts = {part for part in facts.parts if part is not None}
    said = {mark for mark in facts.marks if mark is not None} | (parts if len(parts) == 1 else set())
    if len(said) > 1:
        return None, "contradiction: its marks show two different states"
    if not said and facts.off_by_style:
        said = {False}
    words = _words(facts)
    if not said and facts.kind == "custom":
        said = words
    if len(said) != 1:
        return None, "its state could not be read"
    return _against_words(facts, said.pop())


def _of_slider(facts: Facts) -> tuple[bool | None, str | None]:
    scale = facts.range
    if scale is None or not scale.two_positions or scale.now not in {scale.min, scale.max}:
        return None, "it has more than two positions"
    on = scale.now == scale.max
    told = shown_state(scale.text)
    if told is not None and told is not on:
        return None, "contradiction: the slider's text and its position differ"
    return _against_words(facts, on)


def _against_words(facts: Facts, on: bool) -> tuple[bool | None, str | None]:
    if _words(facts) == {not on}:
        why = f"contradiction: it announces {'on' if on else 'off'}, the words beside it say otherwise"
        return None, why
    return on, None


def _words(facts: Facts) -> set[bool]:
    """What visible words such as On or Off say; nothing for one choice of several."""
    if facts.kind in {"option", "listed"}:
        return set()
    return {state for piece in facts.pieces if (state := shown_state(piece)) is not None}
