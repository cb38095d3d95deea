"""What a candidate has to pass. Nothing here leaves the process: no key is ever tried.

Every check takes the match and answers whether it can be a live secret. ``CERTAIN`` names the checks that
hold by a checksum or an inner structure, so that a wrong candidate passes them by chance only.
"""

import base64
import binascii
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable

Match = re.Match[bytes]
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_ESCAPES = re.compile(rb"\\{1,4}[nrt]|[ \t\r\n]|\\(?=/)")
_WORDS = (
    b"example", b"sample", b"placeholder", b"changeme", b"change_me", b"dummy", b"redacted", b"insert",
    b"your-", b"your_", b"yourapi", b"yoursecret", b"yourtoken", b"yourkey", b"mytoken", b"mysecret",
    b"my-secret", b"my_secret", b"xxxx", b"****", b"....", b"foobar", b"notreal", b"not-real", b"fake",
    b"12345678", b"abcdefgh", b"deadbeef", b"lorem", b"testtest", b"todo", b"process.env", b"os.environ",
    b"getenv",
)  # fmt: skip
_HEX = b"0123456789abcdefABCDEF-"
_RUN = re.compile(rb"(.)\1{5}")
_LONG = 300
"""Bytes from which on a short word stands in random text by chance."""
_CODE = re.compile(
    rb"^[a-z]+(?:[A-Z][a-z]+)+$|^[A-Za-z]+(?:[._-][A-Za-z]+)*$|^[a-z_]+\(|^\$|^%\w|^@|^#|^/|^\."
)
_DULL = frozenset(
    b"password passw0rd password1 password123 secret user pass admin pwd passwd root postgres".split()
)
"""What stands in for a password everywhere."""


def plain(value: bytes) -> bytes:
    """A value without the escapes and line ends that depend on where it stands."""
    return _ESCAPES.sub(b"", value)


def entropy(value: bytes) -> float:
    """Shannon's entropy in bits a character; 0 for nothing."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def is_placeholder(value: bytes) -> bool:
    """Whether a value is what documents write where a key goes."""
    if len(value) > _LONG:
        return False
    low = value.lower()
    return any(word in low for word in _WORDS) or _RUN.search(value.lstrip(b"A")) is not None


def varied(value: bytes, share: float = 0.72) -> bool:
    """Whether characters are spread as random ones of this length would be, give or take."""
    letters = 16 if len(value.translate(None, _HEX)) <= 0.2 * len(value) else 62
    most = math.log2(min(letters, len(value)))
    return entropy(value) >= share * most


def _value(found: Match) -> bytes:
    return found["value"] if "value" in found.re.groupindex else found[0]


def _nothing(found: Match) -> bool:
    return varied(_value(found)[-64:], 0.55)


def _entropy(found: Match) -> bool:
    value = _value(found)
    return varied(value) and any(c in b"0123456789" for c in value)


def _generic(found: Match) -> bool:
    value = plain(_value(found))
    mixed = any(c in b"0123456789" for c in value) and re.search(rb"[A-Za-z]", value) is not None
    return mixed and varied(value, 0.75) and not _CODE.match(value)


def _password(found: Match) -> bool:
    value = _value(found)
    if value.lower() in _DULL or _CODE.match(value) or len(set(value)) < 6:
        return False
    classes = (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]")
    return sum(re.search(c, value) is not None for c in classes) >= 3 and entropy(value) >= 2.75


def _login(found: Match) -> bool:
    value = _value(found)
    low = value.lower()
    dull = low in _DULL or low == found["user"].lower() or low in (b"pwd", b"passwd", b"root", b"postgres")
    return not dull and not low.startswith((b"$", b"%", b"{", b"[")) and len(set(value)) > 2


def _github(found: Match) -> bool:
    """GitHub and npm: the last six characters are the CRC-32 of the thirty before, in base 62."""
    secret = _value(found).rpartition(b"_")[2]
    number, expected = zlib.crc32(secret[:-6]), b""
    while number:
        number, digit = divmod(number, 62)
        expected = _BASE62[digit : digit + 1] + expected
    return expected.rjust(6, b"0") == secret[-6:]


def _aws(found: Match) -> bool:
    """The number of the account is in the key id; it has twelve digits."""
    value = _value(found)
    number = int.from_bytes(base64.b32decode(value[4:])[:6]) & 0x7FFFFFFFFF80
    return number >> 7 < 10**12 and varied(value[4:], 0.6)


def _slack(found: Match) -> bool:
    """Numbers of the workspace and the user stand before the secret part."""
    parts = _value(found).split(b"-")
    return len(parts) >= 4 and all(p.isdigit() for p in parts[1:3]) and varied(parts[-1], 0.6)


def _sas(found: Match) -> bool:
    return b"sig=" in _value(found) and b"sp=" in _value(found)


def _jwt(found: Match) -> bool:
    header, payload, _signature = found[0].split(b".")
    first, second = _json(header), _json(payload)
    if not isinstance(first, dict) or not isinstance(second, dict):
        return False
    return str(first.get("alg", "none")).lower() != "none"


def _json(part: bytes) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _body(found: Match) -> bytes | None:
    lines = re.split(rb"\\{1,4}n|\n", _value(found))
    text = plain(b"\n".join(line for line in lines if b":" not in line and b"," not in line))
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _pem(found: Match) -> bool:
    """A DER sequence that is as long as it says; an encrypted one of old form is random bytes."""
    data = _body(found)
    if data is None or len(data) < 32:
        return False
    if b"DEK-Info" in _value(found):
        return True
    if data[0] != 0x30:
        return False
    long = data[1] - 0x80 if data[1] > 0x80 else 0
    size = int.from_bytes(data[2 : 2 + long]) if long else data[1]
    return size + 2 + long == len(data)


def _openssh(found: Match) -> bool:
    data = _body(found)
    return data is not None and data.startswith(b"openssh-key-v1\0")


def _armour(found: Match) -> bool:
    return varied(plain(_value(found))[-200:], 0.8)


def _basic(found: Match) -> bool:
    value = _value(found)
    try:
        user, colon, password = base64.b64decode(value + b"=" * (-len(value) % 4)).partition(b":")
    except (binascii.Error, ValueError):
        return False
    printable = all(32 <= c < 127 for c in user + password)
    return bool(colon) and printable and len(password) > 3 and not is_placeholder(password)


def _bech32(found: Match) -> bool:
    """BIP 173's checksum, as age's recipients and identities use it."""
    word, _, data = _value(found).decode().lower().rpartition("1")
    values = (
        [ord(c) >> 5 for c in word] + [0] + [ord(c) & 31 for c in word] + [_BECH32.index(c) for c in data]
    )
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, polynomial in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= polynomial if top >> bit & 1 else 0
    return check == 1


CHECKS: dict[str, Callable[[Match], bool]] = {
    "-": _nothing, "armour": _armour, "aws": _aws, "basic": _basic, "bech32": _bech32, "entropy": _entropy,
    "generic": _generic, "github": _github, "jwt": _jwt, "login": _login, "openssh": _openssh,
    "password": _password, "pem": _pem, "sas": _sas, "slack": _slack,
}  # fmt: skip
CERTAIN = frozenset({"aws", "bech32", "github", "jwt", "openssh", "pem"})
