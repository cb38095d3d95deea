"""Which host answers under which terms, and what a request to it must say: data of the packs."""

from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from withhold.support.errors import PackInvalid


class Host(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``demand`` maps a place in the body (``provider.zdr``) to the value that it must have.

    ``refuse_model_endings`` are variants such as ``:online``, wherever among a name's endings they stand.
    ``tool_types``, if any, are all that ``tools`` may have; a tool without a type is the client's own.
    """

    host: str
    terms: tuple[str, ...]
    source: str
    checked: date
    demand: Mapping[str, Any] = {}
    refuse_fields: tuple[str, ...] = ()
    refuse_model_endings: tuple[str, ...] = ()
    tool_types: tuple[str, ...] = ()


def known_hosts(own: Path | None = None) -> dict[str, Host]:
    """All hosts of the packs, by name; ``own`` is a file of the person's that comes on top.

    Raises ``PackInvalid`` for a file that is not such a list.
    """
    built_in = (
        resources.files("withhold.packs").joinpath("data/routes/hosts.yaml").read_text(encoding="utf-8")
    )
    found = _read(built_in, "data/routes/hosts.yaml")
    if own is not None and own.is_file():
        found |= _read(own.read_text(encoding="utf-8"), str(own))
    return found


def _read(text: str, where: str) -> dict[str, Host]:
    try:
        rows = msgspec.convert(yaml.safe_load(text), tuple[Host, ...])
    except (yaml.YAMLError, msgspec.ValidationError) as problem:
        raise PackInvalid(f"{where}: {problem}", next_step="mend the file or take it away") from problem
    return {row.host: row for row in rows}
