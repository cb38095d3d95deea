"""Every change of a bundle is noticed, but for those that are named here."""

import base64
import fnmatch
import random
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.bundle.making import (
    Made,
    failures,
    flipped,
    made,
    noticed,
    regions,
    repacked,
    resealed,
    verified,
)
from tests.sizes import SIZES, Sizes
from withhold.evidence.bundle.check import check_bundle

UNSEEN_IN_ZIP = {
    "local version needed": "a hint to programs that unpack; the directory at the end has it as well",
    "local flags": "readers go by the directory at the end",
    "local method": "readers go by the directory at the end",
    "local time": "times of ZIP entries have no zone and are no evidence",
    "local date": "times of ZIP entries have no zone and are no evidence",
    "local checksum": "readers go by the directory at the end",
    "local size": "readers go by the directory at the end",
    "central version made by": "says which program packed it",
    "central version needed": "a hint to programs that unpack",
    "central flags": "hints to programs that unpack",
    "central time": "times of ZIP entries have no zone and are no evidence",
    "central date": "times of ZIP entries have no zone and are no evidence",
    "central name length": "of the last entry: readers stop where the directory ends",
    "central extra length": "of the last entry: readers stop where the directory ends",
    "central comment length": "of the last entry: readers stop where the directory ends",
    "central disk": "of ZIPs on several disks, which nobody reads",
    "central internal attributes": "says whether a file is text",
    "central external attributes": "permissions of the unpacked file",
    "end disks": "of ZIPs on several disks, which nobody reads",
    "end comment length": "readers stop where the file ends",
    "end counts": "readers go by the size of the directory",
}
"""Bytes around the files whose change leaves every file and claim as it was. ``container`` tells of them."""

UNSEEN_WHEN_RESEALED = {
    "VERIFY.md": "a convenience: no signature covers what is written for people",
    "bag-info.txt": "says who packed the bag",
    "data/report.html": "a convenience: it says again what the records say",
    "data/report.pdf": "a convenience: it says again what the records say",
    "data/records/*/tokens/*.tsr": "an answer holds parts that its signature does not cover",
    "data/records/*/tokens/*-root.pem": "text of a certificate file around or beside what is read",
}
"""Files in which somebody may change a byte and then write the manifests anew. All else is noticed by hashes
and signatures; these are guarded by the manifests alone, so by whoever keeps or time-stamps the whole bundle.
"""

BASH = shutil.which("bash")
SMALL = 4096
"""Bytes of a file of which at the most every one is flipped."""
LARGE = 2000
"""Flips in a larger one, at the most."""
MASKS = (0x01, 0x20, 0x80)
Flip = tuple[str, int, int]
"""File, place and mask."""

sharded = pytest.mark.parametrize("shard", range(SIZES.bundle.shards))
"""All shards draw the same flips, and each takes those at its own places: several processes share them."""


def share(flips: list[Any], shard: int) -> list[Any]:
    """What falls to one shard; together the shards have every flip once."""
    return flips[shard :: SIZES.bundle.shards]


def drawn(files: Mapping[str, bytes], per_file: int, chance: random.Random) -> list[Flip]:
    """``per_file`` flips of every file: of a small one no more than its bytes, of others than ``LARGE``."""
    flips = []
    for path, data in files.items():
        most = len(data) if len(data) <= SMALL else LARGE
        places = chance.sample(range(len(data)), min(most, per_file))
        flips += [(path, place, chance.choice(MASKS)) for place in places]
    return flips


def small_and_large(names: list[str]) -> tuple[list[int], list[int]]:
    """Places in small parts, and in large ones."""
    places = defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    small = [p for held in places.values() if len(held) <= SMALL for p in held]
    large = [p for held in places.values() if len(held) > SMALL for p in held]
    return small, large


