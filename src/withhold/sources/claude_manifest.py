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
from withhold.sources.json_scanner import Raw
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
_BATCH = re.compile(r"(data-[\w-]{1,200}-batch-)(\d{4})(?: \(\d+\))?\.zip", re.ASCII)
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


def missing_batches(claims: Sequence[Claim], options: Options) -> Iterator[Item]:
    """Parts of a large export that are not here, by the numbers of the others.

    How many there are is said nowhere, so nothing is known of parts behind the last one. Of several paths,
    only that of the first part tells.
    """
    inside = {part for claim in claims for part in claim.entry.parts[:-1]}
    numbers: dict[str, set[int]] = {}
    for found in filter(None, map(_BATCH.match, inside | options.beside | {options.name})):
        numbers.setdefault(found.group(1), set()).add(int(found.group(2)))
    own = _BATCH.match(options.name)
    for start, given in sorted(numbers.items()):
        elsewhere = own is not None and int(own.group(2)) != min(given)
        for number in () if elsewhere else sorted(set(range(max(given))) - given):
            text = "a part of this export, by the numbers of the others; it is not here"
            yield Unrecognised(f"{start}{number:04}.zip", text)


def _missing(file: _File) -> Item:
    shown = file.filename if _SAFE.fullmatch(file.filename) else "a file with an odd name"
    if file.category in HOLDS_CONVERSATIONS or file.category not in _ROLES:
        return Unrecognised(shown, f"named by the manifest and not given: {HOW}")
    return Notice(f"named by the manifest and not given: {HOW}", shown)
