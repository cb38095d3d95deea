"""Checkpoints are signed notes that OpenSSL and Go read; nothing unsigned is believed."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.making import journal_of, long_log, noon
from tests.evidence.tsa import needs_openssl
from withhold.evidence.checkpoints import Checkpoint, read_checkpoint, read_proof
from withhold.evidence.journal import Journal
from withhold.evidence.keys import new_key
from withhold.evidence.notes import BadNote, read_note

GO = shutil.which("go")
SUMDB = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")
SIZES = [1, 2, 7, 8, 1000]


def test_a_note_is_read_back() -> None:
    """The key id is that of the note specification: name, newline, type 1, public key."""
    key = new_key()
    note = read_note(key.sign("one\n\ntwo\n"))
    assert note.text == "one\n\ntwo\n"
    assert note.signer([new_key().public, key.public]) == key.public
    made = hashlib.sha256(key.name.encode() + b"\n\x01" + key.public.raw).digest()[:4]
    assert key.public.id == made.hex() == note.signatures[0].id


def test_nobody_else_signs() -> None:
    """Another key, another name or no known key at all: the note is refused."""
    key = new_key("withhold/evidence/1")
    data = key.sign("text\n")
    with pytest.raises(BadNote, match="no known key"):
        read_note(data).signer([new_key("withhold/evidence/1").public])
    with pytest.raises(BadNote, match="no known key"):
        read_note(data.replace(b"evidence/1 ", b"evidence/2 ")).signer([key.public])
    with pytest.raises(BadNote, match="does not fit"):
        read_note(data.replace(b"text", b"tixt")).signer([key.public])


def test_a_secret_key_never_shows_itself() -> None:
    """Neither its form for people nor that of its public half holds the seed."""
    key = new_key()
    shown = repr(key) + repr(key.public) + key.public.vkey
    assert key.seed.hex() not in shown
    assert base64.b64encode(key.seed).decode() not in shown


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Reading never fails in another way than by saying that it is no note, checkpoint or proof."""
    for read in (read_note, read_checkpoint, read_proof):
        with pytest.raises(BadNote):
            read(data)


@given(st.data())
def test_every_flip_in_a_checkpoint_is_refused(data: st.DataObject) -> None:
    """No byte can change without the note being refused."""
    key = new_key()
    signed = bytearray(key.sign(Checkpoint(key.name, 7, bytes(32)).text))
    place = data.draw(st.integers(0, len(signed) - 1))
    signed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BadNote):
        read_checkpoint(bytes(signed))[1].signer([key.public])


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n", "a\n1\n" + "A" * 43 + "B\n", "a\nx\nAAAA\n"],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    """A name, a decimal number without leading zeros and 32 bytes in canonical Base64, or nothing."""
    with pytest.raises(BadNote):
        read_checkpoint(new_key("a").sign(text))


def test_a_proof_is_read_back(tmp_path: Path) -> None:
    """The file has the form of the specification, and leads from the leaf to the signed root."""
    journal = journal_of(tmp_path, 6)
    record = list(journal.records())[3]
    data = journal.proof(record.id)
    proof = read_proof(data)
    assert proof.encode() == data
    assert (proof.index, proof.checkpoint) == (4, journal.checkpoint())
    assert proof.includes(journal.leaf(record.id))
    assert not proof.includes(journal.leaf(record.id) + b" ")
    head, _, rest = data.partition(b"\n")
    extra = head + b"\nextra AAAA\n" + rest
    assert read_proof(extra) == proof
    assert data.splitlines()[:2] == [b"c2sp.org/tlog-proof@v1", b"index 4"]


@needs_openssl
def test_openssl_verifies_a_checkpoint(tmp_path: Path) -> None:
    """``openssl pkeyutl`` says yes to the note's text alone; the fingerprint is of the key's DER form."""
    journal = journal_of(tmp_path / "log", 2)
    (tmp_path / "key.pem").write_bytes(journal.public_key.pem)
    text, _, tail = journal.checkpoint().partition(b"\n\n")
    (tmp_path / "text").write_bytes(text + b"\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(tail.split()[-1])[4:])
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text"]
    command += ["-sigfile", "signature"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    ).stdout
    assert hashlib.sha256(der).hexdigest() == journal.public_key.fingerprint
    (tmp_path / "text").write_bytes(text.replace(b"\n3\n", b"\n4\n") + b"\n")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program on Go's own note and tlog packages."""
    if GO is None:
        pytest.skip("go is not installed")
    if not SUMDB.is_dir():
        pytest.skip("golang.org/x/mod is not installed (golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    shutil.copy(Path(__file__).with_name("oracle.go"), folder / "main.go")
    environment = os.environ | {
        "GOPATH": "/usr/share/gocode",
        "GO111MODULE": "off",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    program = folder / "oracle"
    subprocess.run([GO, "build", "-o", program, "main.go"], cwd=folder, env=environment, check=True)
    return program


def _ask(oracle: Path, **question: object) -> str:
    done = subprocess.run([oracle], input=json.dumps(question), capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("size", SIZES)
def test_go_agrees(size: int, oracle: Path, tmp_path: Path) -> None:
    """Go takes the checkpoint (``note.Open``), the proofs (``tlog.CheckRecord``), the row of hashes as it
    lies on disk (``TreeHash``), the step from the first checkpoint (``CheckTree``), and no changed leaf.
    """
    journal = Journal(tmp_path, noon)
    journal.mend()
    earlier = journal.checkpoint()
    if size > 1:
        journal = long_log(tmp_path, size)
    whole = [record.id for record in journal.records(own=True)]
    assert len(whole) == size
    asked = sorted({0, min(1, size - 1), size // 2, size - 1})
    for index in asked:
        told = _ask(
            oracle,
            vkey=journal.public_key.vkey,
            proof=journal.proof(whole[index]).decode(),
            leaf=journal.leaf(whole[index]).decode(),
            hashes=str(tmp_path / "log.hashes"),
            earlier=earlier.decode(),
        )
        assert told == f"index {index} of {len(whole)}: ok"
    bad = journal.leaf(whole[0]).decode().replace("log.opened", "log.closed")
    told = _ask(
        oracle,
        vkey=journal.public_key.vkey,
        proof=journal.proof(whole[0]).decode(),
        leaf=bad,
        hashes=str(tmp_path / "log.hashes"),
        earlier=earlier.decode(),
    )
    assert "invalid transparency proof" in told
