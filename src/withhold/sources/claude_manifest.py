"""The manifest that Claude.ai hands out since August 2026 instead of a ZIP.

It names the files to download. Its links work once, in the signed-in browser, and are secrets: they are
never decoded, printed or kept.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from withhold.model.conversation import Unrecognised
from withhold.sources.interface import Claim, Entry, Item, KnownMember, Notice, Options
from withhold.sources.json_items import Raw
from withhold.sources.streams import items_of

HOLDS_CONVERSATIONS = frozenset({"conversations", "design_chats"})
_ROLES = {
    "conversations": "chats",
    "design_chats": "design chat",
    "projects": "projects",
    "memories": "memories",
    "light_metadata": "users",
}
_SAFE = re.compile(r"[\w. ()-]{1,120}")
_COPY = re.compile(r" \(\d+\)(?=\.\w+$|$)")
HOW = "download it in the browser you are signed in with (each link works once) and give all files together"


class _File(msgspec.Struct):
    category: str = ""
    filename: str = ""


class _Manifest(msgspec.Struct):
    total_files: int
    data_files: list[_File]


def manifest_items(entry: Entry, claims: Sequence[Claim], options: Options) -> Iterator[Item]:
    """Compare a manifest with what is there; each missing file is named."""
    yield KnownMember(entry.path, "manifest")
    manifest = _read(entry, options)
    if manifest is None:
        yield Unrecognised(entry.path, "a manifest of an export, but not one that can be read")
        return
    if manifest.total_files != len(manifest.data_files):
        text = f"names {len(manifest.data_files)} files and counts {manifest.total_files}"
        yield Unrecognised(entry.path, text)
    yield from (_missing(file) for file in _absent(manifest, claims, options))


def _read(entry: Entry, options: Options) -> _Manifest | None:
    raw = next(items_of(entry, options.limits), None)
    try:
        return msgspec.json.decode(raw.data, type=_Manifest) if isinstance(raw, Raw) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _absent(manifest: _Manifest, claims: Sequence[Claim], options: Options) -> Iterator[_File]:
    """Files of which neither the archive was given nor, unpacked, as many members of their kind."""
    archives = {part for claim in claims for part in claim.entry.parts[:-1]} | options.beside
    given = {_COPY.sub("", part) for part in archives}
    unpacked = Counter(claim.role for claim in claims if not _packed(claim, manifest))
    for file in manifest.data_files:
        role = _ROLES.get(file.category, "")
        if file.filename in given:
            continue
        if unpacked[role] > 0:
            unpacked[role] -= 1
            continue
        yield file


def _packed(claim: Claim, manifest: _Manifest) -> bool:
    names = {file.filename for file in manifest.data_files}
    return any(_COPY.sub("", part) in names for part in claim.entry.parts[:-1])


def _missing(file: _File) -> Item:
    shown = file.filename if _SAFE.fullmatch(file.filename) else "a file with an odd name"
    if file.category in HOLDS_CONVERSATIONS or file.category not in _ROLES:
        return Unrecognised(shown, f"named by the manifest and not given: {HOW}")
    return Notice(f"named by the manifest and not given: {HOW}", shown)
