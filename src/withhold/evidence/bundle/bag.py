"""A BagIt bag (RFC 8493) as a mapping of paths to bytes; the same parts always give the same bag.

Lines of both manifests have two spaces, so that ``sha256sum -c`` reads them as well.
"""

from collections.abc import Iterator, Mapping

from withhold.evidence.records import digest

TOP = "withhold-evidence"
"""The folder in the ZIP: a serialised bag has a single one at its top."""

PAYLOAD, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
DATA = "data/"


def bag(payload: Mapping[str, bytes], tags: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """All files of a bag: ``payload`` below ``data/``, ``tags`` beside it, ``info`` a line each."""
    files = {DATA + path: data for path, data in payload.items()}
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    told = "".join(f"{key}: {value}\n" for key, value in {**info, "Payload-Oxum": oxum}.items())
    beside = {**tags, "bagit.txt": DECLARATION, "bag-info.txt": told.encode(), PAYLOAD: manifest(files)}
    return {**files, **beside, TAGS: manifest(beside)}


def manifest(files: Mapping[str, bytes]) -> bytes:
    """One line a file, in the order of their paths."""
    return "".join(f"{digest(files[path])}  {path}\n" for path in sorted(files)).encode()


def problems(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Where a bag is not what its manifests say: path and what is wrong. Nothing: it is whole."""
    if files.get("bagit.txt") != DECLARATION:
        yield "bagit.txt", "it is not the declaration of a BagIt 1.0 bag in UTF-8"
    payload = {path: data for path, data in files.items() if path.startswith(DATA)}
    tags = {path: data for path, data in files.items() if not path.startswith(DATA) and path != TAGS}
    yield from _against(PAYLOAD, files.get(PAYLOAD), payload)
    yield from _against(TAGS, files.get(TAGS), tags)
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n".encode()
    if oxum not in files.get("bag-info.txt", b""):
        yield "bag-info.txt", "the number of files or bytes below data/ is not the one it tells"


def _against(name: str, told: bytes | None, files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    if told is None:
        yield name, "it is missing"
        return
    listed = dict(_lines(told))
    for path, data in sorted(files.items()):
        if path not in listed:
            yield path, f"{name} does not list it"
        elif listed[path] != digest(data):
            yield path, f"its bytes are not those that {name} lists: the SHA-256 differs"
    for path in sorted(listed.keys() - files.keys()):
        yield path, f"{name} lists it, and it is missing"
    if told != manifest(files) and all(listed.get(p) == digest(d) for p, d in files.items()):
        yield name, "it is not in the form and order in which it was written"


def _lines(told: bytes) -> Iterator[tuple[str, str]]:
    for line in told.decode("utf-8", "replace").split("\n"):
        hash_, gap, path = line.partition("  ")
        if gap:
            yield path, hash_
