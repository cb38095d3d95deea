"""``withhold packs update`` and ``withhold packs sign``."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document
from withhold.report.documents.packs import DifferenceRow, PackUpdateRow

PacksUpdateDone = Literal["updated", "dry_run", "undone", "key_forgotten"]


class PackChangeRow(Struct, kw_only=True, frozen=True):
    """One pack of an update. ``withdrawn``: only the former update had it. ``silent``: what lies beneath is
    newer, and goes on speaking. ``differences`` are against what was in force, your own folder apart.
    """

    id: str
    kind: Literal["provider", "tool"]
    change: Literal["new", "changed", "same", "withdrawn", "silent"]
    differences: tuple[DifferenceRow, ...]


class PacksUpdateDocument(Document, kw_only=True, frozen=True):
    """``before`` and ``after`` are the updates in force; ``after`` of a dry run is what would be. ``key`` is
    the fingerprint of who signed, or of the key that was forgotten; ``record`` the evidence of it.
    """

    schema: Literal["withhold.packs-update/1"] = "withhold.packs-update/1"
    done: PacksUpdateDone
    before: PackUpdateRow | None
    after: PackUpdateRow | None
    key: str | None
    packs: tuple[PackChangeRow, ...]
    record: str | None


class PacksSignDocument(Document, kw_only=True, frozen=True):
    """A bundle that was written, and read back. ``key`` is the fingerprint for those who will trust it."""

    schema: Literal["withhold.packs-sign/1"] = "withhold.packs-sign/1"
    file: str
    sha256: str
    name: str
    version: int
    compiled_on: str
    requires: str
    files: tuple[str, ...]
    key: str
