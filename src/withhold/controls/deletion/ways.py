"""The ways in ``pages.toml``, as values."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote, urljoin


@dataclass(frozen=True, slots=True)
class DeletionWay:
    """How one provider's page deletes a conversation; ``pages.toml`` says what each field is."""

    conversation: str
    histories: tuple[str, ...]
    begin: tuple[str, ...]
    question: tuple[str, ...]
    confirm: tuple[str, ...]
    signed_in: tuple[str, ...]

    def url(self, base: str, source_id: str) -> str:
        """The address of one conversation at the provider whose pages stand at ``base``."""
        return urljoin(base, self.conversation.format(id=quote(source_id, safe="")))


@cache
def _ways() -> dict[str, DeletionWay]:
    text = files("withhold.controls.deletion").joinpath("pages.toml").read_text(encoding="utf-8")
    return {
        name: DeletionWay(
            table["conversation"],
            *(tuple(table[key]) for key in ("histories", "begin", "question", "confirm", "signed_in")),
        )
        for name, table in tomllib.loads(text).items()
    }


def way_of(provider_id: str) -> DeletionWay | None:
    """How this provider's page deletes; ``None`` where nobody has written it down."""
    return _ways().get(provider_id)