@pytest.mark.seeded
@sharded
def test_every_flip_in_the_zip_is_noticed_or_named(
    bundled: Made, sizes: Sizes, seed: int, shard: int, soak_report: Callable[..., None]
) -> None:
    """A byte of the file as it lies there: a claim changes, or it is one of the named ones."""
    names = regions(bundled.data)
    small, large = small_and_large(names)
    chance = random.Random(seed)
    few = min(sizes.bundle.flips, len(small))
    chosen = chance.sample(small, few) + chance.sample(large, min(sizes.bundle.flips, len(large), LARGE))
    around = [place for place, name in enumerate(names) if not name.startswith("content")]
    chosen += around[:180] + around[-120:]
    survivors = set()
    flips = share([(place, chance.choice(MASKS)) for place in chosen], shard)
    for place, mask in flips:
        changed = flipped(bundled.data, place, mask)
        report = check_bundle(changed, bundled.trust)
        if report.sound:
            survivors.add(names[place])
            assert ("", "container") not in verified(report), f"nothing at all tells of {names[place]}"
    soak_report(flips=len(flips), survivors=len(survivors))
    assert survivors <= UNSEEN_IN_ZIP.keys(), survivors - UNSEEN_IN_ZIP.keys()


@pytest.mark.seeded
@sharded
def test_every_flip_in_a_file_is_noticed(
    bundled: Made, sizes: Sizes, seed: int, shard: int, soak_report: Callable[..., None]
) -> None:
    """A byte of any file, packed again with right checksums: some claim fails and names it."""
    files = bundled.files
    flips = share(drawn(files, max(2, sizes.bundle.flips // 40), random.Random(seed)), shard)
    for path, place, mask in flips:
        changed = {**files, path: flipped(files[path], place, mask)}
        found = failures(check_bundle(repacked(changed), bundled.trust))
        assert any(name.startswith("manifest:") for name in found), f"{path} at {place}"
    soak_report(flips=len(flips))


@pytest.mark.seeded
@sharded
def test_flips_under_new_manifests_are_noticed_or_named(
    bundled: Made, sizes: Sizes, seed: int, shard: int, soak_report: Callable[..., None]
) -> None:
    """A changed byte under fitting manifests is found wherever a signature or hash reaches."""
    files = bundled.files
    guarding = {path for path in files if path.endswith("manifest-sha256.txt")} | {"bagit.txt"}
    held = {path: data for path, data in files.items() if path not in guarding}
    flips = share(drawn(held, max(3, sizes.bundle.flips // 20), random.Random(seed)), shard)
    survivors = defaultdict(list)
    for path, place, mask in flips:
        changed = resealed({**files, path: flipped(files[path], place, mask)})
        if not noticed(bundled, repacked(changed)):
            survivors[path].append(place)
    soak_report(flips=len(flips), survivors=sum(map(len, survivors.values())))
    unnamed = [p for p in survivors if not any(fnmatch.fnmatch(p, name) for name in UNSEEN_WHEN_RESEALED)]
    assert not unnamed, {path: survivors[path] for path in unnamed}


def test_a_certificate_whose_name_is_no_text_fails(bundled: Made) -> None:
    """The verifying library panics at it, which is no ``Exception``: the token fails, no more."""
    path = f"data/records/{bundled.ids[0]}/tokens/one-root.pem"
    lines = bundled.files[path].decode().split("-----")[2]
    odd = base64.b64decode(lines).replace(b"root of", b"ro\xfft of")
    body = base64.encodebytes(odd).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n".encode()
    report = check_bundle(repacked(resealed({**bundled.files, path: pem})), bundled.trust)
    assert failures(report) == {"token:one"}


def changes(bundled: Made) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Files of the bundle moved about, each under manifests that fit."""
    files = bundled.files
    first, second = (f"data/records/{i}/" for i in bundled.ids[:2])
    for part in ("record.json", "record.tlog-proof", "artifacts/before.png"):
        yield (
            f"{part} exchanged",
            {**files, first + part: files[second + part], second + part: files[first + part]},
        )
        yield f"{part} doubled", {**files, first + part: files[second + part]}
        if part != "artifacts/before.png":
            yield f"{part} dropped", {p: d for p, d in files.items() if p != first + part}
    yield "log.pem dropped", {p: d for p, d in files.items() if p != first + "log.pem"}
    yield "checkpoint dropped", {p: d for p, d in files.items() if p != first + "checkpoint"}
    yield "a stranger among the artifacts", {**files, first + "artifacts/extra.png": b"x"}
    yield "a token of nothing", {**files, first + "tokens/three.tsr": b"x"}
    yield "all records dropped", {p: d for p, d in files.items() if not p.startswith("data/records/")}


def test_reordering_dropping_and_doubling_are_noticed(bundled: Made) -> None:
    """Parts exchanged, doubled, dropped or added fail, even under manifests that fit."""
    for what, files in changes(bundled):
        report = check_bundle(repacked(resealed(files)), bundled.trust)
        assert not report.sound, what
        assert failures(check_bundle(repacked(files), bundled.trust)), what


def test_a_record_of_another_log_is_noticed(bundled: Made, tmp_path: Path) -> None:
    """A record with proof, key and tokens of its own log does not pass among those of this one."""
    with made(tmp_path / "other") as other:
        theirs = {p: d for p, d in other.files.items() if p.startswith(f"data/records/{other.ids[0]}/")}
        spliced = repacked(resealed({**bundled.files, **theirs}))
        assert failures(check_bundle(spliced, bundled.trust)) == {"one_log"}
        mine = f"data/records/{bundled.ids[0]}/"
        for part in ("record.tlog-proof", "log.pem", "checkpoint"):
            files = {**bundled.files, mine + part: theirs[f"data/records/{other.ids[0]}/{part}"]}
            assert failures(check_bundle(repacked(resealed(files)), bundled.trust)), part


def script(bundled: Made, top: Path) -> int:
    """The exit code of the script that is published, not of the one in the bundle."""
    source = Path(str(bundled.services.user_home)) / "verify.sh"
    source.write_bytes(bundled.files["verify.sh"])
    roots = [argument for root in bundled.roots for argument in ("--root", str(root))]
    command = [BASH or "", str(source), "--key", bundled.fingerprint, *roots, str(top)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def for_the_script(files: Mapping[str, bytes], number: int, chance: random.Random) -> list[Flip]:
    """Flips in turn of any file, and of a file that is signed."""
    signed = [
        p for p in files if p.endswith(("record.json", ".tlog-proof", "/checkpoint")) or "/artifacts/" in p
    ]
    paths = [chance.choice(signed if place % 2 else list(files)) for place in range(number)]
    return [(path, chance.randrange(len(files[path])), chance.choice(MASKS)) for path in paths]


@pytest.mark.seeded
@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@sharded
def test_the_script_sees_flips_as_well(
    bundled: Made, sizes: Sizes, seed: int, shard: int, tmp_path: Path, soak_report: Callable[..., None]
) -> None:
    """bash, coreutils and openssl find a flip in any file, and in what is signed even under new manifests."""
    top = bundled.unfold(tmp_path)
    assert script(bundled, top) == 0
    files = bundled.files
    flips = for_the_script(files, sizes.bundle.scripted, random.Random(seed))
    for anew, (path, place, mask) in share([(n % 2 == 1, flip) for n, flip in enumerate(flips)], shard):
        changed = {**files, path: flipped(files[path], place, mask)}
        shutil.rmtree(top)
        bundled.unfold(tmp_path, resealed(changed) if anew else changed)
        assert script(bundled, top) == 4, (path, place, anew)
    soak_report(flips=len(share(flips, shard)))


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_the_script_sees_parts_moved_about(bundled: Made, tmp_path: Path) -> None:
    """What was exchanged, doubled, dropped or added fails by standard tools too."""
    for number, (what, files) in enumerate(changes(bundled)):
        top = bundled.unfold(tmp_path / str(number), resealed(files))
        assert script(bundled, top) == 4, what
