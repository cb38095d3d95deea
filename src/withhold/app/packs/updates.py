"""Signed updates of the packs: taken only when asked for, looked through first, and never backwards.

The order is: fetch or read; check the signature by the one trusted key; refuse what is not newer; lint every
pack; lay the files down; switch by replacing one file; put it on record. A stop at any step leaves the former
update or the new one, and a record that is owed is written by the next call.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from withhold import __version__
from withhold.app.bootstrap import Services
from withhold.app.packs.changes import changes, check_packs, laid_out
from withhold.app.packs.download import download, is_address, shown
from withhold.model.evidence import Draft, Json
from withhold.packs.archives import LARGEST, refused
from withhold.packs.signed import Bundle, fingerprint, number, open_bundle, public_key, public_pem
from withhold.packs.updates import KEPT, Highest, Ledger, Owed, Pinned, Taken, Updates
from withhold.report import documents as d
from withhold.support.errors import EnvironmentProblem, UsageProblem
from withhold.support.files import private_dir
from withhold.support.locks import held

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TAKEN, UNDONE, KEY_FORGOTTEN = "packs.updated", "packs.update_undone", "packs.key_forgotten"
_AHEAD = timedelta(days=1)
"""A day that begins elsewhere before it begins here is no day in the future."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A bundle that may be taken: signed by the trusted key, newer, and without errors."""

    bundle: Bundle
    key: Pinned
    source: str
    rows: tuple[d.PackChangeRow, ...]


def update(
    services: Services, source: str, key_file: Path | None = None, *, dry_run: bool = False
) -> d.PacksUpdateDocument:
    """Take the bundle at ``source``, a file or an address; with ``dry_run`` only say what it would change.

    ``key_file`` holds the public key that is trusted from the first update on. Raises ``UsageProblem`` for
    whatever is wrong with the bundle, ``PackInvalid`` for its packs; nothing is changed then.
    """
    updates = Updates(services.home.pack_updates)
    key = _trusted(services, updates.ledger(), key_file)
    data = download(services, source) if is_address(source) else _read(Path(source))
    if dry_run:
        offer = _offer(services, updates, data, key, source)
        return _document(services, "dry_run", updates.ledger().current, offer, record=None)
    with _alone(services, updates):
        offer = _offer(services, updates, data, key, source)
        before = updates.ledger().current
        record = _take(services, updates, offer)
    return _document(services, "updated", before, offer, record=record)


def undo(services: Services) -> d.PacksUpdateDocument:
    """Go back to what was before the newest update. Raises ``UsageProblem`` where there is nothing before."""
    updates = Updates(services.home.pack_updates)
    if updates.ledger().current is None:
        raise UsageProblem("no update of the packs is in force", next_step="withhold packs list")
    with _alone(services, updates):
        ledger = updates.ledger()
        *kept, gone = ledger.taken
        if not kept and ledger.dropped:
            raise UsageProblem(f"only the last {KEPT} updates are kept, and this is the oldest of them")
        if kept:
            updates.contents(kept[-1])
        body = {"version": gone.version, "back_to": kept[-1].version if kept else None, **_what(gone)}
        record = _switch(services, updates, structs.replace(ledger, taken=tuple(kept)), UNDONE, body)
    return _document(services, "undone", gone, kept[-1] if kept else None, record=record)


def forget_key(services: Services) -> d.PacksUpdateDocument:
    """Trust no key any more, as when its owner has a new one. What was taken stays in force."""
    updates = Updates(services.home.pack_updates)
    if updates.ledger().key is None:
        raise UsageProblem(
            "no key is trusted for updates of the packs", next_step="withhold packs update --help"
        )
    with _alone(services, updates):
        ledger = updates.ledger()
        key = "" if ledger.key is None else ledger.key.fingerprint
        record = _switch(services, updates, structs.replace(ledger, key=None), KEY_FORGOTTEN, {"key": key})
    return _document(services, "key_forgotten", ledger.current, ledger.current, record=record, key=key)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be read: {problem.strerror}") from problem


def _trusted(services: Services, ledger: Ledger, key_file: Path | None) -> Pinned:
    """The key that must have signed: the one remembered, or the one given where none is."""
    given = None if key_file is None else public_key(_read(key_file), str(key_file))
    pinned = ledger.key
    if pinned is None and given is None:
        raise UsageProblem(
            "no key is trusted yet, so nobody could say who made this update",
            next_step="get the maker's public key from the maker, and add --key FILE once",
        )
    if given is None:
        assert pinned is not None  # noqa: S101 - one of the two is there
        return pinned
    if pinned is not None and fingerprint(given) != pinned.fingerprint:
        raise UsageProblem(
            f"the key {fingerprint(given)[:16]} is another than the one trusted since"
            f" {pinned.pinned_at:%Y-%m-%d}, {pinned.fingerprint[:16]}",
            next_step="if the maker told you of a new key by a way that you trust:"
            " withhold packs update --forget-key",
        )
    return pinned or Pinned(
        pem=public_pem(given).decode(), fingerprint=fingerprint(given), pinned_at=services.clock()
    )


@contextmanager
def _alone(services: Services, updates: Updates) -> Iterator[None]:
    """No other process updates within the block; what a stopped one left is put in order first."""
    services.home.prepare()
    with held(private_dir(updates.root) / "lock", doing="updating the packs"):
        _settle(services, updates)
        updates.sweep(updates.ledger())
        yield


def _offer(services: Services, updates: Updates, data: bytes, key: Pinned, source: str) -> _Offer:
    ledger = updates.ledger()
    bundle = open_bundle(data, _public(key))
    _refuse_other_version(bundle)
    _refuse_older(ledger, bundle, key, services.clock())
    with tempfile.TemporaryDirectory(prefix="withhold-packs-") as folder:
        files = laid_out(bundle.packs, Path(folder))
        check_packs(files, bundle.manifest.compiled_on)
        rows = tuple(changes(updates, files))
    named = shown(source) if is_address(source) else Path(source).name
    return _Offer(bundle, key, named, rows)


