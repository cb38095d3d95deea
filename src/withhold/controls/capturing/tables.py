"""Names of HTML and HTTP that capturing goes by, as data."""

import tomllib
from importlib.resources import files

_DATA: dict[str, list[str]] = tomllib.loads(
    files("withhold.controls.capturing").joinpath("tables.toml").read_text(encoding="utf-8")
)

VOID = frozenset(_DATA["void"])
STRUCTURE = frozenset(_DATA["structure"])
SPOKEN = frozenset(_DATA["spoken"])
HEADERS = frozenset(_DATA["headers"])
WORDS = frozenset(_DATA["words"])
OWNERS = frozenset(_DATA["owners"])
