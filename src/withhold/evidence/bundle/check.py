"""Verifying a bundle: three answers for every claim, with nothing of the log it was taken from.

What stands in the bundle cannot vouch for itself: whose key signed, and which roots to believe, are given by
the caller. Without them these claims are not checkable, and are never said to be verified.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import InvalidVersion

from withhold.evidence.bundle import contents as c
from withhold.evidence.bundle.bag import DATA, problems
from withhold.evidence.bundle.packing import BadBundle, unpack
from withhold.evidence.bundle.script import SCRIPT, script
from withhold.evidence.checkpoints import Checkpoint, read_checkpoint, read_proof
from withhold.evidence.claims import Claim, RecordReport, Result, judged, unchecked
from withhold.evidence.notes import BadNote, PublicKey
from withhold.evidence.opening import ANCHORED, vouches
from withhold.evidence.records import Line, decode, digest
from withhold.evidence.rows import TIMESTAMP
from withhold.evidence.sessions import FIELD, ROOT, TOKEN, value_of
from withhold.evidence.timestamps import NoToken, Stamp, check, embedded_chain, fingerprints, revoked

_TIME = "%Y-%m-%d %H:%M:%S"
_UNTRUSTED = "up to a root that is not among those you named"
_RECORDS = f"{DATA}records/"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the one who checks knows from elsewhere: fingerprints of log keys, roots, and lists of revoked
    certificates (both PEM)."""

    keys: frozenset[str] = frozenset()
    roots: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()

    @property
    def certificates(self) -> frozenset[str]:
        return frozenset[str]().union(*(fingerprints(pem) for pem in self.roots))


@dataclass(frozen=True, slots=True)
class BundleReport:
    """``whole`` are the claims of the bundle itself, ``records`` those of each record in it."""

    whole: tuple[Claim, ...]
    records: tuple[RecordReport, ...]

    @property
    def sound(self) -> bool:
        claims = [*self.whole, *(claim for record in self.records for claim in record.claims)]
        return not any(claim.result is Result.FAILED for claim in claims)


def check_bundle(data: bytes, trust: Trust) -> BundleReport:
    """Check a bundle. Never raises for what is in it: damage and hostility are failed claims."""
    try:
        files, as_written = unpack(data)
    except BadBundle as problem:
        return BundleReport((judged("container", str(problem), ""),), ())
    return BundleReport(*_checked(files, trust, as_written=as_written))


def _checked(
    files: Mapping[str, bytes], trust: Trust, *, as_written: bool
) -> tuple[tuple[Claim, ...], tuple[RecordReport, ...]]:
    folders = sorted({path.split("/")[2] for path in files if path.startswith(_RECORDS)})
    checks = [RecordCheck(place, name, _below(files, name), trust) for place, name in enumerate(folders, 1)]
    reports = tuple(one.run() for one in checks)
    for one in checks:
        one.renewed(checks)
    whole = (
        _container(as_written=as_written),
        *_manifests(files),
        _script(files),
        _one_log(checks),
        *_others(checks),
        *_unsigned(files),
    )
    return whole, reports