def _public(key: Pinned) -> "Ed25519PublicKey":
    return public_key(key.pem.encode(), "the trusted key")


def _refuse_other_version(bundle: Bundle) -> None:
    requires = bundle.manifest.requires
    if number(requires) > number(__version__):
        raise EnvironmentProblem(
            f"these packs are for withhold {requires} or newer; this is {__version__}",
            next_step="update withhold; nothing was changed",
        )


def _refuse_older(ledger: Ledger, bundle: Bundle, key: Pinned, now: datetime) -> None:
    """Never backwards: neither by number, nor by day, nor to another content of one number."""
    manifest, current = bundle.manifest, ledger.current
    if manifest.compiled_on > (now + _AHEAD).date():
        raise refused(f"it says that it was compiled on {manifest.compiled_on}, which has not come yet")
    highest = ledger.highest.get(key.fingerprint)
    version = manifest.version
    if current is not None and current.key == key.fingerprint and version <= current.version:
        said = f"its version {version} is not newer than {current.version}, which is in force"
        raise refused(said, older=True)
    if highest is not None and version < highest.version:
        raise refused(f"its version {version} is older than {highest.version}, which was here", older=True)
    known = None if highest is None or highest.version != version else highest.sha256
    if known not in (None, bundle.sha256):
        raise refused(f"another bundle of version {version} was here before: one number, two contents")
    if current is not None and manifest.compiled_on < current.compiled_on:
        raise refused(f"it was compiled before the update in force ({current.compiled_on})", older=True)


def _take(services: Services, updates: Updates, offer: _Offer) -> str:
    ledger, manifest, now = updates.ledger(), offer.bundle.manifest, services.clock()
    folder = updates.put(offer.bundle)
    taken = Taken(
        name=manifest.name,
        version=manifest.version,
        compiled_on=manifest.compiled_on,
        sha256=offer.bundle.sha256,
        key=offer.key.fingerprint,
        source=offer.source,
        taken_at=now,
        folder=folder,
    )
    every = (*ledger.taken, taken)
    new = structs.replace(
        ledger,
        key=offer.key,
        taken=every[-KEPT:],
        dropped=ledger.dropped or len(every) > KEPT,
        highest={**ledger.highest, taken.key: Highest(taken.version, taken.sha256)},
    )
    before = None if ledger.current is None else ledger.current.version
    body = {
        "version": taken.version,
        "former_version": before,
        **_what(taken),
        "source": taken.source,
        "key_is_new": ledger.key is None,
        "files": [{"path": f.path, "sha256": f.sha256} for f in manifest.files],
    }
    return _switch(services, updates, new, TAKEN, body)


def _what(taken: Taken) -> dict[str, str]:
    return {
        "name": taken.name,
        "compiled_on": taken.compiled_on.isoformat(),
        "manifest_sha256": taken.sha256,
        "key": taken.key,
        "taken_at": taken.taken_at.isoformat(),
    }


def _switch(
    services: Services, updates: Updates, ledger: Ledger, type_: str, body: "Mapping[str, Json]"
) -> str:
    """The new ledger counts at once, together with the promise of its record, whose id is returned."""
    owed = Owed(type_, services.clock(), {**body, "event": secrets.token_hex(8)})
    updates.write(structs.replace(ledger, owed=(owed,)))
    record = _settle(services, updates)[-1]
    updates.sweep(ledger)
    return record


def _settle(services: Services, updates: Updates) -> list[str]:
    """Write the records that are owed, each once: one may be there already where a run was stopped."""
    ledger = updates.ledger()
    if not ledger.owed:
        return []
    there = {r.body.get("event"): r.id for r in services.journal.records() if r.type.startswith("packs.")}
    ids = [there.get(owed.body["event"]) or _append(services, owed) for owed in ledger.owed]
    updates.write(structs.replace(ledger, owed=()))
    return ids


def _append(services: Services, owed: Owed) -> str:
    return services.journal.append(Draft(type=owed.type, at=owed.at, body=owed.body)).id


def update_row(updates: Updates) -> d.PackUpdateRow | None:
    """The update in force."""
    taken = updates.ledger().current
    return None if taken is None else _row(taken)


def _row(taken: Taken) -> d.PackUpdateRow:
    return d.PackUpdateRow(
        name=taken.name,
        version=taken.version,
        compiled_on=taken.compiled_on.isoformat(),
        key=taken.key,
        taken_at=taken.taken_at,
        source=taken.source,
    )


def _offered(offer: _Offer, taken_at: datetime | None) -> d.PackUpdateRow:
    manifest = offer.bundle.manifest
    return d.PackUpdateRow(
        name=manifest.name,
        version=manifest.version,
        compiled_on=manifest.compiled_on.isoformat(),
        key=offer.key.fingerprint,
        taken_at=taken_at,
        source=offer.source,
    )


def _document(
    services: Services,
    done: "d.PacksUpdateDone",
    before: Taken | None,
    after: _Offer | Taken | None,
    *,
    record: str | None,
    key: str | None = None,
) -> d.PacksUpdateDocument:
    stamp = services.stamp()
    now = None
    if isinstance(after, _Offer):
        now = _offered(after, None if done == "dry_run" else stamp.generated_at)
    elif after is not None:
        now = _row(after)
    return d.PacksUpdateDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        done=done,
        before=None if before is None else _row(before),
        after=now,
        key=key if now is None else now.key,
        packs=after.rows if isinstance(after, _Offer) else (),
        record=record,
    )
