"""VERIFY.md: what to run on a bundle, and what must come out."""

import base64
from collections.abc import Sequence

from withhold.evidence.bundle.contents import ARTIFACTS, KEYS, Held
from withhold.evidence.bundle.script import script
from withhold.evidence.records import digest
from withhold.evidence.sessions import TOKEN

_HEAD = """# How to check this bundle

You need bash, sha256sum and openssl 3; nothing of withhold, and no network. Two things you must not take
from here: the fingerprint of the log's key, and the root certificates of the timestamp authorities. Ask the
person for the first another way, and get the second from the authorities. This text and `verify.sh` came with
the bundle as well; the documentation of withhold publishes the SHA-256 of `verify.sh`. It should be

    {script}  verify.sh

All at once (0: all passed; 3: nothing failed, but something could not be checked; 4: something failed):

    bash verify.sh --key FINGERPRINT --root ROOT.pem

By hand, in this folder. Every line must end in "OK":

    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt
"""

_RECORD = """
## Record {short}

    cd data/records/{id}

Its id is the hash of its bytes. Expected: `{id}`

    sha256sum record.json

Whose key signed. Expected, if it is the key that you were told of: `{fingerprint}`

    openssl pkey -pubin -in log.pem -outform DER | sha256sum

The signature over the log's head. Expected: `Signature Verified Successfully`

    sed '/^$/,$d' checkpoint > /tmp/text
    tail -n 1 checkpoint | sed 's/.* //' | base64 -d | tail -c +5 > /tmp/signature
    openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in /tmp/text -sigfile /tmp/signature

That the record stands under that head takes hashing up a tree (RFC 9162, section 2.1.3.2): `verify.sh` does
it in the function `inclusion`, and Go's `golang.org/x/mod/sumdb/tlog` does it with `CheckRecord`.
"""

_STAMPED = """
That the head, and so the record, was there by {at}. Expected: `Verification: OK`

    openssl ts -verify -in tokens/{name}.tsr -data checkpoint -CAfile ROOT.pem -attime {seconds}
    openssl ts -reply -in tokens/{name}.tsr -text | grep 'Time stamp'
"""

_BARE = """
Nobody stamped this record: its time is that of the computer that wrote it.
"""

_BEFORE = """
That it was not there before a time. Expected: `Verification: OK`; VALUE is `not_before.value` in record.json

    printf "$(sed 's/../\\\\x&/g' <<< VALUE)" > /tmp/start
    openssl ts -verify -in artifacts/start.tsr -data /tmp/start -CAfile ROOT.pem
"""

_VOUCHED = """
The log had other keys before. Each named the next one in a signed note, the last of them `log.pem`, so that
it is enough to know one of them. Expected fingerprints, and then `Signature Verified Successfully`; line 3
of a note ends in the next key (base64 of a byte 1 and the 32 bytes of the key):

"""

_FORMER = """    openssl pkey -pubin -in keys/{name}.pem -outform DER | sha256sum   # {fingerprint}
    sed '/^$/,$d' keys/{name}.note > /tmp/text
    tail -n 1 keys/{name}.note | sed 's/.* //' | base64 -d | tail -c +5 > /tmp/signature
    openssl pkeyutl -verify -pubin -inkey keys/{name}.pem -rawin -in /tmp/text -sigfile /tmp/signature
"""

_RENEWALS = """
# Time-stamps over the time-stamps

A time-stamp can be doubted once its certificate has expired or its hash is broken. The records below are the
log's own. They hold the tokens of the records above under `artifacts` (compare the SHA-256), and were stamped
again later: the older tokens were there by then.
"""

_FILES = """
Its captures. The record lists these hashes under `artifacts`:

"""

_TAIL = """
## What this does not prove

The holder of the key could have staged what was captured; a time-stamp dates the log, not the truth of it.
The certificates in tls-chain.pem say which server was spoken to; they do not bind what it said. Nobody can
prove from outside what the provider's server does.
"""


def guide(held: Sequence[Held], renewals: Sequence[Held] = ()) -> bytes:
    """The text for these records, and for those that hold their tokens."""
    parts = [_HEAD.format(script=digest(script()))]
    for one in held:
        parts += _record(one)
    if renewals:
        parts.append(_RENEWALS)
    for one in renewals:
        parts += _record(one)
    return "".join([*parts, _TAIL]).encode()


def _record(held: Held) -> list[str]:
    identity = held.record.id
    parts = [_RECORD.format(id=identity, short=identity[:12], fingerprint=held.key.fingerprint)]
    former = {
        path: data for path, data in held.files.items() if path.startswith(KEYS) and path.endswith(".pem")
    }
    if former:
        parts.append(_VOUCHED)
    for path, pem in sorted(former.items()):
        name = path.removeprefix(KEYS).removesuffix(".pem")
        parts.append(_FORMER.format(name=name, fingerprint=_fingerprint(pem)))
    for token in held.tokens:
        at, seconds = f"{token.at:%Y-%m-%d %H:%M:%S} UTC", int(token.at.timestamp())
        parts.append(_STAMPED.format(at=at, name=token.authority, seconds=seconds))
    if not held.tokens:
        parts.append(_BARE)
    if ARTIFACTS + TOKEN in held.files:
        parts.append(_BEFORE)
    rows = [f"    {a.sha256}  {a.name}{_left(held, a.name)}\n" for a in held.record.artifacts]
    return [*parts, _FILES, *rows] if rows else parts


def _fingerprint(pem: bytes) -> str:
    """What ``sha256sum`` prints of the key's DER form."""
    body = [line for line in pem.splitlines() if not line.startswith(b"-")]
    return digest(base64.b64decode(b"".join(body)))


def _left(held: Held, name: str) -> str:
    return "   (left out of this bundle)" if name in held.left_out else ""