def _below(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    begin = f"{_RECORDS}{folder}/"
    return {path.removeprefix(begin): data for path, data in files.items() if path.startswith(begin)}


def _container(*, as_written: bool) -> Claim:
    if as_written:
        return judged("container", None, "the ZIP is as it is written, to the byte")
    return unchecked("container", "the ZIP was packed anew or changed outside its files; those are checked")


def _manifests(files: Mapping[str, bytes]) -> Iterator[Claim]:
    found = [judged(f"manifest:{path}", problem, "") for path, problem in problems(files)]
    yield from found or [judged("manifest", None, f"{len(files)} files are those that the manifests list")]


def _unsigned(files: Mapping[str, bytes]) -> Iterator[Claim]:
    """Reports and what else lies beside the records: whoever writes the manifests anew can change them."""
    for path in sorted(files):
        if path.startswith(DATA) and not path.startswith(_RECORDS):
            yield unchecked(path, "no record holds it, and nobody signed it; believe the records")


def _script(files: Mapping[str, bytes]) -> Claim:
    if files.get(SCRIPT) == script():
        return judged(SCRIPT, None, "it is the script that this version publishes")
    return unchecked(SCRIPT, "it is not the script of this version; use one whose hash you know")


def _one_log(checks: "Sequence[RecordCheck]") -> Claim:
    """Checkpoints of one log, none of which contradicts another."""
    heads = [one.checkpoint for one in checks if one.checkpoint is not None]
    roots: dict[tuple[str, int], bytes] = {}
    clash = any(roots.setdefault((h.origin, h.size), h.root) != h.root for h in heads)
    names = {head.origin for head in heads}
    if not checks:
        return judged("one_log", "it holds no record", "")
    if len(names) > 1 or clash:
        return judged("one_log", "its records come from different logs, or from one that was rewritten", "")
    said = f"its records come from the log {next(iter(names), 'that none names')}"
    several = "; that its heads here go on from one another is for its full copy to show"
    return judged("one_log", None, f"{said}{several if len(roots) > 1 else ''}")


def _others(checks: "Sequence[RecordCheck]") -> Iterator[Claim]:
    """Records that the log had and nobody sees here: one that contradicts may be among them."""
    size = max((one.checkpoint.size for one in checks if one.checkpoint is not None), default=0)
    if size > len(checks):
        held = f"the bundle holds {len(checks):,} of the {size:,} records that the log had by its newest head"
        yield unchecked(
            "others", f"{held}, its own of keys and time-stamps among them: any other may say otherwise"
        )


class RecordCheck:
    """Checks one record's folder. ``checkpoint`` is the one its proof leads to, once it was read; ``by`` is
    when it was there, once an authority that is trusted says so."""

    def __init__(self, place: int, folder: str, files: Mapping[str, bytes], trust: Trust) -> None:
        self._files = files
        self._trust = trust
        self._folder = folder
        self._line: Line = decode(files.get(c.RECORD, b""))
        seq = self._line.record.seq if self._line.record else place
        self._report = RecordReport(self._line.id, place, seq)
        self.checkpoint: Checkpoint | None = None
        self.by: datetime | None = None
        self._made: dict[str, datetime] = {}
        self._seen = {c.RECORD, c.PROOF, c.CHECKPOINT, c.KEY, c.LEAF, ANCHORED}

    def run(self) -> RecordReport:
        self._record()
        self._log()
        self._artifacts()
        since = self._before()
        self._tokens(since)
        for path in sorted(self._files.keys() - self._seen):
            self._report.say(f"stranger:{path}", "it belongs to no part of the record", "")
        return self._report

    def renewed(self, others: "Sequence[RecordCheck]") -> None:
        """Tokens that another record of the bundle holds: when that one was there, they were."""
        begin, ending = c.TOKENS, ".tsr"
        for path in sorted(p for p in self._files if p.startswith(begin) and p.endswith(ending)):
            name = f"renewal:{path.removeprefix(begin).removesuffix(ending)}"
            holds = (o for o in others if o is not self and o.holds(digest(self._files[path])))
            for other in holds:
                if other.by is None:
                    self._report.leave(name, f"record {other.id} holds it, and the time of that is not known")
                elif other.by < self._made.get(path, other.by):
                    self._report.leave(name, f"record {other.id} holds it, and its own time-stamp is earlier")
                else:
                    self._report.say(
                        name, None, f"record {other.id} holds it, and was there by {other.by:{_TIME}} UTC"
                    )

    @property
    def id(self) -> str:
        """The record's id as people see it."""
        return self._line.id[:12]

    def holds(self, sha256: str) -> bool:
        """Whether it is a record of tokens that holds this one."""
        record = self._line.record
        return (
            record is not None
            and record.type == TIMESTAMP
            and any(a.sha256 == sha256 for a in record.artifacts)
        )

    def _record(self) -> None:
        line = self._line
        other = (
            None if line.id == self._folder else f"its hash is not the id {self._folder[:12]} it lies under"
        )
        self._report.say("id", other, "its hash is its id")
        if line.newer:
            self._report.leave("canonical", f"a newer withhold wrote it (format {line.format})")
            return
        uneven = None if line.canonical else "its bytes are not the canonical form of what they say"
        self._report.say("canonical", line.problem or uneven, "its bytes are the canonical form")

    def _log(self) -> None:
        """Proof, signature and key."""
        leaf, problem = self._leaf()
        try:
            proof = read_proof(self._files.get(c.PROOF, b""))
            self.checkpoint, note = read_checkpoint(proof.checkpoint)
            key = _key(self._files.get(c.KEY, b""), self.checkpoint.origin)
        except (BadNote, ValueError) as trouble:
            self._report.say("log", f"its proof or its key cannot be read: {trouble}", "")
            return
        if problem is None and not proof.includes(leaf):
            problem = "the proof does not lead from it to the root of the checkpoint"
        size = self.checkpoint.size
        self._report.say("log", problem, f"it is record {proof.index + 1} of {size} under the signed root")
        try:
            note.signer([key])
            self._report.say("signature", None, f"key {key.id} signed the checkpoint")
        except BadNote as trouble:
            self._report.say("signature", str(trouble), "")
        same = self._files.get(c.CHECKPOINT) == proof.checkpoint
        self._report.say(
            "checkpoint", None if same else "it is not the one in the proof", "it is the proof's"
        )
        self._whose(key)

    def _whose(self, key: PublicKey) -> None:
        vouching = self._vouching(key)
        if key.fingerprint in self._trust.keys:
            self._report.say("key", None, "its fingerprint is one that you named")
        elif named := sorted(vouching & self._trust.keys):
            self._report.say("key", None, f"a key that you named vouches for it: SHA-256 {named[0]}")
        else:
            self._report.leave("key", f"nothing you named says whose key it is: SHA-256 {key.fingerprint}")

    def _vouching(self, key: PublicKey) -> frozenset[str]:
        """Fingerprints of the keys that vouch for ``key``, each for the next."""
        found: set[str] = set()
        following = key
        for path in sorted((p for p in self._files if p.startswith(c.KEYS)), reverse=True):
            if not path.endswith(".pem"):
                continue
            note, name = f"{path.removesuffix('.pem')}.note", path.removeprefix(c.KEYS).removesuffix(".pem")
            self._seen |= {path, note}
            try:
                former = _key(self._files[path], following.name)
            except ValueError as trouble:
                self._report.say(f"endorsement:{name}", f"the key before cannot be read: {trouble}", "")
                return frozenset()
            good = vouches(self._files.get(note, b""), former, following)
            problem = None if good else "the key before does not vouch for the next one"
            self._report.say(f"endorsement:{name}", problem, f"key {former.id} vouches for {following.id}")
            if not good:
                return frozenset()
            found.add(former.fingerprint)
            following = former
        return frozenset(found)

    def _leaf(self) -> tuple[bytes, str | None]:
        """What the tree holds for this record, and what speaks against that."""
        record, leaf = self._files.get(c.RECORD, b""), self._files.get(c.LEAF)
        if leaf is None:
            return record, f"{ANCHORED} belongs to nothing" if ANCHORED in self._files else None
        ids = self._files.get(ANCHORED, b"")
        opened = decode(leaf).record
        named = opened and any(a.name == ANCHORED and a.sha256 == digest(ids) for a in opened.artifacts)
        if not named or self._line.id.encode() not in ids.split(b"\n"):
            return leaf, "the log's first record does not hold on to this record"
        return leaf, None

    def _artifacts(self) -> None:
        record = self._line.record
        if record is None:
            return
        for stored in record.artifacts:
            path = c.ARTIFACTS + c.file_name(stored)
            self._seen.add(path)
            data = self._files.get(path)
            if data is None:
                self._report.leave(f"blob:{stored.name}", "it was left out; the record holds its SHA-256")
                continue
            same = (digest(data), len(data)) == (stored.sha256, stored.size)
            other = "its bytes are not those that were recorded: the SHA-256 differs"
            self._report.say(f"blob:{stored.name}", None if same else other, "its bytes are those recorded")
        for name, reason in record.missing:
            self._report.leave(f"blob:{name}", f"it was not captured: {reason}")

    def _tokens(self, since: datetime | None) -> None:
        """``since`` is before which the record was not there."""
        begin, ending = c.TOKENS, ".tsr"
        paths = sorted(p for p in self._files if p.startswith(begin) and p.endswith(ending))
        good = [stamp for path in paths if (stamp := self._token(path.removesuffix(ending)))]
        if good:
            self._by(min(stamp.at + timedelta(seconds=stamp.accuracy) for stamp in good), since)
        elif paths:
            self._report.leave("time", "none of its time-stamps verifies up to a root that you named")
        else:
            self._report.leave("time", "the time is that of the computer that wrote it; nobody stamped it")

    def _by(self, latest: datetime, since: datetime | None) -> None:
        if since is not None and latest < since:
            said = f"there by {latest:{_TIME}}, and not before {since:{_TIME}} UTC"
            self._report.leave("time", f"authorities contradict each other: {said}")
            return
        self._report.say("time", None, f"it was there by {latest:{_TIME}} UTC")
        self.by = latest if self._under_its_head() else None

    def _under_its_head(self) -> bool:
        """Whether the tokens are over a head that holds on to the record."""
        return not any(
            claim.name in ("id", "log", "checkpoint") and claim.result is Result.FAILED
            for claim in self._report.claims
        )

    def _token(self, path: str) -> Stamp | None:
        """What a token says that verifies up to a trusted root."""
        name = f"token:{path.removeprefix(c.TOKENS)}"
        answer, root = self._files[f"{path}.tsr"], self._files.get(f"{path}-root.pem", b"")
        self._seen |= {f"{path}.tsr", f"{path}-root.pem", f"{path}-chain.pem"}
        try:
            stamp, doubt = self._stamp(answer, root, self._files.get(c.CHECKPOINT, b""))
            if embedded_chain(answer) != self._files.get(f"{path}-chain.pem"):
                raise NoToken("the chain beside it is not the one within it")
        except (NoToken, ValueError) as problem:
            self._report.say(name, str(problem), "")
            return None
        self._made[f"{path}.tsr"] = stamp.at - timedelta(seconds=stamp.accuracy)
        return stamp if self._told(name, stamp, "the checkpoint was there at", doubt) else None

    def _before(self) -> datetime | None:
        """Before which time the record was not there, by a token that is believed."""
        record = self._line.record
        if record is None or FIELD not in record.body:
            return None
        names = (c.ARTIFACTS + TOKEN, c.ARTIFACTS + ROOT)
        if not all(name in self._files for name in names):
            self._report.leave("not_before", "the token from before the session was left out")
            return None
        try:
            value = value_of(record) or b""
            stamp, doubt = self._stamp(
                self._files[c.ARTIFACTS + TOKEN], self._files[c.ARTIFACTS + ROOT], value
            )
        except (NoToken, ValueError) as problem:
            self._report.say("not_before", str(problem), "")
            return None
        believed = self._told("not_before", stamp, "it holds a value that an authority saw at", doubt)
        return stamp.at - timedelta(seconds=stamp.accuracy) if believed else None

    def _stamp(self, answer: bytes, root: bytes, data: bytes) -> tuple[Stamp, str | None]:
        """What a token says, and what keeps it from being believed."""
        try:
            known = fingerprints(root)
        except (ValueError, InvalidVersion) as problem:
            raise NoToken(f"the root beside it cannot be read: {problem}") from problem
        stamp = check(answer, data, root)
        if not known or not known <= self._trust.certificates:
            return stamp, _UNTRUSTED
        taken_back = (why for crl in self._trust.lists if (why := revoked(answer, crl)) is not None)
        return stamp, next((f"but {why}" for why in taken_back), None)

    def _told(self, name: str, stamp: Stamp, what: str, doubt: str | None) -> bool:
        said = f"{what} {stamp.at:%Y-%m-%d %H:%M:%S} UTC"
        if doubt is None:
            self._report.say(name, None, said)
        else:
            self._report.leave(name, f"it verifies ({said}), {doubt}")
        return doubt is None


def _key(pem: bytes, origin: str) -> PublicKey:
    """The key in the one form in which it is written; raises ``ValueError``."""
    try:
        loaded = load_pem_public_key(pem)
    except UnsupportedAlgorithm as problem:
        raise ValueError(str(problem)) from problem
    if not isinstance(loaded, Ed25519PublicKey):
        raise ValueError("it is a key of another kind")
    key = PublicKey(origin, loaded.public_bytes_raw())
    if key.pem != pem:
        raise ValueError("it holds more than a key")
    return key


def all_claims(report: BundleReport) -> Collection[Claim]:
    return [*report.whole, *(claim for record in report.records for claim in record.claims)]
