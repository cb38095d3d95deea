"""The finders of the ``sensitive`` part, as the gateway's ports."""

import secrets as random
from collections.abc import Sequence
from typing import Any

from withhold.gateway.shapes import find_shapes
from withhold.gateway.sight import Finder, Hit, Sight


def sight() -> Sight:
    """Secrets first, then personal data with check digits, then everything that has the form of it."""
    from withhold.sensitive.encoded import InBase64
    from withhold.sensitive.finder import Finder as Secrets
    from withhold.sensitive.personal import finder as personal

    key = random.token_bytes(32)
    finders: list[Finder] = [
        _port(Secrets(key), "secrets"),
        _port(InBase64(Secrets(key)), "secrets"),
        _port(personal(key), "personal"),
        find_shapes,
    ]
    return Sight(finders)


def _port(found_by: Any, sort: Any) -> Finder:
    def find(text: bytes) -> Sequence[Hit]:
        return [Hit(found.kind, sort, found.start, found.end) for found in found_by.in_text(text)]

    return find
