"""The part of a pack's page about controls."""

from collections.abc import Iterator, Sequence

from generating.markdown import code, sentence, spaced, table
from withhold.model.terms import Control, Label, Provider
from withhold.model.words import Polarity

ON_MEANS = {
    Polarity.ON_TRAINS: "may be used for training",
    Polarity.ON_PRIVATE: "not used for training",
    Polarity.CHOICE_LIST: "it is a list of choices",
    Polarity.NOT_TRAINING: "nothing about training",
    Polarity.UNKNOWN: "not stated",
}


def controls(provider: Provider) -> Iterator[str]:
    """Every control: where it is, what on means, what it is called."""
    for control in provider.controls:
        yield f"### {control.name}"
        yield sentence(control.note)
        yield table(("", ""), ((name, value) for name, value in _facts(control) if value))
        yield table(("Language", "Label", "Where", "Seen", "Sources"), map(_label, control.labels))


def _facts(control: Control) -> Iterator[tuple[str, str]]:
    yield "id", code(control.id)
    yield "kind", spaced(control.kind)
    yield "path", _path(control.menu_path)
    yield "path on a phone", _path(control.mobile_menu_path)
    yield "page", code(control.url or "")
    yield "what on means", ON_MEANS[control.polarity]
    yield "pre-set to", control.default or ""
    yield "scope", spaced(control.scope or "")
    yield "headings it stands under", ", ".join(map(code, control.sections))
    yield "switches beside it that are not it", ", ".join(map(code, control.decoys))
    yield "completing it", sentence(control.confirm_step)
    yield "plans", ", ".join(map(code, control.plans))
    yield "sources", f"{', '.join(map(code, control.sources))} ({control.confidence.value})"


def _path(names: Sequence[str] | None) -> str:
    return " > ".join(names or ())


def _label(label: Label) -> tuple[str, ...]:
    begins = "" if label.seen_from is None else f"from {label.seen_from.isoformat()}"
    ends = "" if label.seen_until is None else f"until {label.seen_until.isoformat()}"
    return (
        label.lang,
        label.text,
        label.where or "",
        f"{begins} {ends}".strip(),
        f"{', '.join(map(code, label.sources))} ({label.confidence.value})",
    )
