"""VERIFY.md: what to run on a bundle, and what must come out."""

from collections.abc import Iterator, Sequence

from withhold.evidence.bundle import steps
from withhold.evidence.bundle.contents import Held
from withhold.evidence.bundle.script import script
from withhold.evidence.bundle.steps import filled
from withhold.evidence.records import digest


def guide(held: Sequence[Held], renewals: Sequence[Held] = ()) -> bytes:
    """The text for these records, and for those that hold their tokens."""
    parts = [filled("head", script=digest(script()), origin=held[0].key.name).lstrip("\n")]
    for one in held:
        parts += _record(one)
    if renewals:
        parts.append(filled("renewals"))
    for one in renewals:
        parts += [*_record(one), *steps.held_tokens(one, (*held, *renewals))]
    return "".join([*parts, filled("tail")]).encode()


def _record(held: Held) -> Iterator[str]:
    identity = held.record.id
    yield filled("record", id=identity, short=identity[:12], fingerprint=held.key.fingerprint)
    yield from steps.keys_before(held)
    yield from steps.inclusion(held)
    yield from steps.times(held)
    yield from steps.captures(held)
