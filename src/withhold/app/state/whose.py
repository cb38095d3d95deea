"""Whose a record of the evidence is: told by ids wherever they stand, and by names only where names stand.

A person may call an account "private", as records call a setting, and give two accounts the same address: a
name counts at the key ``account`` alone, beside the account's own provider. An id that the provider gave may
be any text; a short one counts only at keys that hold such ids.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from withhold.app.state.intent import Forgetting
from withhold.model.evidence import Json, Record

_NAMED_AT = frozenset({"account", "conversation", "source_id"})
_TELLING = 16
"""Characters from which on an id of a provider is taken for no word."""
_OF_FILES, _LEAST = "purge.local", 8
"""Records of transcripts that were removed here: tools put a session's id into the name of its file."""


@dataclass(frozen=True, slots=True)
class Whose:
    """``resting`` are records of the account's settings, ``spared`` of those of other accounts."""

    provider: str
    ids: frozenset[str]
    given: frozenset[str]
    labels: frozenset[str]
    resting: frozenset[str]
    spared: frozenset[str]

    def owns(self, record: Record) -> bool:
        """Whether ``record`` tells of the account, perhaps beside others."""
        if record.id in self.resting or self._named(record):
            return True
        return record.id not in self.spared and self._called(record.body)

    def _named(self, record: Record) -> bool:
        of_files = record.type.startswith(_OF_FILES)
        return any(
            text in self.ids
            or (text in self.given and (key in _NAMED_AT or len(text) >= _TELLING))
            or (of_files and self._in_a_name(text))
            for key, text in _texts(record.body)
        )

    def _in_a_name(self, text: str) -> bool:
        return any(one in text for one in self.given | self.ids if len(one) >= _LEAST)

    def _called(self, body: Mapping[str, Json]) -> bool:
        if body.get("provider") not in (None, self.provider):
            return False
        return any(key == "account" and text in self.labels for key, text in _texts(body))


def whose(
    intent: Forgetting,
    conversations: Collection[tuple[int, str, str, str]],
    shared: Collection[tuple[str, str]],
    spared: Collection[str],
) -> Whose:
    """``shared`` are conversations (provider, its id) that another account has too."""
    own = [(provider, source_id) for _, provider, source_id, _ in conversations]
    return Whose(
        provider=intent.provider,
        ids=frozenset({*intent.names, *(ours for *_, ours in conversations)}),
        given=frozenset(name[1] for name in own if name not in shared),
        labels=frozenset(intent.labels) - {""},
        resting=frozenset(intent.resting),
        spared=frozenset(spared),
    )


def _texts(value: Json, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a body, with the key that it stands at."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, key)
